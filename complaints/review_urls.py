"""Addresses of counsel's desk."""

from django.urls import path

from complaints.views import review

urlpatterns = [
    path("review/", review.review, name="review"),
    path("review/<str:number>/", review.review_case, name="review_case"),
    path("review/<str:number>/findings/", review.findings, name="review_findings"),
]

"""Paths below /api/v1/."""

from django.urls import path

from accounts.api import views

urlpatterns = [
    path("me/", views.MeView.as_view(), name="api-me"),
    path("me/confirm/", views.ConfirmView.as_view(), name="api-confirm"),
    path("audit/", views.AuditView.as_view(), name="api-audit"),
]

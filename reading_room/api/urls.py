"""Paths below /api/v1/."""

from django.urls import path

from reading_room.api import views

urlpatterns = [
    path("legal/statutes/", views.StatutesView.as_view(), name="api-legal-statutes"),
    path(
        "legal/statutes/<str:instrument>/",
        views.StatuteView.as_view(),
        name="api-legal-statute",
    ),
    path(
        "legal/statutes/<str:instrument>/<str:article>/",
        views.ArticleView.as_view(),
        name="api-legal-article",
    ),
]

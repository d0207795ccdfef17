"""Paths below /api/v1/."""

from django.urls import path

from analytics.api import overview

urlpatterns = [
    path("analytics/overview/", overview.OverviewView.as_view(), name="api-analytics-overview"),
]

"""Paths below /api/v1/."""

from django.urls import path

from analytics.api import overview, signals

urlpatterns = [
    path("analytics/overview/", overview.OverviewView.as_view(), name="api-analytics-overview"),
    path("analytics/signals/", signals.SignalsView.as_view(), name="api-signals"),
    path("analytics/signals/<int:signal>/", signals.SignalView.as_view(), name="api-signal"),
    path(
        "analytics/signals/<int:signal>/cases/",
        signals.SignalCasesView.as_view(),
        name="api-signal-cases",
    ),
]

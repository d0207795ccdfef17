"""Addresses of the analysis, each part with a list of its own that starts here."""

from django.urls import URLPattern, URLResolver, path

from analytics.views import rows

urlpatterns: list[URLPattern | URLResolver] = [
    path("analytics/rows/", rows.number_rows, name="analytics_rows"),
]

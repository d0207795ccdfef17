"""Addresses of reports."""

from django.urls import path

from analytics.views import exporting

urlpatterns = [path("analytics/export/", exporting.export, name="analytics_export")]

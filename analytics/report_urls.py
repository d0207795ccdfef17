"""Addresses of reports: files to take away, saved ones, the half-year analysis."""

from django.urls import path

from analytics.views import exporting, half_year, reports

urlpatterns = [
    path("analytics/export/", exporting.export, name="analytics_export"),
    path("analytics/reports/", reports.reports, name="reports"),
    path("analytics/reports/new/", reports.report_new, name="report_new"),
    path("analytics/reports/<int:report>/", reports.report, name="report"),
    path("analytics/reports/<int:report>/act/", reports.report_act, name="report_act"),
    path("analytics/half-year/", half_year.page, name="half_year"),
    path("analytics/half-year/export/", half_year.export, name="half_year_export"),
]

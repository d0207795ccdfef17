"""Addresses of the analysis, each part with a list of its own that starts here."""

from django.urls import URLPattern, URLResolver, include, path

from analytics.views import dashboard, handing_over, people, rows, targets

_DASHBOARD: list[URLPattern | URLResolver] = [
    path("analytics/", dashboard.dashboard, name="dashboard"),
    path("analytics/measures/", dashboard.measure_list, name="analytics_measures"),
    path("analytics/targets/", targets.page, name="analytics_targets"),
    path("analytics/hand-over/<int:owner>/", handing_over.hand_over, name="analytics_hand_over"),
    path("analytics/people/", people.people, name="analytics_people"),
]
_ROWS: list[URLPattern | URLResolver] = [
    path("analytics/rows/", rows.number_rows, name="analytics_rows"),
    path("", include("analytics.signal_urls")),
    path("", include("analytics.report_urls")),
]
urlpatterns: list[URLPattern | URLResolver] = [*_DASHBOARD, *_ROWS]

"""Addresses below `calendar/`."""

from django.urls import path

from complaints.views import calendar, calendar_notices, calendar_targets

urlpatterns = [
    path("", calendar.calendar, name="calendar"),
    path("days/", calendar.own_days, name="calendar_days"),
    path("days/remove/", calendar.remove_own_days, name="calendar_days_remove"),
    path("hours/", calendar.hours, name="calendar_hours"),
    path("targets/", calendar_targets.targets, name="calendar_targets"),
    path("notices/", calendar_notices.notices, name="calendar_notices"),
    path("notices/example.csv", calendar_notices.example, name="calendar_example"),
    path("notices/<int:notice_id>/", calendar_notices.notice, name="calendar_notice"),
    path("changes/<int:change>/", calendar_notices.change, name="calendar_change"),
    path(
        "changes/<int:change>/progress/",
        calendar_notices.change_progress,
        name="calendar_change_progress",
    ),
]

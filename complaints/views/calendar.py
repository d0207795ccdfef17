"""日历: which days are worked, what falls due when, the enterprise's own days and hours."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from complaints import calendars
from complaints.actions import own_calendar
from complaints.errors import CaseError
from complaints.models import CalendarChange, WorkingHours
from complaints.views import calendar_reach
from complaints.views.calendar_days import Days, origin_of
from complaints.views.calendar_forms import HoursForm, OwnDaysForm
from complaints.views.calendar_reach import step
from complaints.workdays import Calendar


@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """One month, or with `?year=` a year."""
    if "year" in request.GET:
        return _year(request)
    return _page(request)


def _page(
    request: HttpRequest,
    days_form: OwnDaysForm | None = None,
    hours_form: HoursForm | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    given = request.GET.get("month", "") or request.POST.get("month", "")
    first = calendar_reach.wanted_month(given, today)
    if first is None:
        messages.info(request, _("没有这个月份的日历，显示本月。"))
        first = today.replace(day=1)
    context = _month(request, first, today)
    context["days_form"] = days_form or OwnDaysForm()
    now = [p.split("–") for p in context["hours"][0]["periods"]]
    context["hours_form"] = hours_form or HoursForm(periods=now)
    refused = days_form or hours_form
    return render(request, "calendar/month.html", context, status=422 if refused else 200)


def _month(request: HttpRequest, first: date, today: date) -> dict[str, Any]:
    calendars.fresh()
    days = Days(first.year, today, due=(person(request), first))
    before, after = step(first, -1), step(first, 1)
    return {
        **_common(request, days, first.year, today),
        "month": days.month(first),
        "before": before if calendar_reach.in_reach(before.year, today) else None,
        "after": after if calendar_reach.in_reach(after.year, today) else None,
        "own": days.own_stretches(),
        "hours": _hours(days.calendar, today),
    }


def _year(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    year = calendar_reach.wanted_year(request.GET["year"], today)
    if year is None:
        messages.info(request, _("没有这一年的日历，显示今年。"))
        year = today.year
    calendars.fresh()
    days = Days(year, today)
    context = {
        **_common(request, days, year, today),
        "months": [days.month(date(year, month, 1)) for month in range(1, 13)],
        "before": year - 1 if calendar_reach.in_reach(year - 1, today) else None,
        "after": year + 1 if calendar_reach.in_reach(year + 1, today) else None,
    }
    return render(request, "calendar/year.html", context)


def _common(request: HttpRequest, days: Days, year: int, today: date) -> dict[str, Any]:
    user = person(request)
    return {
        "year": year,
        "today": today,
        "origin": origin_of(year, days.calendar),
        "holidays": days.holidays(year),
        "make_up": days.make_up(year),
        "may_manage": user.may("manage_calendar"),
        "warnings": calendars.warnings(today, days.calendar),
        "sees_cases": user.may("see_complaints"),
    }


def _hours(calendar: Calendar, today: date) -> list[dict[str, Any]]:
    """The hours of today and those that come, with the day from which they hold."""
    coming = [since for since, _periods in calendar.hours if since > today]
    by = {row.valid_from: row for row in WorkingHours.objects.filter(superseded_at=None)}
    current = max(since for since, _periods in calendar.hours if since <= today)
    return [
        {
            "since": since if since != date.min else None,
            "periods": [f"{a:%H:%M}–{b:%H:%M}" for a, b in calendar.periods(max(since, date.min))],
            "row": by.get(since),
            "coming": since > today,
        }
        for since in (current, *coming)
    ]


def told(request: HttpRequest, change: CalendarChange) -> None:
    """Say how many cases are counted anew."""
    if change.cases:
        words = _("已保存；正在重算 {n} 件案件的期限。")
        messages.success(request, words.format(n=change.cases))
    else:
        messages.success(request, _("已保存；没有案件的期限受影响。"))


@require_http_methods(["GET", "POST"])
@needs("manage_calendar")
def own_days(request: HttpRequest) -> HttpResponse:
    """Enter own days. Whoever comes back to this address sees the calendar."""
    if request.method == "GET":
        return redirect("calendar")
    form = OwnDaysForm(request.POST)
    change = form.save(person(request))
    if change is None:
        return _page(request, days_form=form)
    told(request, change)
    return redirect(f"{reverse('calendar')}?month={change.first_day:%Y-%m}")


@require_POST
@needs("manage_calendar")
def remove_own_days(request: HttpRequest) -> HttpResponse:
    """Take own days back."""
    ids = [int(i) for i in request.POST.getlist("day")[:100] if i.isdecimal() and len(i) < 19]
    try:
        told(request, own_calendar.remove_days(ids, by=person(request)))
    except CaseError as refused:
        messages.error(request, refused.message)
    month = calendar_reach.wanted_month(request.POST.get("month", ""), timezone.localdate())
    return redirect(f"{reverse('calendar')}?month={month:%Y-%m}" if month else "calendar")


@require_http_methods(["GET", "POST"])
@needs("manage_calendar")
def hours(request: HttpRequest) -> HttpResponse:
    """Other business hours."""
    if request.method == "GET":
        return redirect("calendar")
    form = HoursForm(request.POST)
    change = form.save(person(request))
    if change is None:
        return _page(request, hours_form=form)
    told(request, change)
    return redirect("calendar")

"""放假通知: choose a file, look at what it changes, load it; and what a change moved."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import needs, person
from complaints import calendars
from complaints.actions import calendar_notice
from complaints.errors import Invalid
from complaints.importing.notice_rows import MOST_BYTES, Mistake, NoticeRefused
from complaints.importing.table import escaped
from complaints.models import CalendarChange, CalendarNotice
from complaints.views.calendar_days import Days
from complaints.views.calendar_moves import ChangePage, in_words

SHOWN = 20
MOST_MISTAKES = 50
EXAMPLE = ("日期", "类型", "名称")  # a file has Chinese headings whatever the person reads


@require_http_methods(["GET", "POST"])
@needs("manage_calendar")
def notices(request: HttpRequest) -> HttpResponse:
    """The way in: a file and its mistakes; below, what was loaded."""
    if request.method == "GET":
        return _form(request)
    file = request.FILES.get("file")
    if file is None:
        return _form(request, [Mistake(0, _("请先选择一个文件"))])
    year = request.POST.get("year", "")
    try:
        notice = calendar_notice.read(
            file.read(MOST_BYTES + 1),
            file.name or "",
            by=person(request),
            year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
            title=request.POST.get("title", "").strip()[:200],
            number=request.POST.get("number", "").strip()[:80],
        )
    except NoticeRefused as refused:
        return _form(request, refused.mistakes)
    return redirect("calendar_notice", notice.pk)


@require_GET
@needs("manage_calendar")
def example(request: HttpRequest) -> HttpResponse:
    """This year's days as a file that could be loaded: the columns to fill in for the next one."""
    today = timezone.localdate()
    calendars.fresh()
    days = Days(today.year, today)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="holidays-{today.year}.csv"'
    response.write("\ufeff")
    rows = ([escaped(str(cell)) for cell in row] for row in days.as_rows())
    csv.writer(response).writerows([EXAMPLE, *rows])
    return response


def _form(request: HttpRequest, mistakes: list[Mistake] | None = None) -> HttpResponse:
    today, calendar = timezone.localdate(), calendars.fresh()
    missing = [y for y in (today.year, today.year + 1) if not calendar.is_published(y)]
    changes = CalendarChange.objects.select_related("by")
    loaded = CalendarNotice.objects.exclude(loaded_at=None).select_related("loaded_by")
    context = {
        "years": [today.year + 1, today.year],
        "year": request.POST.get("year") or str(missing[0] if missing else today.year + 1),
        "typed": {name: request.POST.get(name, "") for name in ("title", "number")},
        "mistakes": [str(m) for m in (mistakes or [])[:MOST_MISTAKES]],
        "more": max(0, len(mistakes or []) - MOST_MISTAKES),
        "most_kb": MOST_BYTES // 1024,
        "loaded": loaded.order_by("-loaded_at")[:SHOWN],
        "changes": [(each, in_words(each)) for each in changes.order_by("-pk")[:SHOWN]],
        "warnings": calendars.warnings(today, calendar),
    }
    return render(request, "calendar/notices.html", context, status=422 if mistakes else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("manage_calendar")
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """What a file would change, before it is loaded; POST loads it or throws it away."""
    found = get_object_or_404(CalendarNotice.objects.select_related("read_by"), pk=notice_id)
    if request.method == "GET":
        return _preview(request, found)
    action = {"load": _load, "discard": _discard}.get(request.POST.get("action", ""))
    if action is None:
        raise BadRequest
    return action(request, found)


def _discard(request: HttpRequest, found: CalendarNotice) -> HttpResponse:
    if found.loaded_at is not None:
        return redirect("calendar_notice", found.pk)
    calendar_notice.discard(found.pk, by=person(request))
    messages.success(request, _("已放弃，没有改动日历。"))
    return redirect("calendar_notices")


def _load(request: HttpRequest, found: CalendarNotice) -> HttpResponse:
    replace = request.POST.get("replace") == "1"
    try:
        change = calendar_notice.load(found.pk, by=person(request), replace=replace)
    except Invalid as refused:
        return _preview(request, found, refused.message)
    return redirect("calendar_change", change.pk)


def _preview(request: HttpRequest, found: CalendarNotice, refused: str = "") -> HttpResponse:
    calendars.fresh()
    context: dict[str, Any] = {"notice": found, "refused": refused}
    if found.loaded_at is None:
        context["difference"] = calendar_notice.difference(found)
        context["doubt"] = calendar_notice.doubt(found)
        context["forecast"] = calendar_notice.forecast(found)
    else:
        changes = CalendarChange.objects.filter(detail__notice=found.pk)
        context["change"] = changes.order_by("pk").first()
    context["days"] = calendar_notice.marked(found)
    return render(request, "calendar/notice.html", context, status=422 if refused else 200)


@never_cache
@require_GET
def change(request: HttpRequest, change: int) -> HttpResponse:
    """What a change moved: how many in all, and the clocks of the cases that the person may see."""
    found = get_object_or_404(CalendarChange.objects.select_related("by"), pk=change)
    desk = ChangePage(found, person(request), request.GET)
    return render(request, "calendar/change.html", {"desk": desk})


@never_cache
@require_GET
def change_progress(request: HttpRequest, change: int) -> HttpResponse:
    """How far it is, for the page that waits; when it is over the page is drawn anew."""
    found = get_object_or_404(CalendarChange, pk=change)
    if not request.headers.get("HX-Request"):
        return redirect("calendar_change", found.pk)
    if found.state != CalendarChange.State.RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    desk = ChangePage(found, person(request), {})
    return render(request, "calendar/change_progress.html", {"desk": desk})

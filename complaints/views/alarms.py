"""告警: what somebody has to look at; for supervisors (of their people), auditors and security."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import alarms as store
from accounts.access import needs, person
from accounts.models import Alarm, AlarmNotice, User
from complaints import reveal_policy
from complaints.models import Complaint
from complaints.models.consumer import PERSONAL_FIELDS
from complaints.models.reveal import Purpose
from complaints.seen import saw_cases

PAGE_SIZE = 50
MOST_SEEN = 200  # of one press of the button
_WORDS = {
    "field": gettext_lazy("要看的是：{value}"),
    "used": gettext_lazy("已看 {value} 次"),
    "limit": gettext_lazy("上限 {value} 次"),
    "cases": gettext_lazy("案件编号 {value} 个"),
    "missed": gettext_lazy("查不到的号码 {value} 个"),
    "wrong": gettext_lazy("不符 {value} 次"),
    "reveal_purpose": gettext_lazy("事由：{value}"),
    "reason": gettext_lazy("理由：{value}"),
}
_SKIPPED = {"case", "why", "bucket", "door"}  # said otherwise on the line


@dataclass(frozen=True)
class Line:
    """One alarm before one person. `link`: whether the person may open the case."""

    alarm: Alarm
    link: bool
    told: list[str]
    seen: list[tuple[str, datetime]]
    mine: bool  # this person has looked at it

    @property
    def particulars(self) -> str:
        """The short facts beside it."""
        detail = self.alarm.detail
        names = [
            *(name for name in _WORDS if name in detail),
            *sorted(detail.keys() - _WORDS.keys()),
        ]
        return " · ".join(filter(None, (_said(name, detail[name]) for name in names)))


def _said(name: str, value: Any) -> str:
    if name in _SKIPPED or value in ("", None):
        return ""
    if name == "field" and value in PERSONAL_FIELDS:
        value = reveal_policy.field_words(value)
    if name == "reveal_purpose" and value in Purpose.values:
        value = Purpose(value).label
    words = _WORDS.get(name)
    return str(words).format(value=value) if words else f"{name} {value}"


@never_cache
@require_GET
@needs("see_alarms")
def alarms(request: HttpRequest) -> HttpResponse:
    """The newest first; those not looked at yet, or all."""
    by, every = person(request), request.GET.get("show") == "all"
    rows, older = _page(by, request.GET, every)
    keep = "show=all&" if every else ""
    context = {
        "lines": _lines(rows, by),
        "every": every,
        "older": f"?{keep}before={rows[-1].pk}" if older else "",
        "newest": "" if not request.GET.get("before") else f"?{keep}".rstrip("&?") or "?",
        "unseen": [row.pk for row in rows if not _seen_by(row, by)],
    }
    return render(request, "alarms/list.html", context)


def _page(by: User, params: Mapping[str, str], every: bool) -> tuple[list[Alarm], bool]:
    """(rows, whether there are older ones). Keyset by id."""
    found: QuerySet[Alarm] = store.visible_to(by)
    if not every:
        mine = AlarmNotice.objects.filter(user=by, seen_at__isnull=False).values("alarm")
        found = found.exclude(pk__in=mine)
    before = params.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    notices = Prefetch("notices", AlarmNotice.objects.select_related("user").order_by("pk"))
    newest = found.select_related("about").prefetch_related(notices).order_by("-pk")
    rows = list(newest[: PAGE_SIZE + 1])
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE


def _lines(rows: list[Alarm], by: User) -> list[Line]:
    numbers = {row.case for row in rows} - {""}
    visible = Complaint.objects.visible_to(by).filter(number__in=numbers)
    known = set(visible.values_list("number", flat=True)) if numbers else set()
    saw_cases(*sorted(known))
    return [_line(row, row.case in known, by) for row in rows]


def _line(row: Alarm, link: bool, by: User) -> Line:
    notices = list(row.notices.all())
    told = [n.user.name for n in notices if n.not_before is not None]
    seen = [(n.user.name, n.seen_at) for n in notices if n.seen_at is not None]
    return Line(row, link, told, seen, _seen_by(row, by))


def _seen_by(row: Alarm, by: User) -> bool:
    return any(n.user_id == by.pk and n.seen_at is not None for n in row.notices.all())


@require_POST
@needs("see_alarms")
def see_alarms(request: HttpRequest) -> HttpResponse:
    """The person has looked at those that stood on the page."""
    sent = request.POST.getlist("alarm")[:MOST_SEEN]
    pks = [int(text) for text in sent if text.isascii() and text.isdecimal() and len(text) < 19]
    store.see(person(request), pks, at=timezone.now())
    return redirect("alarms")

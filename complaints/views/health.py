"""运行状况: are the clocks looked at, what failed, what waits, are the calendars known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from accounts.models import User
from complaints import calendars, clock_words, health, keeping_safe
from complaints.errors import Invalid
from complaints.models import Complaint, SweepRun
from complaints.seen import saw_cases
from complaints.views.health_forms import RehearsalForm

SHOWN = 10


@require_GET
@never_cache
@needs("see_health")
def status(request: HttpRequest) -> HttpResponse:
    """The page; asks for itself every quarter of a minute."""
    return _page(request)


@require_POST
@needs("manage_users")
def rehearsed(request: HttpRequest) -> HttpResponse:
    """登记恢复演练: on which day a backup was restored elsewhere, and whether all was there."""
    form = RehearsalForm(request.POST)
    if form.is_valid():
        try:
            day, worked = form.cleaned_data["day"], form.cleaned_data["worked"] == "yes"
            keeping_safe.note_rehearsal(day, worked, by=person(request))
            messages.success(request, _("恢复演练已登记"))
            return redirect("health")
        except Invalid as refusal:
            for field, sentences in refusal.errors.items():
                form.add_error(field, sentences)
    return _page(request, form, 422)


def _page(
    request: HttpRequest, form: RehearsalForm | None = None, status: int = 200
) -> HttpResponse:
    now, user, today = health.current(), person(request), timezone.localdate()
    safety, fresh = keeping_safe.safety(), RehearsalForm(initial={"day": today})
    context = {
        "now": now,
        "figures": _figures(now),
        "busy": _busy(),
        "postponed": _postponed(user),
        "failing": _failing(user),
        "workers": health.workers(),
        "tasks": health.tasks_waiting(),
        "queues": [(name, _counted(n)) for name, n in health.queues(now.now)],
        "safety": safety,
        "backup_late": safety.backup_is_late(now.now),
        "rehearsal_late": safety.rehearsal_is_late(today),
        "form": (form or fresh) if user.may("manage_users") else None,
        "warnings": calendars.warnings(today),
        "published": max(calendars.current().published, default=None),
    }
    return render(request, "health/health.html", context, status=status)


def _figures(now: health.Health) -> list[dict[str, Any]]:
    """The four that tell at a glance: name, value, what is besides, and whether it is well."""
    last = now.last.finished_at if now.last else None
    return [
        {
            "name": _("最近一次巡检"),
            "value": _since(now.now - last) if last else _("从未"),
            "more": _("应每半分钟一次"),
            "kind": "danger" if now.silent else "ok",
        },
        {
            "name": _("到期未处理"),
            "value": _counted(now.due),
            "more": _("最久已等 {time}").format(time=_span(now.lag)) if now.due else "",
            "kind": "warn" if now.slow else "ok",
        },
        {
            "name": _("出错推迟"),
            "value": str(now.postponed),
            "more": _("一小时后自动重试") if now.postponed else "",
            "kind": "danger" if now.postponed else "ok",
        },
        {
            "name": _("待发通知与函件"),
            "value": _counted(now.waiting),
            "more": _("最久已等 {time}").format(time=_span(now.now - now.oldest_waiting))
            if now.oldest_waiting
            else "",
            "kind": "warn"
            if now.oldest_waiting and now.now - now.oldest_waiting > 5 * health.SLOW
            else "ok",
        },
    ]


def _counted(number: int) -> str:
    return f"{number:,}" if number < health.CAP else f"{health.CAP:,}+"


def _since(time: timedelta) -> str:
    return _("{time}前").format(time=_span(time))


def _span(time: timedelta) -> str:
    """A stretch of time in its largest unit."""
    seconds = max(0, int(time.total_seconds()))
    days, hours, minutes = seconds // 86_400, seconds // 3_600, seconds // 60
    if days:
        return ngettext("%(n)s 天", "%(n)s 天", days) % {"n": days}
    if hours:
        return ngettext("%(n)s 小时", "%(n)s 小时", hours) % {"n": hours}
    if minutes:
        return ngettext("%(n)s 分钟", "%(n)s 分钟", minutes) % {"n": minutes}
    return ngettext("%(n)s 秒", "%(n)s 秒", seconds) % {"n": seconds}


def _busy() -> list[dict[str, Any]]:
    """The last sweeps that found something to do, or failed at it."""
    runs = SweepRun.objects.filter(Q(handled__gt=0) | Q(failed__gt=0)).order_by("-id")[:SHOWN]
    return [{"run": run, "late": _span(run.late_by) if run.late_by else ""} for run in runs]


def _postponed(user: User) -> list[dict[str, Any]]:
    """The clocks that failed; the case is named to those who may see it."""
    rows = list(health.postponed().select_related("deadline")[:SHOWN])
    numbers = _numbers(user, [row.deadline.complaint_id for row in rows])
    return [
        {
            "row": row,
            "clock": clock_words.title_of(row.deadline),
            "number": numbers.get(row.deadline.complaint_id, ""),
        }
        for row in rows
    ]


def _failing(user: User) -> list[dict[str, Any]]:
    rows = list(
        health.failing().values(
            "id", "complaint_id", "effect", "attempts", "not_before", "last_error"
        )[:SHOWN]
    )
    numbers = _numbers(user, [row["complaint_id"] for row in rows])
    return [
        {**row, "number": numbers.get(row["complaint_id"], ""), "what": health.what(row["effect"])}
        for row in rows
    ]


def _numbers(user: User, cases: list[int]) -> dict[int, str]:
    visible = Complaint.objects.visible_to(user).filter(pk__in=cases)
    numbers: dict[int, str] = dict(visible.values_list("pk", "number"))
    saw_cases(*numbers.values())
    return numbers

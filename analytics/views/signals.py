"""信号: what is out of the ordinary: the list, and how it is looked for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from analytics import budgets, detecting
from analytics.findings import finding
from analytics.models import DetectionRun, Signal
from analytics.signal_life import MAY, OPEN_STATES, Kind, State
from analytics.views.pages import Looked, Order
from analytics.views.signal_page import load, shown
from complaints.errors import Invalid

NEWEST = Order("detected_at", newest_first=True)
OPEN = "open"


@require_GET
@needs("see_analytics")
def signals(request: HttpRequest) -> HttpResponse:
    """All that the person may see, newest first."""
    user, looked = person(request), Looked(request.GET)
    states = [(OPEN, pgettext("signal", "待处理")), ("all", _("全部")), *State.choices]
    state = looked.choose("state", _("状态"), states, OPEN)
    kind = looked.choose("kind", _("种类"), Kind.choices)
    owner = looked.choose(
        "owner", pgettext("signal", "负责人"), [("me", _("由我负责")), ("none", _("无人负责"))]
    )
    rows = Signal.objects.visible_to(user).counted_for(user).select_related("owner")
    if state == OPEN:
        rows = rows.filter(state__in=OPEN_STATES)
    elif state != "all":
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if owner:
        rows = rows.filter(owner=user if owner == "me" else None)
    page = looked.page(rows.defer("words", "numbers"), NEWEST)
    last = DetectionRun.objects.exclude(finished_at=None).order_by("-finished_at").first()
    context = {
        "looked": looked,
        "page": page,
        "rows": [finding(row) for row in page.rows],
        "last": last,
        "running": DetectionRun.objects.filter(finished_at=None).first(),
        "may_act": user.may(MAY),
        "budgets": budgets.choices(),
        "budget": budgets.code_of(chosen := budgets.newest()),
        "chosen": chosen,
    }
    return render(request, "signals/list.html", context)


@require_GET
@needs("see_analytics")
def signal(request: HttpRequest, signal: int) -> HttpResponse:
    """One signal."""
    return shown(request, load(request, signal))


@require_POST
@needs(MAY)
def detect_now(request: HttpRequest) -> HttpResponse:
    """Look now; a look that is under way is not begun twice."""
    try:
        detecting.ask(person(request))
        messages.success(request, _("已开始检测，完成后结果会出现在本页"))
    except Invalid as error:
        messages.info(request, error.message)
    return redirect("signals")


@require_POST
@needs(MAY)
def alarm_budget(request: HttpRequest) -> HttpResponse:
    """How many alarms may be chance, from the next look on."""
    try:
        if budgets.choose(request.POST.get("budget", ""), person(request)):
            messages.success(request, _("已更改误报预算，从下一次检测起适用"))
    except Invalid as error:
        messages.error(request, error.message)
    return redirect("signals")

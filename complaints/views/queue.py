"""我的待办: the list that everybody starts from."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from accounts.roles import Role
from complaints.models import Complaint
from complaints.views.queue_filters import Filters
from complaints.views.queue_lines import page
from complaints.views.queue_rows import BY_CLOSING, BadCursor, Cursor, order_of
from complaints.views.queue_views import Section, View, counts_of, sections_for, shown

MENUS = ("risk", "category")
MORE_MENUS = ("state", "phase", "channel")


@require_GET
@needs("see_complaints")
def queue(request: HttpRequest) -> HttpResponse:
    """The list.

    Eight statements whatever the number of rows: session, person, teams, counts, cases, clocks,
    colleagues.
    """
    user, now = person(request), timezone.now()
    sections = sections_for(user)
    views = [view for section in sections for view in section.views]
    filters = Filters.read(request.GET, user, default=views[0].filters)
    counts = counts_of(views, user, now)
    _set_badges(request, counts)
    cursor = _cursor(request, filters)
    order = order_of(filters.values)
    current = next((v for v in views if dict(v.filters) == filters.values), None)
    found = page(user, filters, Complaint.objects.visible_to(user), order, cursor, now)
    context = {
        "sections": _with_counts(sections, filters, counts, current),
        "filters": filters,
        "page": found,
        "current": current,
        "now": now,
        "title": _title(current, filters),
        "size": shown(counts[current.key]) if current else "",
        "header": _header(counts, current),
        "unassigned": counts.get("unassigned", 0),
        "by_closing": order is BY_CLOSING,
        "next_url": found.next and filters.address(cursor=found.next),
        "previous_url": found.previous and filters.address(cursor=found.previous),
        **_tools(filters, user),
    }
    return render(request, "queue/queue.html", context)


def _title(current: View | None, filters: Filters) -> Any:
    if current:
        return current.label
    return _("搜索结果") if "q" in filters.values else _("案件")


def _tools(filters: Filters, user: User) -> dict[str, Any]:
    """What can be chosen and done on the list."""
    receivers = filters.directory.receivers if user.may("assign") else []
    more = [name for name in MORE_MENUS if name not in filters.values]
    menus = [*MENUS, *(["owner", "team"] if filters.directory.teams else [])]
    return {
        "menus": [filters.menu(name) for name in menus if name not in filters.values],
        "more_menus": tuple(filters.menu(name) for name in more),
        "may_take": user.may("take"),
        "receivers": receivers,
        "selectable": bool(receivers),
    }


def _cursor(request: HttpRequest, filters: Filters) -> Cursor | None:
    text = request.GET.get("cursor", "")
    try:
        return Cursor.read(text) if text else None
    except BadCursor:
        filters.problems.append(_("分页位置无效，已从第一页开始。"))
        return None


def _with_counts(
    sections: tuple[Section, ...], filters: Filters, counts: dict[str, int], current: View | None
) -> list[tuple[Any, list[tuple[View, str, str, bool]]]]:
    """(heading, [(view, address, number, is current)])."""

    def address(view: View) -> str:
        return Filters(filters.user, dict(view.filters), filters.directory).address()

    return [
        (s.title, [(v, address(v), shown(counts[v.key]), v is current) for v in s.views])
        for s in sections
    ]


def _header(counts: dict[str, int], current: View | None) -> dict[str, str]:
    """Overdue and due today of the view's people, in words; nothing for other lists."""
    prefix = {"mine": "mine_", "team": "team_", "open": ""}.get(current.key if current else "")
    if prefix is None:
        return {}
    overdue, today = counts.get(f"{prefix}overdue", 0), counts.get(f"{prefix}today", 0)
    return {
        "overdue": ngettext("%(n)s 件超时", "%(n)s 件超时", overdue) % {"n": shown(overdue)}
        if overdue
        else "",
        "today": ngettext("%(n)s 件今日到期", "%(n)s 件今日到期", today) % {"n": shown(today)}
        if today
        else "",
    }


def _set_badges(request: HttpRequest, counts: dict[str, int]) -> None:
    """The rail shows the same numbers; spares its own statement. Counsel's is another one: what is
    to be signed again belongs to it.
    """
    if person(request).is_(Role.COUNSEL):
        return
    overdue = counts.get("mine_overdue", counts.get("team_overdue", 0))
    request.rail_counts = {"queue": overdue, "review": counts.get("in_review", 0)}  # type: ignore[attr-defined]

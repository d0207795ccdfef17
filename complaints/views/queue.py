"""我的待办: the list that everybody starts from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from accounts.roles import Role
from complaints.views import queue_menus
from complaints.views.queue_columns import hidden
from complaints.views.queue_filters import Filters
from complaints.views.queue_lines import page
from complaints.views.queue_rows import BY_CLOSING, BadCursor, Cursor, Page, list_order
from complaints.views.queue_saved import SavedViews, tools_of
from complaints.views.queue_views import Section, View, counts_of, sections_for, shown

OWN = "own"  # key of the filters that are on, among the counts


@require_GET
@needs("see_complaints")
def queue(request: HttpRequest) -> HttpResponse:
    """The list.

    Eight statements whatever the number of rows: session, person, teams, colleagues with the saved
    views, counts, cases, clocks, and that it was read.
    """
    user, now = person(request), timezone.now()
    ready_made, saved = sections_for(user), SavedViews(user, request.GET.get("view", ""))
    views = [view for section in ready_made for view in section.views]
    filters = saved.filters(request.GET, default=views[0].filters)
    cursor = _cursor(request, filters)
    order = list_order(filters.values)
    sections = (*ready_made, *saved.sections())
    current = current_of(sections, filters, saved)
    found = page(user, filters, order, cursor, now)
    counted = [*views, *saved.countable(filters), *_own(found, current, filters)]
    counts = counts_of(counted, user, now)
    _set_badges(request, counts)
    context = {
        "sections": _with_counts(sections, filters, counts, current),
        "filters": filters,
        "page": found,
        "current": current,
        "now": now,
        "title": title_of(current, filters),
        "size": _size(found, current, filters, counts),
        "header": _header(counts, current),
        "hidden": hidden(saved.opened.columns) if saved.opened else "",
        "opened": tools_of(saved, filters),
        "print_url": reverse("queue_print") + filters.address().removeprefix(reverse("queue")),
        "unassigned": counts.get("unassigned", 0),
        "by_closing": order is BY_CLOSING,
        "snoozes": user.may("take"),
        "next_url": found.next and filters.address(cursor=found.next),
        "previous_url": found.previous and filters.address(cursor=found.previous),
        **_tools(filters, user),
    }
    missing = "view" in filters.lost
    return render(request, "queue/queue.html", context, status=404 if missing else 200)


def current_of(sections: Sequence[Section], filters: Filters, saved: SavedViews) -> View | None:
    """The saved view that is open, else the ready-made one with these filters."""
    views = [view for section in sections for view in section.views]
    if saved.opened:
        return next(view for view in views if view.key == saved.opened.key)
    ready_made = (v for v in views if not v.saved and dict(v.filters) == filters.values)
    return None if filters.lost else next(ready_made, None)


def _own(found: Page, current: View | None, filters: Filters) -> list[View]:
    """The filters that are on, to be counted as well: where one page does not show them all and no
    view at the left has the number. Words would have to be looked for once more.
    """
    whole = not found.previous and not found.next
    known = current and not current.saved
    return [] if whole or known or "q" in filters.values else [View(OWN, "", "", filters.values)]


def _size(found: Page, current: View | None, filters: Filters, counts: dict[str, int]) -> str:
    """How many there are, as far as it is counted; nothing where nothing was looked for."""
    if filters.lost or filters.unlooked:
        return ""
    if current and not current.saved:
        return shown(counts[current.key])
    if OWN in counts:
        return shown(counts[OWN])
    number = str(len(found.rows))
    return f"{number}+" if found.previous or found.next else number


def title_of(current: View | None, filters: Filters) -> Any:
    """Of the list: the name of its view, else what it is."""
    if current:
        return current.label
    return _("搜索结果") if "q" in filters.values else _("案件")


def _tools(filters: Filters, user: User) -> dict[str, Any]:
    """What can be chosen and done on the list."""
    receivers = tuple(filters.directory.receivers if user.may("assign") else ())
    return {
        "menu": None if "risk" in filters.values else filters.menu("risk"),
        "closed_menus": queue_menus.closed(filters),
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
    sections: Sequence[Section], filters: Filters, counts: dict[str, int], current: View | None
) -> list[tuple[Any, list[tuple[View, str, str, bool]]]]:
    """(heading, [(view, address, number, is current)])."""

    def address(view: View) -> str:
        if view.saved:
            return f"?view={view.saved}"
        return Filters(filters.user, dict(view.filters), filters.directory).address()

    def number(view: View) -> str:
        return shown(counts[view.key]) if view.key in counts else ""

    return [
        (s.title, [(v, address(v), number(v), v is current) for v in s.views]) for s in sections
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

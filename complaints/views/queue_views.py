"""The ready-made views at the left of the list, by role, and how many cases each holds: all
counts in one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from complaints.models import Complaint
from complaints.prepared import NOW, Statement, put_together, statement
from complaints.querysets import ComplaintQuerySet
from complaints.views.queue_directory import Directory
from complaints.views.queue_filters import Filters, end_of_today
from complaints.views.queue_rows import order_of

CAP = 99


@dataclass(frozen=True)
class View:
    """One ready-made set of filters; or a saved one, with its id and whose it is."""

    key: str
    icon: str
    label: Any
    filters: Mapping[str, str]
    saved: int = 0
    owner: str = ""


@dataclass(frozen=True)
class Section:
    """Views under one heading."""

    title: Any
    views: tuple[View, ...]


_OPEN = {"state": "open"}
_TO_APPROVE = {"state": "in_review", "approval": "mine"}
_TO_LET_GO = {"state": "done", "approval": "export"}
_ASKED = {"consult": "team", "state": "open"}
_MINE = {"owner": "me", "state": "open"}
_FOLLOWED = View("followed", "star", _("我关注的"), {"followed": "1", "state": "open"})


_MY_WORK = Section(
    _("我的"),
    (
        View("mine", "inbox", _("我的待办"), _MINE),
        View("mine_today", "clock", _("今日到期"), {**_MINE, "due_today": "1"}),
        View("mine_overdue", "warn", _("已超时"), {**_MINE, "overdue": "1"}),
        View("mine_on_hold", "pause", _("计时已中止"), {**_MINE, "on_hold": "1"}),
        View("mine_snoozed", "clock", _("搁置中"), {**_MINE, "snoozed": "1"}),
        View("mine_returned", "undo", _("法务退回"), {**_MINE, "returned": "1"}),
        _FOLLOWED,
    ),
)
_TEAM = Section(
    _("我的团队"),
    (
        View("team", "users", _("全组未办结"), _OPEN),
        View("asked", "msg", _("待我组协办"), _ASKED),
        View("unassigned", "plus", _("待分配"), {"owner": "none", "state": "open"}),
        View("high_risk", "flag", _("高风险"), {"risk": "high", "state": "open"}),
        View("closed", "archive", _("已办结"), {"state": "done"}),
    ),
)
_LED = Section(
    _("我负责的团队"),
    (
        View("team", "users", _("全组未办结"), _OPEN),
        View("asked", "msg", _("待我组协办"), _ASKED),
        View("to_approve", "stamp", _("待我审批"), _TO_APPROVE),
        View("to_let_go", "dl", _("待我同意导出"), _TO_LET_GO),
        View("team_today", "clock", _("今日到期"), {"state": "open", "due_today": "1"}),
        View("team_overdue", "warn", _("已超时"), {"state": "open", "overdue": "1"}),
        View("unassigned", "plus", _("待分配"), {"owner": "none", "state": "open"}),
        View("high_risk", "flag", _("高风险"), {"risk": "high", "state": "open"}),
        View("team_on_hold", "pause", _("计时已中止"), {"state": "open", "on_hold": "1"}),
        View("team_snoozed", "clock", _("搁置中"), {"state": "open", "snoozed": "1"}),
        View("team_returned", "undo", _("法务退回"), {"state": "open", "returned": "1"}),
        View("closed", "archive", _("已办结"), {"state": "done"}),
    ),
)
_COUNSEL = Section(
    _("法务"),
    (
        View("in_review", "stamp", _("待审核"), {"state": "in_review"}),
        View("to_approve", "check", _("待我审批"), _TO_APPROVE),
        View("to_let_go", "dl", _("待我同意导出"), _TO_LET_GO),
        View("with_counsel", "users", _("法务经手未办结"), _OPEN),
        _FOLLOWED,
        View("closed", "archive", _("已办结"), {"state": "done"}),
    ),
)
_ALL = Section(
    _("全部案件"),
    (
        View("open", "inbox", _("全部未办结"), _OPEN),
        View("today", "clock", _("今日到期"), {"state": "open", "due_today": "1"}),
        View("overdue", "warn", _("已超时"), {"state": "open", "overdue": "1"}),
        View("high_risk", "flag", _("高风险"), {"risk": "high", "state": "open"}),
        View("closed", "archive", _("已办结"), {"state": "done"}),
    ),
)


def sections_for(user: User) -> tuple[Section, ...]:
    """The views of the person's roles; the first one opens by itself."""
    if user.is_(Role.AUDITOR):
        return (_ALL,)
    found: list[Section] = []
    if user.is_(Role.SUPERVISOR):
        found += [_LED, Section(_MY_WORK.title, (_MY_WORK.views[0], _FOLLOWED))]
    elif user.is_(Role.AGENT):
        found += [_MY_WORK, _TEAM]
    if user.is_(Role.COUNSEL):
        found.append(_COUNSEL)
    return tuple(found)


def capped_counts(lists: Mapping[str, ComplaintQuerySet]) -> dict[str, int]:
    """How many cases each list holds, counted up to 100, in one statement.

    A list keeps its order: it leads the database to the index that has the first hundred.
    """
    return dict(zip(lists, counted(_counting(lists.values())), strict=True))


def _counting(lists: Iterable[ComplaintQuerySet]) -> Statement:
    return counting(cases.values(one=Value(1))[: CAP + 1] for cases in lists)


def counting(lists: Iterable[QuerySet[Any, Any]]) -> Statement:
    """How many rows each of them has, in one statement; each is cut where it need not go on."""
    parts: list[str] = []
    params: list[Any] = []
    for rows in lists:
        each = put_together(rows)
        parts.append(f"(SELECT count(*) FROM ({each.sql}) AS capped)" if each.sql else "0")  # noqa: S608 - Django compiled it
        params += each.values
    return Statement("SELECT " + ", ".join(parts) if parts else "", tuple(params))


def counted(statement_of_many: Statement) -> tuple[int, ...]:
    """Its answer, in the order of the lists."""
    return next(iter(statement_of_many.rows()), ())


def shown(number: int) -> str:
    """12, or 99+."""
    return f"{CAP}+" if number > CAP else str(number)


def counts_of(views: Iterable[View], user: User, now: datetime) -> dict[str, int]:
    """View key → number of cases, for the person."""
    views = tuple(views)
    asked = tuple((view.key, *sorted(view.filters.items())) for view in views)

    def all_of_them() -> Statement:
        directory, visible = Directory(user), Complaint.objects.visible_to(user)
        return _counting(
            order_of(view.filters).sort(
                Filters(user, dict(view.filters), directory).apply(visible, NOW), backwards=False
            )
            for view in views
        )

    moments = {NOW: now, end_of_today(NOW): end_of_today(now)}
    found = counted(statement("counts", user, asked, all_of_them, moments))
    return {view.key: number for view, number in zip(views, found, strict=True)}

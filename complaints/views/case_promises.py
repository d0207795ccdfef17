"""The promises of a case as its page shows them: until when, by whom, said where, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import calendars
from complaints.choices import (
    CommitmentSource,
    CommitmentState,
    CommitmentStrength,
    DeadlineState,
)
from complaints.clock import remaining_minutes
from complaints.clock_words import remaining_text
from complaints.lifecycle import State
from complaints.models import Complaint, Deadline
from complaints.paying.sums import Standing
from complaints.promised import KIND
from complaints.views.case_page import CasePage
from complaints.views.case_payments import Money, money_of
from complaints.views.queue_filters import end_of_today
from config.tags import when

Text = str | Promise
MARKS = {
    CommitmentState.OPEN: "todo",
    CommitmentState.KEPT: "ok",
    CommitmentState.BROKEN: "no",
    CommitmentState.WAIVED: "na",
}
# What may be done to a promise: the page's name, its word, and the states in which it may.
_UNDONE = (CommitmentState.OPEN, CommitmentState.BROKEN)
PAYABLE = (*_UNDONE, CommitmentState.KEPT)
ACTS: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    ("pay_promise", gettext_lazy("登记付款"), PAYABLE),
    ("promise", gettext_lazy("登记兑现"), _UNDONE),
    ("promise_due", gettext_lazy("更正期限"), (CommitmentState.OPEN,)),
    ("promise_broken", gettext_lazy("登记未兑现"), (CommitmentState.OPEN,)),
    ("promise_release", gettext_lazy("消费者书面放弃"), _UNDONE),
)


@dataclass(frozen=True)
class Left:
    """How much time there is: in words, and how it is drawn (soon, over, hold or calm)."""

    left: str = ""
    due: str = ""
    kind: str = ""

    @property
    def words(self) -> str:
        """余 3 时 20 分 · 今天 18:00."""
        return " · ".join(part for part in (self.left, self.due) if part)


@dataclass(frozen=True)
class PromiseShown:
    """One promise: `row` are its columns, the rest is in words."""

    row: Mapping[str, Any]
    mark: str
    left: Left
    state: str
    source: Text
    strength: Text
    acts: list[tuple[str, Text]] = field(default_factory=list)
    money: Money | None = None


@dataclass(frozen=True)
class Promises:
    """All of a case, those that are still to be kept first; how many were kept in time out of
    those whose end is known.
    """

    rows: list[PromiseShown]
    settled: int
    on_time: int
    counted: int
    make: str = ""
    pay_all: str = ""


def promises_of(page: CasePage) -> Promises:
    """From the columns of the case's statement; costs no statement of its own."""
    complaint = page.complaint
    clocks = {c.subject: c for c in page.clocks if c.kind == KIND}
    may_end = page.user.may("keep_commitments") and complaint.state != State.ARCHIVED
    shown = [
        _shown(row, clocks.get(f"{KIND}:{row['id']}"), page, may_end=may_end)
        for row in sorted(complaint.promises, key=lambda row: row["state"] != CommitmentState.OPEN)
    ]
    return Promises(
        shown,
        settled=sum(s.row["state"] != CommitmentState.OPEN for s in shown),
        on_time=sum(bool(s.row["on_time"]) for s in shown),
        counted=sum(_counts(s) for s in shown),
        make=reverse("make_promise", args=[complaint.number])
        if page.may("keep_commitments")
        else "",
        pay_all=reverse("pay_all", args=[complaint.number])
        if may_end and len(_waiting(shown)) > 1
        else "",
    )


def _waiting(shown: Sequence[PromiseShown]) -> list[Money]:
    """The money that is still to be paid."""
    ended = CommitmentState.WAIVED
    rows = [s.money for s in shown if s.money is not None and s.row["state"] != ended]
    return [m for m in rows if m.standing.open]


def _counts(shown: PromiseShown) -> bool:
    """Kept, broken, or still open after its time."""
    ended = (CommitmentState.KEPT, CommitmentState.BROKEN)
    return shown.row["state"] in ended or shown.left.kind == "over"


def _shown(
    row: Mapping[str, Any], clock: Deadline | None, page: CasePage, *, may_end: bool
) -> PromiseShown:
    state = CommitmentState(row["state"])
    case = page.complaint
    money = money_of(row, case.payments, case.number, may_end=may_end)
    return PromiseShown(
        row,
        MARKS[state],
        time_left(row["due_at"], page.now, precise=row["precise"], held=_stands_still(clock))
        if state == CommitmentState.OPEN
        else Left(),
        state_words(state, row["on_time"]),
        CommitmentSource(row["source"]).label,
        CommitmentStrength(row["strength"]).label,
        acts_of(case, row["id"], state, money.standing if money else None) if may_end else [],
        money,
    )


def _stands_still(clock: Deadline | None) -> bool:
    return clock is not None and clock.state == DeadlineState.HELD


def acts_of(
    complaint: Complaint, promise_id: int, state: str, money: Standing | None
) -> list[tuple[str, Text]]:
    """(address, word) of what may be done to the promise; the first is the usual one. Money is
    kept by paying what is open of it, everything else by its proof.
    """
    apart = {"pay_promise"} if money is None or not money.open else set()
    if money is not None:
        apart.add("promise")
    return [
        (reverse(name, args=[complaint.number, promise_id]), word)
        for name, word, states in ACTS
        if state in states and name not in apart
    ]


def time_left(due_at: datetime | None, now: datetime, *, precise: bool, held: bool = False) -> Left:
    """How much working time there is until then; of a day that was promised no hour is said."""
    if due_at is None:
        return Left(_("没有期限"))
    if held:
        return Left(_("计时已中止"), kind="hold")
    minutes = remaining_minutes(due_at, now, calendars.current())
    over = due_at <= now
    left = _("已超时") if over and minutes == 0 else remaining_text(minutes)
    kind = "over" if over else "soon" if due_at < end_of_today(now) else ""
    due = when(due_at)
    return Left(left, due if precise else due.rpartition(" ")[0] or due, kind)


def state_words(state: str, on_time: bool | None) -> str:
    """待兑现, 按时兑现, 逾期兑现, 未兑现, 消费者书面放弃."""
    if state == CommitmentState.KEPT:
        return _("按时兑现") if on_time else _("逾期兑现")
    return str(CommitmentState(state).label)

"""All clocks of a case with its holds and its moments, on a page of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import clock_words
from complaints.choices import RUNS, DeadlineState, HoldReason
from complaints.models import Complaint, Deadline, Hold, Moment
from complaints.views.clock_changes import moment_in_words
from complaints.views.clock_shown import NATURE_ICONS, by_pressure, shown
from config.tags import moment

Text = str | Promise


@dataclass(frozen=True)
class Ended:
    """A clock that ran, and how it ended."""

    pk: int
    title: str
    icon: str
    state: str
    words: Text
    due: str
    ended: str

    @property
    def mark(self) -> str:
        """How it is drawn."""
        return {"met": "ok", "missed": "no"}.get(self.state, "na")


@dataclass(frozen=True)
class Waited:
    """A hold: why, what for, from when until when, and which clocks stood still."""

    pk: int
    reason: Text
    note: str
    items: Sequence[str]
    by: str
    started_at: datetime
    expected_end: date | None
    ended_at: datetime | None
    clocks: str


@dataclass(frozen=True)
class When:
    """A moment that was recorded."""

    kind: str
    words: str
    note: str
    source: Text
    by: str
    recorded_at: datetime
    correctable: bool


def ended(deadline: Deadline) -> Ended:
    """As lists show it."""
    return Ended(
        deadline.pk,
        clock_words.title_of(deadline),
        NATURE_ICONS.get(deadline.nature, "clock"),
        str(deadline.state),
        DeadlineState(deadline.state).label,
        clock_words.marked(moment(deadline.due_at), provisional=deadline.provisional),
        moment(deadline.met_at),
    )


def waited(hold: Hold, titles: dict[str, str]) -> Waited:
    """As lists show it; `titles` name the kinds that it stops."""
    stopped = [titles.get(kind) or clock_words.title_of_row(kind) for kind in hold.pauses]
    return Waited(
        hold.pk,
        HoldReason(hold.reason).label,
        hold.note,
        hold.items,
        hold.by.name,
        hold.started_at,
        hold.expected_end,
        hold.ended_at,
        _("、").join(stopped),
    )


def list_of(complaint: Complaint, user: User, now: datetime) -> dict[str, Any]:
    """What the page shows. Three statements."""
    clocks = list(Deadline.objects.filter(complaint=complaint).order_by("-id"))
    holds = list(Hold.objects.filter(complaint=complaint).select_related("by").order_by("-id"))
    titles = {d.kind: clock_words.title_of(d) for d in clocks}
    running = by_pressure(d for d in clocks if d.state in RUNS)
    open_ones = [vars(h) for h in holds if h.ended_at is None]
    return {
        "clocks": [shown(d, now, open_ones) for d in running],
        "ended": [ended(d) for d in clocks if d.state not in RUNS],
        "waits": [waited(h, titles) for h in holds],
        "moments": moments_of(complaint),
        "may_hold": complaint.is_open and user.may("hold_clocks"),
        "may_record": complaint.state != "archived" and user.may("edit_complaints"),
    }


def moments_of(complaint: Complaint) -> list[When]:
    """The moments that stand, in their order. One statement."""
    rows = Moment.objects.filter(complaint=complaint, superseded_at=None).select_related("by")
    return [
        When(
            row.kind,
            moment_in_words(row.kind, row.at, row.precise),
            row.note,
            Moment.Source(row.source).label,
            row.by.name if row.by else "",
            row.recorded_at,
            row.source != Moment.Source.STEP,
        )
        for row in rows
    ]

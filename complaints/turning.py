"""What a step of the lifecycle does to the clocks of its case: stop, cancel, start."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import QuerySet

from complaints import clock, deadlines, marking, next_due, regimes
from complaints.asked_teams import KIND
from complaints.choices import RUNS
from complaints.lifecycle import State
from complaints.models import Complaint, Deadline, Moment
from complaints.prepared import ROW, everybodys


def turn(
    complaint: Complaint,
    *,
    stops: Collection[str],
    cancels: Collection[str],
    starts: Iterable[str],
    now: datetime,
    step: str = "",
) -> None:
    """Stop, cancel and start clocks for a step (the state is the new one) and refresh
    when it falls due next; nothing is saved on the case.
    """
    rows = everybodys("clocks that run", _that_run, {ROW: complaint.pk})
    running = {(d.kind, d.subject): d for d in rows}
    ended = [
        (deadline, end)
        for deadline in running.values()
        if (end := _end(deadline, complaint, stops, cancels, now))
    ]
    for deadline, _how in ended:
        del running[deadline.kind, deadline.subject]
    deadlines.finish(ended, now)
    fresh = [
        deadline
        for kind in starts
        for deadline in deadlines.for_kind(complaint, kind, now)
        if (deadline.kind, deadline.subject) not in running
    ]
    deadlines.save_new(fresh)
    next_due.put(complaint, [*running.values(), *fresh])
    for kind in regimes.moments_of(step):
        marking.mark(complaint, kind, now, now=now, source=Moment.Source.STEP)


def _that_run() -> QuerySet[Deadline]:
    return Deadline.objects.filter(complaint=ROW, state__in=RUNS)


def _end(
    deadline: Deadline,
    complaint: Complaint,
    stops: Collection[str],
    cancels: Collection[str],
    now: datetime,
) -> str:
    """How the step ends the clock: met, missed or cancelled; "" where it runs on."""
    by = {deadline.kind, _alongside(deadline)}
    if by & set(cancels):
        return clock.CANCELLED
    if by & set(stops):
        return deadlines.ending(deadline, now)
    if complaint.state == State.CLOSED and not _outlives(deadline):
        cancelled = not stops or deadline.kind == KIND  # nobody answered
        return deadlines.ending(deadline, now, cancelled=cancelled)
    return ""


def _alongside(deadline: Deadline) -> str:
    row = regimes.row(deadline.entry)
    return row.alongside if row else ""


def _outlives(deadline: Deadline) -> bool:
    """A duty that does not depend on the complaint goes on when the case is closed."""
    row = regimes.row(deadline.entry)
    return bool(row and row.after_close)

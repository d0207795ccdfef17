"""Write down when something of the matter happened (时间节点), or take it back: clocks that it
starts start, those that it ends end, those that rested on it are counted from the new instant.

Which moments matter to a case, and what came of one: `moments.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import Signal

from complaints import clock, clock_rows, deadlines, next_due, regimes
from complaints.choices import RUNS
from complaints.models import Complaint, Deadline, Moment
from complaints.workdays import SHANGHAI

# An event was written down, or taken back (`at` None), under the case's lock: clocks that are not
# in the table of regimes start from it and end with it too (`public_promises.py`).
moment_marked = Signal()


def mark(
    complaint: Complaint,
    kind: str,
    at: datetime,
    *,
    now: datetime,
    source: str,
    precise: bool = True,
    note: str = "",
    by: Any = None,
) -> Moment | None:
    """Write down when something happened; clocks that it starts start, those that it ends end.

    A corrected moment takes the earlier one's place: clocks that rested on it are counted from the
    new one. None when nothing changed. The caller holds the case's lock.
    """
    before = Moment.objects.filter(complaint=complaint, kind=kind, superseded_at=None).first()
    if before is not None and (before.at, before.precise) == (at, precise):
        return None
    if before is not None:
        before.superseded_at = now
        before.save(update_fields=["superseded_at"])
    moment = Moment.objects.create(
        complaint=complaint,
        kind=kind,
        at=at,
        precise=precise,
        source=source,
        note=note,
        by=by,
        recorded_at=now,
    )
    _start_from(complaint, moment, now)
    _restart_at(complaint, moment, now)
    _stop_at(complaint, moment)
    moment_marked.send(Moment, complaint=complaint, kind=kind, at=at, now=now)
    next_due.refresh(complaint)
    return moment


def unmark(complaint: Complaint, kind: str, *, now: datetime) -> bool:
    """Take a moment back: what it started is cancelled. False when there was none."""
    moment = Moment.objects.filter(complaint=complaint, kind=kind, superseded_at=None).first()
    if moment is None:
        return False
    moment.superseded_at = now
    moment.save(update_fields=["superseded_at"])
    alone, along = _resting_on(complaint, kind)
    deadlines.finish([(d, clock.CANCELLED) for d in alone], now)
    _begin_at(along, None, now)
    moment_marked.send(Moment, complaint=complaint, kind=kind, at=None, now=now)
    next_due.refresh(complaint)
    return True


def _resting_on(complaint: Complaint, kind: str) -> tuple[list[Deadline], list[Deadline]]:
    """Running clocks that count from the moment: those it starts by itself, and those that a step
    starts and that only count from it.
    """
    rows = Deadline.objects.filter(complaint=complaint, state__in=RUNS)
    found = [(d, row) for d in rows if (row := regimes.row(d.entry)) and row.starts == kind]
    alone = [d for d, row in found if not row.alongside]
    return alone, [d for d, row in found if row.alongside]


def _start_from(complaint: Complaint, moment: Moment, now: datetime) -> None:
    """Begin the clocks of a moment, or let them count from it where it was corrected."""
    on = moment.at.astimezone(SHANGHAI).date()
    alone, along = _resting_on(complaint, moment.kind)
    _begin_at(along, moment.at, now)
    rows = {
        row.entry: row
        for row in regimes.started_by(moment.kind, on, regimes.traits(complaint))
        if complaint.is_open or row.after_close
    }
    kept = [d for d in alone if d.entry in rows]
    _begin_at(kept, moment.at, now)
    deadlines.finish([(d, clock.CANCELLED) for d in alone if d.entry not in rows], now)
    running = {d.entry for d in kept}
    fresh = [
        deadlines.new(complaint, row, moment.at)
        for row in rows.values()
        if row.entry not in running
    ]
    over = _already_stopped(complaint, fresh)
    deadlines.save_new(fresh)
    for deadline, at in over:
        deadlines.finish([(deadline, deadlines.ending(deadline, at))], at)


def _begin_at(clocks: Sequence[Deadline], start: datetime | None, now: datetime) -> None:
    """Count from there. A clock that a step started counts from the moment only where that is the
    earlier one, and from its step again when the moment is taken back (`start` None).
    """
    for deadline in clocks:
        begun = deadline.events.get(kind=clock.STARTED).at
        wanted = begun if start is None else start
        row = regimes.row(deadline.entry)
        if row is not None and row.alongside:
            wanted = min(begun, wanted)
        if wanted == deadline.started_at:
            continue
        if row is not None and row.alongside:
            deadlines.count_from(deadline, row, wanted, now)
        else:
            deadlines.move([deadline], wanted, now)


def _already_stopped(
    complaint: Complaint, fresh: Sequence[Deadline]
) -> list[tuple[Deadline, datetime]]:
    """New clocks whose end was written down before their beginning was."""
    current = {m.kind: m.at for m in Moment.objects.filter(complaint=complaint, superseded_at=None)}
    found = []
    for deadline in fresh:
        row = regimes.row(deadline.entry)
        ends = [current[kind] for kind in (row.stops if row else ()) if kind in current]
        if ends and min(ends) >= deadline.started_at:
            found.append((deadline, min(ends)))
    return found


def _restart_at(complaint: Complaint, moment: Moment, now: datetime) -> None:
    """Count the clocks anew for which the moment begins the term again (投诉人提出新的事实和理由);
    one before the clock began changes nothing.
    """
    rows = Deadline.objects.filter(complaint=complaint, state__in=RUNS)
    anew = [
        d
        for d in rows
        if (row := regimes.row(d.entry))
        and moment.kind in row.restarts
        and moment.at > d.events.get(kind=clock.STARTED).at
    ]
    clock_rows.add(anew, now, clock.MOVED, {"start": moment.at.isoformat()})


def _stop_at(complaint: Complaint, moment: Moment) -> None:
    """End the clocks for which the moment is the end: judged by when it happened, not by when it
    was written down.
    """
    rows = Deadline.objects.filter(complaint=complaint, state__in=RUNS)
    stopped = [d for d in rows if (row := regimes.row(d.entry)) and moment.kind in row.stops]
    deadlines.finish([(d, deadlines.ending(d, moment.at)) for d in stopped], moment.at)

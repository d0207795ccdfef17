"""Reading clocks again from their events: by the calendar of today, by one that is only tried, or
to prove what is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from complaints import calendars, clock, clock_rows
from complaints.clock import Reading
from complaints.models import ClockEvent, Deadline
from complaints.workdays import Calendar
from config import bulk


def recount(deadlines: Sequence[Deadline], now: datetime, why: str) -> list[Deadline]:
    """Count anew by the calendar of today; answers those whose date moved or is provisional no
    longer. The old date stays in the clock's history.

    Where only the warnings or the explanation come out otherwise they are stored without a word.
    """
    calendar = calendars.current()
    stored = {d.pk: _as_stored(d) for d in deadlines}
    before = {d.pk: (d.due_at, d.provisional) for d in deadlines}
    for deadline, happenings in clock_rows.tapes(deadlines).items():
        clock_rows.store(deadline, clock.read(happenings, calendar), calendar)
    bulk.update([d for d in deadlines if stored[d.pk] != _as_stored(d)], clock_rows.STORED)
    changed = [d for d in deadlines if before[d.pk] != (d.due_at, d.provisional)]
    ClockEvent.objects.bulk_create(
        ClockEvent(
            deadline=d,
            at=now,
            kind="recounted",
            detail={
                "from": before[d.pk][0].isoformat(),
                "to": d.due_at.isoformat(),
                "was_provisional": before[d.pk][1],
                "provisional": d.provisional,
                "why": why,
            },
        )
        for d in changed
    )
    return changed


def _as_stored(deadline: Deadline) -> list[Any]:
    return [getattr(deadline, name) for name in clock_rows.STORED]


def readings(deadlines: Sequence[Deadline], calendar: Calendar) -> dict[Deadline, Reading]:
    """What the clocks would say by another calendar; nothing is stored. Raises ClockError."""
    return {d: clock.read(tape, calendar) for d, tape in clock_rows.tapes(deadlines).items()}


def recompute(deadline: Deadline, calendar: Calendar | None = None) -> Reading:
    """What the clock says by its events alone. Raises ClockError."""
    return clock.read(clock_rows.tapes([deadline])[deadline], calendar or calendars.current())

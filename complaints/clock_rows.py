"""The row of a clock and its `ClockEvent`s: every row follows from its events, so whoever changes a
clock adds an event and stores what `clock.read` then says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from complaints import calendars, clock, ladders
from complaints.choices import DeadlineState
from complaints.clock import Happening, Reading
from complaints.models import ClockEvent, Deadline
from complaints.workdays import Calendar
from config import bulk

STORED = [
    "started_at",
    "due_at",
    "provisional",
    "state",
    "met_at",
    "terms",
    "extensions",
    "explanation",
    "ladder",
    "ladder_at",
]


def tapes(deadlines: Sequence[Deadline]) -> dict[Deadline, list[Happening]]:
    """The happenings of each clock, one statement for all."""
    tapes: dict[int, list[Happening]] = {d.pk: [] for d in deadlines}
    events = ClockEvent.objects.filter(deadline__in=deadlines, kind__in=clock.KINDS).order_by("id")
    for event in events:
        tapes[event.deadline_id].append(Happening(event.at, event.kind, event.detail))
    return {d: tapes[d.pk] for d in deadlines}


def add(
    deadlines: Sequence[Deadline],
    now: datetime,
    kind: str,
    detail: Mapping[str, Any],
    *,
    by: Any = None,
) -> None:
    """One more event of each clock, and what the clock then says."""
    if not deadlines:
        return
    calendar = calendars.current()
    for deadline, happenings in tapes(deadlines).items():
        reading = clock.read([*happenings, Happening(now, kind, detail)], calendar)
        store(deadline, reading, calendar)
    bulk.update(deadlines, STORED)
    ClockEvent.objects.bulk_create(
        ClockEvent(
            deadline=d, at=now, kind=kind, key=str(detail.get("hold", "")), detail=detail, by=by
        )
        for d in deadlines
    )


def store(deadline: Deadline, reading: Reading, calendar: Calendar | None = None) -> None:
    """Write what the clock says onto its row (not saved)."""
    due = reading.due
    deadline.started_at = reading.started_at
    deadline.due_at, deadline.provisional = due.at, due.provisional
    deadline.state = DeadlineState(reading.state)
    deadline.terms, deadline.extensions = reading.terms.as_json(), len(reading.extensions)
    deadline.explanation = {
        "length": reading.terms.length,
        "unit": reading.terms.unit,
        "back": reading.terms.back,
        "first_day": due.first_day.isoformat(),
        **{
            name: [d.isoformat() for d in getattr(due, name)]
            for name in ("skipped", "made_up", "moved", "held")
        },
        "pauses": [[a.isoformat(), b.isoformat()] for a, b in reading.pauses],
        "stands_since": reading.held_since.isoformat() if reading.held_since else None,
        "extended": [{k: e[k] for k in ("by", "to", "unit") if k in e} for e in reading.extensions],
    }
    deadline.ladder = ladders.steps_of(
        deadline.entry, deadline.ladder, reading, calendar or calendars.current()
    )
    running = reading.state == DeadlineState.RUNNING
    deadline.ladder_at = ladders.next_step(deadline.ladder) if running else None

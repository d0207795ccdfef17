"""The warnings of one clock as they are stored on its row: the rungs of its ladder with their
instants, and which of them were climbed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from complaints import clock, regimes
from complaints.clock import Reading
from complaints.workdays import Calendar


def steps_of(
    entry: str, before: Sequence[dict[str, Any]], reading: Reading, calendar: Calendar
) -> list[dict[str, Any]]:
    """The rungs of this row with their instants; one that was climbed `before` stays climbed.

    A due instant that moved can fall due once more: its own rung and those after it are climbed
    again then.
    """
    row, due = regimes.row(entry), reading.due_at
    climbed = {step["code"]: step for step in before if step["done_at"]}
    steps = []
    for rung in row.ladder if row else regimes.ladder("default"):
        late = rung.percent is None or rung.percent >= 100
        code = f"{rung.code}|{due.astimezone(UTC):%y%m%d%H%M}" if late else rung.code
        at = clock.climb_at(
            rung, reading.started_at, due, reading.terms.unit, calendar, reading.pauses
        )
        done = climbed.get(code)
        steps.append(done or {"at": at.isoformat(), "who": rung.who, "code": code, "done_at": None})
    return steps


def is_late(step: Mapping[str, Any]) -> bool:
    """True for a rung at the due instant or after it; it carries the instant that it belongs to."""
    return "|" in step["code"]


def next_step(ladder: Sequence[Mapping[str, Any]]) -> datetime | None:
    """The next instant at which somebody is told; None when all have been."""
    waiting = [datetime.fromisoformat(step["at"]) for step in ladder if step["done_at"] is None]
    return min(waiting, default=None)


def climb(ladder: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Mark the rungs that are due by now as climbed; answers them."""
    climbed = []
    for step in ladder:
        if step["done_at"] is None and datetime.fromisoformat(step["at"]) <= now:
            step["done_at"] = now.isoformat()
            climbed.append(step)
    return climbed

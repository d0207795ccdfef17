"""Which cases their owner put aside (搁置), and which are back. Both follow from the moment at
which one looks: no job brings a case back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When

from complaints.models import Snooze

FIRST = datetime(2000, 1, 1, tzinfo=UTC)  # what is back stands before all that is due


def _of_case() -> Any:
    return Snooze.objects.filter(complaint=OuterRef("pk"), ended_at=None)


def away(now: datetime) -> Q:
    """Put aside, and nothing of it overdue."""
    due = Q(next_due_at=None) | Q(next_due_at__gt=now)
    return Q(Exists(_of_case().filter(until__gt=now))) & due


def back(now: datetime) -> Q:
    """Was put aside, and its day has come."""
    return Q(Exists(_of_case().filter(until__lte=now)))


def turn(now: datetime) -> Case:
    """By what the owner's list is sorted: what is back first, then what falls due."""
    return Case(When(back(now), then=Value(FIRST)), default=F("next_due_at"))


def columns() -> dict[str, Subquery]:
    """Until when a case is put aside, for what, and what brought it back earlier."""
    return {
        "snoozed_until": Subquery(_of_case().values("until")[:1]),
        "snoozed_for": Subquery(_of_case().values("waiting_for")[:1]),
        "snooze_because": Subquery(_of_case().values("because")[:1]),
    }

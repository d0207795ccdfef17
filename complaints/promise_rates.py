"""How many promises were kept in time, of those that fell due in the last days: by team, and of
each public promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from complaints.choices import CommitmentState, DeadlineState
from complaints.models import Commitment, Deadline
from complaints.querysets import scope_of

DAYS = 90
# What was released by the consumer was neither kept nor broken.
_DUE = (CommitmentState.OPEN, CommitmentState.KEPT, CommitmentState.BROKEN)


@dataclass(frozen=True)
class Rate:
    """Kept in time out of all that fell due, and who it is about."""

    name: str
    on_time: int
    all: int

    @property
    def percent(self) -> str:
        """97.1, to one decimal, rounded down: no rate is called better than it is."""
        tenths = self.on_time * 1000 // self.all if self.all else 0
        return f"{tenths // 10}.{tenths % 10}"


def of_teams(user: User, now: datetime, days: int = DAYS) -> list[Rate]:
    """The teams whose cases the person sees, of what fell due in the last days. One statement."""
    rows = Commitment.objects.filter(
        scope_of(user, "complaint__"),
        state__in=_DUE,
        due_at__gte=now - timedelta(days=days),
        due_at__lt=now,
    )
    found = (
        rows.order_by()
        .values("complaint__team", "complaint__team__name")
        .annotate(all=Count("pk"), on_time=Count("pk", filter=Q(on_time=True)))
        .order_by("complaint__team__name")
    )
    return [Rate(row["complaint__team__name"], row["on_time"], row["all"]) for row in found]


# --- public promises


@dataclass(frozen=True)
class Figures:
    """What became of the clocks of a public promise that fell due in the last days."""

    days: int
    kept: int
    late: int
    broken: int

    @property
    def all(self) -> int:
        """Everything that fell due."""
        return self.kept + self.late + self.broken

    @property
    def percent(self) -> str:
        """Kept in time, to one decimal, rounded down."""
        return Rate("", self.kept, self.all).percent


WINDOWS = (30, 90)
# Kept in time; kept, but late; not kept until now, or not before the case was closed.
OUTCOMES: dict[str, Q] = {
    "kept": Q(state=DeadlineState.MET),
    "late": Q(state=DeadlineState.MISSED, met_at__isnull=False),
    "broken": Q(state=DeadlineState.RUNNING) | Q(state=DeadlineState.MISSED, met_at=None),
}


def clocks_due(user: User, now: datetime, days: int) -> QuerySet[Deadline]:
    """Clocks of public promises on cases that the person sees, due in the last days. What the
    consumer gave up is none of them.
    """
    ended = OUTCOMES["kept"] | OUTCOMES["late"] | OUTCOMES["broken"]
    return Deadline.objects.filter(
        scope_of(user, "complaint__"),
        ended,
        kind="promise",
        due_at__gte=now - timedelta(days=days),
        due_at__lt=now,
    )


def of_promises(user: User, now: datetime) -> dict[str, list[Figures]]:
    """Subject of the clocks (`promise:3`) → its figures for each window. One statement."""
    counts = {}
    for days in WINDOWS:
        since = Q(due_at__gte=now - timedelta(days=days))
        for name, outcome in OUTCOMES.items():
            counts[f"{name}_{days}"] = Count("pk", filter=since & outcome)
    clocks = clocks_due(user, now, max(WINDOWS)).order_by()
    rows: Any = clocks.values("subject").annotate(**counts)
    return {
        row["subject"]: [
            Figures(days, *(row[f"{name}_{days}"] for name in OUTCOMES)) for days in WINDOWS
        ]
        for row in rows
    }

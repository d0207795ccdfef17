"""How many promises were kept in time: of those that fell due in the last days, by team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from accounts.models import User
from complaints.choices import CommitmentState
from complaints.models import Commitment
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

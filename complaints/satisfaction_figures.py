"""How satisfied consumers are, counted over exactly the rows that a click on the number opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, DecimalField, Q, QuerySet

from accounts.models import User
from complaints.models import Invitation
from complaints.models.satisfaction import DISSATISFIED_UP_TO
from complaints.querysets import scope_of

WINDOWS = (30, 90, 365)  # days
ANSWERED = Q(feedback__isnull=False)
# What of the invitations is listed, by name; each figure counts with the same words.
SHOWN: dict[str, Q] = {
    "all": Q(),
    "answered": ANSWERED,
    "unanswered": Q(feedback__isnull=True),
    "solved": Q(feedback__solved=True),
    "unsolved": Q(feedback__solved=False),
    "bad": Q(feedback__score__lte=DISSATISFIED_UP_TO) | Q(feedback__solved=False),
}


@dataclass(frozen=True)
class Figures:
    """Counts of `SHOWN`, and the average mark in tenths (None where nobody answered)."""

    counts: dict[str, int]
    tenths: int | None

    @property
    def average(self) -> str:
        """4.3, rounded down: nothing is called better than it is; a dash where nobody answered."""
        return "—" if self.tenths is None else f"{self.tenths // 10}.{self.tenths % 10}"

    def percent(self, part: str, of: str) -> str:
        """66.6, rounded down; a dash where there is nothing to divide by."""
        whole = self.counts[of]
        if not whole:
            return "—"
        tenths = self.counts[part] * 1000 // whole
        return f"{tenths // 10}.{tenths % 10}%"


def invitations(user: User, now: datetime, days: int, team: str = "") -> QuerySet[Invitation]:
    """Those of cases that the person sees, asked in the last days, perhaps of one team."""
    since = now - timedelta(days=days)
    found = Invitation.objects.filter(scope_of(user, "complaint__"), asked_at__gte=since)
    return found.filter(complaint__team=int(team)) if team else found


def figures(rows: QuerySet[Invitation]) -> Figures:
    """One statement."""
    counts = {name: Count("pk", filter=q) for name, q in SHOWN.items() if name != "all"}
    mark = Avg("feedback__score", output_field=DecimalField())
    found = rows.order_by().aggregate(all=Count("pk"), mark=mark, **counts)
    average = found.pop("mark")
    return Figures(found, None if average is None else int(average * 10))

"""Causes and corrective actions of half a year: why it happened, as people found it, and what is
done so that it does not happen again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from analytics import curing
from analytics.half_year import HalfYear, moments
from analytics.models import Cause, CauseGiven, CorrectiveAction, Signal
from analytics.periods import Half

MOST_ACTIONS = 200


@dataclass(frozen=True)
class Why:
    """A cause: how many cases and how many signals were found to have it in the half, and how many
    cases in the half before.
    """

    label: str
    cases: int
    signals: int
    before: int


def causes(year: HalfYear) -> list[Why]:
    """Causes given in the half, the most cases first. Four statements."""
    tree = {cause.pk: cause for cause in Cause.objects.select_related("parent")}
    cases = year.cases.order_by().values("pk")
    seen = Signal.objects.visible_to(year.user).order_by().values("pk")
    now = _given(year.half, "complaint", complaint__in=cases)
    signals = _given(year.half, "signal", signal__in=seen)
    before = _given(year.half.before, "complaint", complaint__in=cases)
    rows = [
        Why(tree[pk].path, now[pk], signals[pk], before[pk]) for pk in {*now, *signals, *before}
    ]
    return sorted(rows, key=lambda row: (-row.cases, -row.signals, row.label))


def _given(half: Half, of: str, **scope: Any) -> Counter[int]:
    since, until = moments(half)
    rows = CauseGiven.objects.filter(withdrawn_at=None, at__gte=since, at__lt=until, **scope)
    counted = rows.order_by().values("cause").annotate(n=Count(of, distinct=True))
    return Counter({row["cause"]: row["n"] for row in counted})


def actions(year: HalfYear) -> list[CorrectiveAction]:
    """What was entered, due or done in the half, by due day. One statement."""
    since, until = moments(year.half)
    days = (year.half.since, year.half.until)
    touched = Q(at__gte=since, at__lt=until) | Q(due_on__range=days) | Q(done_on__range=days)
    rows = curing.visible_to(year.user).filter(touched)
    rows = rows.select_related("owner", "cause__parent", "signal")
    return list(rows.order_by("due_on", "pk")[:MOST_ACTIONS])

"""Causes and corrective actions of half a year: why it happened, as people found it, and what is
done so that it does not happen again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from analytics import curing
from analytics.half_year import HalfYear, moments
from analytics.models import Cause, CauseGiven, CorrectiveAction, Signal, SignalCase, SignalStep
from analytics.periods import Half

MOST_ACTIONS = MOST_SIGNALS = 200


@dataclass(frozen=True)
class Why:
    """A cause: how many cases and how many signals were found to have it in the half, and how many
    cases in the half before.
    """

    label: str
    cases: int
    signals: int
    before: int


@dataclass(frozen=True)
class Judged:
    """A signal, the reason of the last step that had one, and the causes that people gave it."""

    signal: Signal
    reason: str
    given: list[CauseGiven]


def causes(year: HalfYear) -> list[Why]:
    """Causes given in the half, the most cases first. Four statements.

    With a team: of its cases, and of signals with a case of it.
    """
    tree = {cause.pk: cause for cause in Cause.objects.select_related("parent")}
    cases = year.cases.order_by().values("pk")
    seen = _signals(year).values("pk")
    now = _given(year.half, "complaint", complaint__in=cases)
    signals = _given(year.half, "signal", signal__in=seen)
    before = _given(year.half.before, "complaint", complaint__in=cases)
    rows = [
        Why(tree[pk].path, now[pk], signals[pk], before[pk]) for pk in {*now, *signals, *before}
    ]
    return sorted(rows, key=lambda row: (-row.cases, -row.signals, row.label))


def _signals(year: HalfYear) -> QuerySet[Signal]:
    """Those that the person may see, of the team that is asked for."""
    rows: QuerySet[Signal] = Signal.objects.visible_to(year.user).order_by()
    if year.asked.team is None:
        return rows
    theirs = SignalCase.objects.filter(complaint__team=year.asked.team)
    return rows.filter(pk__in=theirs.order_by().values("signal"))


def signals(year: HalfYear) -> tuple[list[Judged], int]:
    """Those found in the half or decided about in it, the oldest first, and how many more there
    are. Four statements.
    """
    since, until = moments(year.half)
    steps = SignalStep.objects.filter(at__gte=since, at__lt=until).order_by().values("signal")
    found = Q(detected_at__gte=since, detected_at__lt=until) | Q(pk__in=steps)
    rows = _signals(year).filter(found).order_by("detected_at", "pk")
    named = CauseGiven.objects.filter(withdrawn_at=None).select_related("cause__parent")
    with_words = rows.prefetch_related(
        Prefetch("given", named.order_by("at", "pk")),
        Prefetch("steps", SignalStep.objects.order_by("-pk")),
    )
    judged = [
        Judged(row, next((s.reason for s in row.steps.all() if s.reason), ""), [*row.given.all()])
        for row in with_words[:MOST_SIGNALS]
    ]
    return judged, max(rows.count() - MOST_SIGNALS, 0)


def _given(half: Half, of: str, **scope: Any) -> Counter[int]:
    since, until = moments(half)
    rows = CauseGiven.objects.filter(withdrawn_at=None, at__gte=since, at__lt=until, **scope)
    counted = rows.order_by().values("cause").annotate(n=Count(of, distinct=True))
    return Counter({row["cause"]: row["n"] for row in counted})


def actions(year: HalfYear) -> tuple[list[CorrectiveAction], int]:
    """What was entered, due or done in the half, by due day, and how many more there are. Two
    statements, and one for their files.

    With a team: for signals with a case of it, and for causes that were given to a case of it.
    """
    since, until = moments(year.half)
    days = (year.half.since, year.half.until)
    touched = Q(at__gte=since, at__lt=until) | Q(due_on__range=days) | Q(done_on__range=days)
    rows = curing.visible_to(year.user).filter(touched)
    if year.asked.team is not None:
        given = CauseGiven.objects.filter(complaint__team=year.asked.team, withdrawn_at=None)
        named = given.order_by().values("cause")
        above = Cause.objects.filter(children__in=named).order_by().values("pk")
        of_cause = Q(cause__in=named) | Q(cause__in=above)
        rows = rows.filter(Q(signal__in=_signals(year).values("pk")) | Q(signal=None) & of_cause)
    found = rows.select_related("owner", "cause__parent", "signal").order_by("due_on", "pk")
    found = found.prefetch_related("files")
    return list(found[:MOST_ACTIONS]), max(rows.count() - MOST_ACTIONS, 0)

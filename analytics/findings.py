"""What the dashboard says first: what is wrong and waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from analytics import signal_words
from analytics.models import CorrectiveAction, Signal, SignalNotice
from analytics.signal_life import OPEN_STATES, Kind, State
from analytics.telling import unseen
from complaints.prepared import TODAY, prepared

__all__ = ["Finding", "open_findings", "unseen"]

TONES: dict[str, str] = {
    State.NEW: "danger",
    State.ACKNOWLEDGED: "warn",
    State.CONFIRMED: "danger",
    State.ACTION: "info",
    State.EFFECT_CHECKED: "ok",
}


@dataclass(frozen=True)
class Finding:
    """A signal in a line. `count`: cases that the person may see, listed at `rows_address`;
    `observed` and `expected`: of the whole enterprise, as the model saw them.
    """

    signal: int
    kind: str
    kind_words: str
    state: str
    state_words: str
    tone: str
    sentence: str
    address: str
    rows_address: str
    count: int
    observed: int
    expected: float | None
    ratio: float | None
    since: date
    detected_at: datetime
    owner: str
    overdue: int
    new_to_me: bool


def open_findings(user: User, *, most: int = 6, now: datetime | None = None) -> list[Finding]:
    """Overdue cures first, then what is new, acknowledged, confirmed, under way; the newest of each
    before the others. Two statements.
    """
    if not user.may("see_analytics"):
        return []
    today = timezone.localdate(now or timezone.now())
    asked = (most, user.is_(Role.AUDITOR), user.is_active)
    statement = prepared("findings", user, asked, lambda: _open(user, most), {TODAY: today})
    found = list(Signal.objects.raw(*statement)) if statement.sql else []
    told = SignalNotice.objects.filter(user=user, seen_at=None, signal__in=[s.pk for s in found])
    new = set(told.values_list("signal", flat=True)) if found else set()
    return [finding(signal, new=signal.pk in new) for signal in found]


def _open(user: User, most: int) -> QuerySet[Signal]:
    late = CorrectiveAction.objects.filter(
        signal=OuterRef("pk"), state=CorrectiveAction.State.OPEN, due_on__lt=TODAY
    )
    counted = late.order_by().values("signal").annotate(n=Count("pk")).values("n")
    return (
        Signal.objects.visible_to(user)
        .filter(state__in=OPEN_STATES)
        .counted_for(user)
        .annotate(overdue=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
        .annotate(
            turn=Case(
                When(overdue__gt=0, then=Value(0)),
                *(When(state=s, then=Value(n)) for n, s in enumerate(OPEN_STATES, start=1)),
                output_field=IntegerField(),
            ),
            owner_name=Coalesce(F("owner__name"), Value("")),
        )
        .defer("words", "numbers")
        .order_by("turn", "-detected_at", "-pk")[:most]
    )


def finding(signal: Signal, *, new: bool = False) -> Finding:
    """One row (with `seen_cases`, `overdue`) in words."""
    named: str | None = getattr(signal, "owner_name", None)
    if named is None:
        named = signal.owner.name if signal.owner else ""
    return Finding(
        signal=signal.pk,
        kind=signal.kind,
        kind_words=str(Kind(signal.kind).label),
        state=signal.state,
        state_words=str(State(signal.state).label),
        tone=TONES.get(signal.state, ""),
        sentence=signal_words.sentence(signal),
        address=reverse("signal", args=[signal.pk]),
        rows_address=reverse("signal_cases", args=[signal.pk]),
        count=getattr(signal, "seen_cases", 0),
        observed=signal.observed,
        expected=signal.expected,
        ratio=signal.ratio,
        since=signal.started_on,
        detected_at=signal.detected_at,
        owner=named,
        overdue=getattr(signal, "overdue", 0),
        new_to_me=new,
    )

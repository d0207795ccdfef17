"""Corrective actions and signals as a line of a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.models import User
from analytics import effects, signal_words
from analytics.models import CorrectiveAction, Signal
from analytics.signal_life import State

A = CorrectiveAction.State


@dataclass(frozen=True)
class Line:
    """One action before one person."""

    action: CorrectiveAction
    today: date
    opens: bool = True  # whether the person may open what it cures

    @property
    def overdue(self) -> bool:
        """Not done, and the day is over."""
        return self.action.is_overdue(self.today)

    @property
    def about(self) -> str:
        """What it cures."""
        signal, cause = self.action.signal, self.action.cause
        if signal is not None:
            return signal_words.subject_of(signal)
        return cause.path if cause is not None else ""

    @property
    def effect(self) -> str:
        """What was measured, in a sentence."""
        return effects.said(self.action)

    @property
    def tone(self) -> str:
        """Of its state."""
        effect = self.action.effect
        if self.overdue or effect == CorrectiveAction.Effect.ROSE:
            return "danger"
        if effect == CorrectiveAction.Effect.FELL:
            return "ok"
        return {A.OPEN: "info", A.DONE: "warn"}.get(A(self.action.state), "")


def lines(actions: Iterable[CorrectiveAction], user: User | None = None) -> list[Line]:
    """Each with today. With `user` also whether that person may open the signal: one statement."""
    today, rows = timezone.localdate(), list(actions)
    signals = {row.signal_id for row in rows if row.signal_id is not None}
    if user is not None and signals:
        seen = Signal.objects.visible_to(user).filter(pk__in=signals)
        signals -= set(seen.values_list("pk", flat=True))
        return [Line(row, today, row.signal_id not in signals) for row in rows]
    return [Line(action, today) for action in rows]


def told(signals: Iterable[Signal]) -> list[tuple[Signal, str, str]]:
    """(signal, what it is in a sentence, its state)."""
    return [(s, signal_words.sentence(s), str(State(s.state).label)) for s in signals]

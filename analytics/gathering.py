"""A mass case out of a group of near-identical complaints that a signal found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from analytics import acting
from analytics.models import Signal
from complaints.actions import mass_gather
from complaints.actions.mass_gather import Gathered, Row


@dataclass(frozen=True)
class Group:
    """The cases of one group before one person, and how many the person does not see."""

    place: int
    rows: list[Row]
    hidden: int

    @property
    def able(self) -> list[Row]:
        """Those that would join."""
        return [row for row in self.rows if row.able]

    @property
    def passed(self) -> list[Row]:
        """Those that cannot."""
        return [row for row in self.rows if not row.able]


def group_of(signal: Signal, place: int, by: User) -> Group:
    """Raises Signal.DoesNotExist where the signal has no such group, or none the person sees."""
    cases = _cases(signal, place)
    rows = mass_gather.rows(cases, by)
    if not rows:
        raise Signal.DoesNotExist
    return Group(place, rows, len(set(cases)) - len(rows))


def _cases(signal: Signal, place: int) -> list[int]:
    groups: list[list[int]] = signal.numbers.get("copies", [])
    if not 0 <= place < len(groups):
        raise Signal.DoesNotExist
    return groups[place]


def gather(pk: int, place: int, values: Mapping[str, Any], *, by: User) -> Gathered:
    """Join what can join, as `mass_gather.gather`. Two people do it one after the other: the second
    finds the cases joined.

    Raises Signal.DoesNotExist, NotAllowed, Invalid.
    """
    acting.allowed(by)
    with transaction.atomic():
        signal = acting.find(pk, by, held=True)
        return mass_gather.gather(_cases(signal, place), values, by=by)

"""The vocabulary of the case list.

Permission is one of the words: everything that lists, counts or finds goes through `visible_to`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import ExpressionWrapper, Q

from accounts.models import User
from complaints.choices import GRAVE_RISKS, Priority
from complaints.lifecycle import OPEN_STATES, PHASE_OF, State
from complaints.sight import scope_of

__all__ = ["GRAVE", "HIGH_RISK", "ComplaintQuerySet", "scope_of"]

# An index of the cases has the same condition, so that they are counted without reading the others.
HIGH_RISK = Q(priority=Priority.CRITICAL) | Q(risk_flags__overlap=[r.value for r in GRAVE_RISKS])
GRAVE = ExpressionWrapper(HIGH_RISK, output_field=models.BooleanField())  # to sort by


class ComplaintQuerySet(models.QuerySet[Any]):
    """Words about cases."""

    def visible_to(self, user: Any) -> Self:
        """Only what the person may see: own teams, teams led, cases that were with counsel, or all
        for auditors; and for a time those that somebody let the person look into.
        """
        return self.filter(scope_of(user))

    def workable_by(self, user: Any) -> Self:
        """Of those, what the person may do something about: not what is lent for reading."""
        return self.filter(scope_of(user, working=True))

    def open(self) -> Self:
        """Not yet closed."""
        return self.filter(state__in=OPEN_STATES)

    def in_phase(self, phase: str) -> Self:
        """Cases whose state belongs to the phase."""
        return self.filter(state__in=[s for s, p in PHASE_OF.items() if p == phase])

    def owned_by(self, user: User) -> Self:
        """Cases that the person works on."""
        return self.filter(owner=user)

    def unassigned(self) -> Self:
        """Open cases without an owner."""
        return self.open().filter(owner=None)

    def overdue(self, now: datetime) -> Self:
        """Open cases with a running clock past its due instant."""
        return self.open().filter(next_due_at__lte=now)

    def due_before(self, moment: datetime) -> Self:
        """Open cases whose next clock falls due before the moment."""
        return self.open().filter(next_due_at__lt=moment)

    def resting_on(self, rule: str) -> Self:
        """Open cases on whose facts the rule holds."""
        return self.open().filter(rests_on__contains=[rule])

    def awaiting_counsel(self) -> Self:
        """Cases that lie with counsel."""
        return self.filter(state=State.IN_REVIEW)

    def to_be_signed_again(self) -> Self:
        """Offers whose letter has not left because a signature is void."""
        return self.filter(state=State.OFFERED, must_be_signed_again=True)

    def for_counsel(self) -> Self:
        """Both: what lies with counsel, and what counsel has to sign again."""
        again = Q(state=State.OFFERED, must_be_signed_again=True)
        return self.filter(Q(state=State.IN_REVIEW) | again)

    def locked(self) -> Self:
        """The rows, held until the end of the transaction; readers and foreign keys are not
        blocked.
        """
        return self.select_for_update(of=("self",), no_key=True)

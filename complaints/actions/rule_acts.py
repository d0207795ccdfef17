"""Counsel takes the signature under a rule or a template of letters back: what was signed on it and
has not left is void.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from complaints.advance import lock
from complaints.lifecycle import State
from complaints.models import Complaint, Opinion, Outbox
from complaints.signing import liveness, voiding
from legal_rules.sign_off import SignOff


def revoke(
    sign_off: SignOff[Any], name: str, *, by: User, reason: str, now: datetime | None = None
) -> None:
    """Take the signature back, and void in the same transaction what it carried.

    Raises SignatureRefused.
    """
    now = now or timezone.now()
    with transaction.atomic():
        sign_off.revoke(name, by=by, reason=reason, now=now)
        for number in _resting_on(f"{sign_off.prefix}{name}"):
            voiding.look(lock(number, None), by, now)


def _resting_on(rule: str) -> list[str]:
    """Cases with a signature that rests on it, of which nothing has left, in one order."""
    letters: Any = Outbox.objects.filter(complaint=OuterRef("pk"), effect=liveness.LETTER)
    unsent = letters.exclude(notices__user=None, notices__sent_at__isnull=False)
    waits = Q(state=State.IN_REVIEW) | Q(Exists(unsent), state=State.OFFERED)
    signed = Opinion.objects.filter(
        signed=True,
        voided=None,
        resolution__complaint=OuterRef("pk"),
        rules__contains=[{"rule": rule}],
    )
    cases = Complaint.objects.filter(waits, Exists(signed)).order_by("pk")
    return list(cases.values_list("number", flat=True))

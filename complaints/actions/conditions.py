"""Meeting the conditions under which counsel signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.actions.first_signatures import tell
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Complaint, Condition, Event
from complaints.signing import liveness

TEXTS, LONGEST = 20, 500  # conditions of one signature, characters of each


def cleaned(value: Any) -> list[str]:
    """The conditions that were sent with a signature, blanks dropped. Raises Refused."""
    if value in (None, ""):
        return []
    if isinstance(value, str):
        value = value.splitlines()
    if not isinstance(value, list):
        raise validation.Refused(_("这里应是一个列表"))
    if len(value) > TEXTS:
        raise validation.Refused(_("最多 {n} 个条件").format(n=TEXTS))
    return [text for one in value if (text := validation.text(one, LONGEST))]


def open_ones(complaint: Complaint) -> list[Condition]:
    """Of the signatures that hold, what is still to be done."""
    signed = [o.pk for o in liveness.standing(complaint) if liveness.void_of(o) is None]
    return list(Condition.objects.filter(opinion__in=signed, met_at=None)) if signed else []


def attach(complaint: Complaint, condition_id: int, number: int) -> None:
    """Evidence that was taken in as the proof of a condition; before anybody looks whether it voids
    a signature. Raises Invalid.
    """
    found = next((c for c in open_ones(complaint) if c.pk == condition_id), None)
    if found is None:
        raise Invalid({"condition": [_("本案没有这个待落实的条件")]})
    found.evidence_number = number
    found.save(update_fields=["evidence_number"])


def check_note(values: Mapping[str, Any]) -> str:
    """What was done, in words. Raises Invalid."""
    note: str = validation.clean(
        {"note": None, **values},
        {"note": lambda x: validation.text(x, 2000, required=True, lines=True)},
    )["note"]
    return note


def meet(
    number: str,
    condition_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Condition:
    """`{note}`: what was done. By those who draft; proof is added as evidence of the condition
    before. When the last one is met, counsel is told and takes the step.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("draft_resolutions"):
        raise NotAllowed(_("您的角色不能登记条件的落实"))
    note = check_note(values)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        waiting = open_ones(complaint) if complaint.state == State.IN_REVIEW else []
        condition = next((c for c in waiting if c.pk == condition_id), None)
        if condition is None:
            raise Invalid({"condition": [_("本案没有这个待落实的条件")]})
        condition.met_by, condition.met_at, condition.met_note = by, now, note
        condition.save(update_fields=["met_by", "met_at", "met_note"])
        _write(complaint, condition, by, now, last=len(waiting) == 1)
    return condition


def _write(
    complaint: Complaint, condition: Condition, by: User, now: datetime, *, last: bool
) -> None:
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["version", "updated_at"])
    detail = {
        "condition": condition.pk,
        "text": condition.text,
        "evidence": condition.evidence_number,
    }
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.RESOLUTION,
        code="condition_met",
        text=condition.met_note,
        detail=detail,
    )
    record("resolution.condition_met", complaint.subject, by, now, detail)
    if last:
        tell(complaint, "tell_conditions_met", now, opinion=condition.opinion_id)

"""Signatures after which the case still lies with counsel: the first of two, and one under
conditions. The step is taken by whoever signs last.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import signing_guards as guards
from complaints.actions import signature
from complaints.advance import check_version, find, lock, unmet
from complaints.errors import NotAllowed, StepRefused, Unmet
from complaints.lifecycle import STEPS, Field, State
from complaints.models import Complaint, Condition, Event, Opinion, Outbox
from complaints.situation import CaseSituation

STEP = STEPS["sign"]
_OF_THE_LAST = {guards.enough_have_signed.__name__, guards.conditions_are_met.__name__}


def is_one(number: str, by: User | None, fields: Mapping[str, Any], now: datetime) -> bool:
    """Whether signing now leaves the case with counsel. Raises Complaint.DoesNotExist."""
    return by is not None and _is_one(CaseSituation(find(number, by), by, now, fields))


def _is_one(s: CaseSituation) -> bool:
    if s.complaint.state != State.IN_REVIEW or s.resolution is None or s.by is None:
        return False
    signed = {opinion.by_id for opinion in s.signatures}
    if s.by.pk in signed:
        return False
    others = len(signed)
    return s.field(Field.CONDITIONS) is not None or others + 1 < s.signatures_needed


def put(
    number: str,
    fields: Mapping[str, Any],
    *,
    by: User,
    version: int | None,
    via: str,
    reauthenticated_at: datetime | None,
    now: datetime,
    read: str | None,
) -> Complaint | None:
    """Sign; None where another signature came first, so that this one is the last.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, StepRefused, ContentChanged.
    """
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        s = CaseSituation(complaint, by, now, fields, via, reauthenticated_at)
        if not _is_one(s):
            return None
        _refuse(s)
        resolution = signature.as_read(complaint, read, complaint.version)
        word = signature.Word(by, now, fields, reauthenticated_at)
        conditions = list(fields.get(Field.CONDITIONS) or [])
        opinion = signature.put(resolution, word, conditions)
        Condition.objects.bulk_create(
            Condition(opinion=opinion, position=n, text=text)
            for n, text in enumerate(conditions, 1)
        )
        _write(complaint, opinion, conditions)
    return complaint


def _refuse(s: CaseSituation) -> None:
    reasons: list[Unmet] = [r for r in unmet(STEP, s) if r.code not in _OF_THE_LAST]
    if reasons and reasons[0].code == "role":
        raise NotAllowed(reasons[0].message)
    if reasons:
        raise StepRefused(_("；").join(r.message for r in reasons), reasons)


def _write(complaint: Complaint, opinion: Opinion, conditions: list[str]) -> None:
    """The next version of the case, the timeline, and who is told: whoever has to meet the
    conditions, or the other counsel.
    """
    complaint.version += 1
    complaint.updated_at = opinion.at
    complaint.save(update_fields=["version", "updated_at"])
    code = "signed_with_conditions" if conditions else "signed_first"
    detail = {"version": opinion.resolution.version, "opinion": opinion.pk}
    Event.objects.create(
        complaint=complaint,
        at=opinion.at,
        by=opinion.by,
        kind=Event.Kind.RESOLUTION,
        code=code,
        text="\n".join([opinion.text, *conditions]),
        detail=detail,
    )
    record(f"resolution.{code}", complaint.subject, opinion.by, opinion.at, detail)
    effect = "tell_conditions" if conditions else "tell_counsel"
    tell(complaint, effect, opinion.at, opinion=opinion.pk)


def tell(complaint: Complaint, effect: str, now: datetime, **payload: Any) -> None:
    """A notice to colleagues; once for each version of the case."""
    Outbox.objects.create(
        complaint=complaint,
        effect=effect,
        key=f"{complaint.number}.{complaint.version}.{effect}",
        payload=payload,
        created_at=now,
        not_before=now,
    )

"""The consumer takes the complaint back: one person records it, another one confirms it.

Confirming is the step `withdraw`; here is what comes before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.record import record
from complaints import validation
from complaints.advance import check_version, lock, unmet
from complaints.errors import Invalid, NotAllowed, StepRefused
from complaints.lifecycle import STEPS
from complaints.models import Complaint, Event
from complaints.situation import CaseSituation
from complaints.validation import Refused


def words_waiting(number: str) -> str | None:
    """The consumer's words of a request that waits for its confirmation; None when none waits."""
    waiting = Complaint.objects.filter(number=number).exclude(withdrawal_requested_by=None)
    return waiting.values_list("withdrawal_words", flat=True).first()


def request(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """An agent records that the consumer wants to withdraw; a supervisor confirms it by the step.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, StepRefused.
    """
    now = now or timezone.now()
    step = STEPS["withdraw"]
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        reasons = unmet(step, CaseSituation(complaint, by, now, values))
        if reasons:
            if reasons[0].code == "role":
                raise NotAllowed(reasons[0].message)
            raise StepRefused(_("；").join(r.message for r in reasons), reasons)
        complaint.withdrawal_requested_by, complaint.withdrawal_requested_at = by, now
        complaint.withdrawal_words = str(values["consumers_words"])
        _write(complaint, by, now, "requested", complaint.withdrawal_words)
    return complaint


def dismiss(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """The request does not stand: the consumer wants to go on after all, or never wanted to stop.

    `{reason}`; by a supervisor or by whoever recorded the request. Raises Complaint.DoesNotExist,
    NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    try:
        reason = validation.text(values.get("reason"), 2000, required=True, lines=True)
    except Refused as refusal:
        raise Invalid({"reason": [str(refusal)]}) from refusal
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        asked_by = complaint.withdrawal_requested_by_id
        if asked_by is None or not complaint.is_open:
            raise Invalid({"state": [_("没有等待确认的撤回请求")]})
        if not (by.is_(Role.SUPERVISOR) or by.pk == asked_by):
            raise NotAllowed(_("只有主管或登记撤回请求的人可以取消它"))
        complaint.withdrawal_requested_by = complaint.withdrawal_requested_at = None
        complaint.withdrawal_words = ""
        _write(complaint, by, now, "dismissed", reason)
    return complaint


def _write(complaint: Complaint, by: User, now: datetime, code: str, text: str) -> None:
    complaint.version += 1
    complaint.updated_at = now
    complaint.save()
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.STEP,
        code=f"withdrawal_{code}",
        text=text,
    )
    record(f"withdrawal.{code}", complaint.subject, by, now, {"version": complaint.version})

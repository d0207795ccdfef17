"""Stopping and restarting the clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import deadlines, validation
from complaints.advance import check_version, lock
from complaints.choices import HoldReason
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, Hold


def start(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Hold:
    """Stop the clocks that this reason may stop: `{reason, note, expected_end?}`. Holds for other
    reasons may run beside it.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("hold_clocks"):
        raise NotAllowed(_("您的角色不能中止计时"))
    v = validation
    data = v.clean(
        {"reason": None, "note": None, **values},
        {
            "reason": lambda x: v.choice(x, HoldReason.values, required=True),
            "note": lambda x: v.text(x, 2000, required=True, lines=True),
            "expected_end": lambda x: v.day(x, future=True),
        },
    )
    if data.get("expected_end") and data["expected_end"] < timezone.localdate(now):
        raise Invalid({"expected_end": [_("预计恢复日期不能早于今天")]})
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        if not complaint.is_open:
            raise Invalid({"state": [_("案件已经办结，没有计时可以中止")]})
        if Hold.objects.filter(complaint=complaint, ended_at=None, reason=data["reason"]).exists():
            raise Invalid({"hold": [_("已经因同一原因中止计时；请先恢复，或改选其他原因")]})
        hold = Hold.objects.create(complaint=complaint, by=by, started_at=now, **data)
        hold.pauses = deadlines.pause(complaint, hold, now)
        hold.save(update_fields=["pauses"])
        complaint.on_hold = True
        _record(
            complaint, by, now, "held", {"reason": hold.reason, "pauses": hold.pauses}, hold.note
        )
    return hold


def end(
    number: str,
    hold_id: int | None = None,
    *,
    by: User | None,
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """Restart the clocks; the due dates move by as long as the hold lasted.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if by is not None and not by.may("hold_clocks"):
        raise NotAllowed(_("您的角色不能恢复计时"))
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        running = Hold.objects.filter(complaint=complaint, ended_at=None)
        hold = (running.filter(pk=hold_id) if hold_id is not None else running).first()
        if hold is None:
            raise Invalid({"hold": [_("没有正在进行的中止")]})
        deadlines.resume(complaint, hold, now)
        hold.ended_at = max(now, hold.started_at)
        hold.save(update_fields=["ended_at"])
        complaint.on_hold = running.exists()
        _record(complaint, by, now, "resumed", {"reason": hold.reason}, "")
    return complaint


def _record(
    complaint: Complaint,
    by: User | None,
    now: datetime,
    code: str,
    detail: dict[str, Any],
    text: str,
) -> None:
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["on_hold", "next_due_at", "version", "updated_at"])
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.HOLD,
        code=code,
        text=text,
        detail=detail,
    )
    record(f"clocks.{code}", complaint.subject, by, now, {**detail, "version": complaint.version})

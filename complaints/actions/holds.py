"""Stopping and restarting the clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import holds, next_due, validation
from complaints.advance import check_version, lock
from complaints.choices import HoldReason
from complaints.errors import Invalid, NotAllowed
from complaints.models import Communication, Complaint, Event, Hold, Outbox
from complaints.validation import Refused
from complaints.workdays import DAY, SHANGHAI

REMINDED_AT = time(9)


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
    may_hold(by)
    v = validation
    data = v.clean(
        {"reason": None, "note": None, **values},
        {
            "reason": lambda x: v.choice(x, HoldReason.values, required=True),
            "note": lambda x: v.text(x, 2000, required=True, lines=True),
            "expected_end": lambda x: expected(x, now),
        },
    )
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        return begin(complaint, data, by=by, now=now)


def may_hold(by: User) -> None:
    """Raises NotAllowed."""
    if not by.may("hold_clocks"):
        raise NotAllowed(_("您的角色不能中止计时"))


def expected(value: Any, now: datetime) -> date | None:
    """The day until which one expects to wait. Raises Refused."""
    day = validation.day(value, future=True)
    if day is not None and day < timezone.localdate(now):
        raise Refused(_("预计恢复日期不能早于今天"))
    return day


def begin(
    complaint: Complaint,
    data: Mapping[str, Any],
    *,
    by: User,
    now: datetime,
    asked: Communication | None = None,
) -> Hold:
    """Stop the clocks of a case whose lock the caller holds. Raises Invalid."""
    if not complaint.is_open:
        raise Invalid({"state": [_("案件已经办结，没有计时可以中止")]})
    if Hold.objects.filter(complaint=complaint, ended_at=None, reason=data["reason"]).exists():
        raise Invalid({"hold": [_("已经因同一原因中止计时；请先恢复，或改选其他原因")]})
    hold = Hold.objects.create(complaint=complaint, by=by, started_at=now, asked=asked, **data)
    hold.pauses = holds.pause(complaint, hold, now)
    hold.save(update_fields=["pauses"])
    complaint.on_hold = True
    _remind(complaint, hold, now)
    detail = {"reason": hold.reason, "pauses": hold.pauses, "items": hold.items}
    _record(complaint, by, now, "held", detail, hold.note)
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
        hold = _running(complaint, hold_id)
        holds.end(complaint, hold, now)
        _record(complaint, by, now, "resumed", {"reason": hold.reason}, "")
    return complaint


def put_off(
    number: str,
    hold_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Hold:
    """Another expected end: `{expected_end}`; the reminders follow it.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    may_hold(by)
    data = validation.clean(
        {"expected_end": None, **values}, {"expected_end": lambda x: expected(x, now)}
    )
    if data["expected_end"] is None:
        raise Invalid({"expected_end": [_("请填写预计恢复日期")]})
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        hold = _running(complaint, hold_id)
        before, hold.expected_end = hold.expected_end, data["expected_end"]
        hold.save(update_fields=["expected_end"])
        if before != hold.expected_end:
            holds.forget_reminders(complaint, hold, now)
            _remind(complaint, hold, now)
            detail = {"reason": hold.reason, "expected_end": hold.expected_end.isoformat()}
            _record(complaint, by, now, "put_off", detail, "")
    return hold


def consumer_answered(complaint: Complaint, by: User, now: datetime, because: str) -> list[Hold]:
    """What was asked of the consumer has come: such holds end by themselves. `because`: reply,
    evidence or undone. The caller holds the case's lock.
    """
    waiting = Hold.objects.filter(complaint=complaint, ended_at=None, reason=HoldReason.CONSUMER)
    ended = list(waiting)
    for hold in ended:
        holds.end(complaint, hold, now)
        detail = {"reason": hold.reason, "because": because}
        _record(complaint, by, now, "resumed", detail, "")
    return ended


def _running(complaint: Complaint, hold_id: int | None) -> Hold:
    running = Hold.objects.filter(complaint=complaint, ended_at=None)
    hold = (running.filter(pk=hold_id) if hold_id is not None else running).first()
    if hold is None:
        raise Invalid({"hold": [_("没有正在进行的中止")]})
    return hold


def _remind(complaint: Complaint, hold: Hold, now: datetime) -> None:
    """The consumer who was asked is reminded on the last day, the owner on the day after."""
    if hold.expected_end is None:
        return
    begins = {"tell_hold_over": hold.expected_end + DAY}
    if hold.asked is not None:
        begins["remind_documents"] = hold.expected_end
    for effect, on in begins.items():
        at = datetime.combine(on, REMINDED_AT, SHANGHAI)
        if at <= now:
            continue
        Outbox.objects.create(
            complaint=complaint,
            effect=effect,
            key=f"{holds.reminder_key(complaint, hold)}{effect}.{on:%y%m%d}.{now:%H%M%S%f}",
            payload={"channel": hold.asked.channel} if hold.asked else {},
            created_at=now,
            not_before=at,
        )


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
    complaint.save(update_fields=["on_hold", *next_due.COLUMNS, "version", "updated_at"])
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

"""搁置: the owner puts a case aside until a day, and takes it up again. No clock stops for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.advance import check_version, lock
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Complaint, Event, Snooze
from complaints.workdays import SHANGHAI

LONGEST = timedelta(days=366)
TOO_LATE = gettext_lazy("本案最近的期限就在今天或者已经超过，不能搁置；请先办理")


def put_aside(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Snooze:
    """Until the beginning of a day: {until: day, waiting_for: text}. Whoever put it aside before
    does so anew.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    data = validation.clean(
        {"until": "", "waiting_for": "", **values},
        {
            "until": lambda x: validation.day(x, future=True),
            "waiting_for": lambda x: validation.text(x, 200, required=True),
        },
    )
    with transaction.atomic():
        complaint = _own(number, by, version)
        until = _day(data["until"], complaint, now)
        Snooze.objects.filter(complaint=complaint, ended_at=None).update(
            ended_at=now, because=Snooze.Because.AGAIN
        )
        snooze = Snooze.objects.create(
            complaint=complaint,
            owner=by,
            until=datetime.combine(until, time(0), SHANGHAI),
            waiting_for=data["waiting_for"],
            created_at=now,
        )
        _write(complaint, by, now, "put_aside", data["waiting_for"], until)
    return snooze


def take_up(
    number: str, *, by: User, version: int | None = None, now: datetime | None = None
) -> Complaint:
    """End it by hand. Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid."""
    now = now or timezone.now()
    with transaction.atomic():
        complaint = _own(number, by, version)
        snooze = Snooze.objects.filter(complaint=complaint, ended_at=None).first()
        if snooze is None:
            raise Invalid({"until": [_("本案没有被搁置")]})
        snooze.ended_at, snooze.because = now, Snooze.Because.BY_HAND
        snooze.save(update_fields=["ended_at", "because"])
        _write(complaint, by, now, "taken_up", "", snooze.until.astimezone(SHANGHAI).date())
    return complaint


def consumer_came(complaint: Complaint, now: datetime) -> None:
    """Something of the consumer's has come: the case is back. The caller holds its lock."""
    waiting = Snooze.objects.filter(complaint=complaint, ended_at=None, until__gt=now)
    waiting.update(until=now, because=Snooze.Because.ANSWERED)


def last_day(complaint: Complaint, now: datetime) -> date | None:
    """The last day until which it may be put aside: that of its next deadline; none where that is
    today or past.
    """
    today = timezone.localdate(now, SHANGHAI)
    if complaint.next_due_at is None:
        return today + LONGEST
    due = complaint.next_due_at.astimezone(SHANGHAI)
    day = due.date() if due.time() > time(0) else due.date() - timedelta(days=1)
    return min(day, today + LONGEST) if day > today else None


def why_not(complaint: Complaint, day: date, by: User, now: datetime) -> str:
    """Why the person cannot put the case aside until that day; "" where it can."""
    try:
        _check_owner(complaint, by)
        _day(day, complaint, now)
    except CaseError as refused:
        return refused.message
    return ""


def _own(number: str, by: User, version: int | None) -> Complaint:
    complaint = lock(number, by)
    check_version(complaint, version)
    _check_owner(complaint, by)
    return complaint


def _check_owner(complaint: Complaint, by: User) -> None:
    if not by.may("take") or complaint.owner_id != by.pk:
        raise NotAllowed(_("只有责任人可以搁置自己的案件"))
    if not complaint.is_open:
        raise Invalid({"until": [_("案件已经办结，不用搁置")]})


def _day(day: date | None, complaint: Complaint, now: datetime) -> date:
    last = last_day(complaint, now)
    if last is None:
        raise Invalid({"until": [str(TOO_LATE)]})
    if day is None:
        raise Invalid({"until": [_("请选择搁置到哪一天")]})
    if day <= timezone.localdate(now, SHANGHAI):
        raise Invalid({"until": [_("请选择今天以后的日期")]})
    if day > last:
        words = _("搁置不停止期限，本案最近的期限在 {day}；请选择 {day} 或者更早的日期")
        if complaint.next_due_at is None:
            words = _("最多搁置一年；请选择 {day} 或者更早的日期")
        raise Invalid({"until": [words.format(day=last.isoformat())]})
    return day


def _write(
    complaint: Complaint, by: User, now: datetime, code: str, words: str, until: date
) -> None:
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["version", "updated_at"])
    detail = {"until": until.isoformat()}
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.ASSIGNMENT,
        code=code,
        text=words,
        detail=detail,
    )
    version = {"version": complaint.version}
    record(f"complaint.{code}", complaint.subject, by, now, detail | version)

"""Setting how long a file is kept: by archiving, or by a person with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.record import record
from complaints import retention, validation
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, Retention, Transition


def archived(complaint: Complaint, transition: Transition) -> None:
    """The file is sealed: the class proposed holds unless somebody chose one; its time runs from
    closing, also after a case was reopened and closed again.
    """
    kept = retention.of(complaint)
    closed = complaint.closed_at or transition.at
    last = retention.until(closed, kept.years)
    if kept.row is not None:
        last = max(last, kept.until or last)  # what somebody made longer stays longer
    Retention.objects.update_or_create(
        complaint=complaint,
        defaults={"until": last},
        create_defaults={
            "code": kept.code,
            "years": kept.years,
            "until": last,
            "set_at": transition.at,
        },
    )


def choose(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Retention:
    """`{code, reason}`: another class for a finished case. Only counsel makes the time shorter.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("set_retention"):
        raise NotAllowed(_("您的角色不能改定保管类别"))
    v = validation
    data = v.clean(
        {"code": None, "reason": None, **values},
        {
            "code": lambda x: v.choice(x, retention.classes(), required=True),
            "reason": lambda x: v.text(x, 2000, required=True, lines=True),
        },
    )
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        if complaint.is_open or complaint.closed_at is None:
            raise Invalid({"code": [_("案件办结以后才能改定保管类别")]})
        before = retention.of(complaint)
        chosen = retention.classes()[data["code"]]
        last = retention.until(complaint.closed_at, chosen.years)
        _check(before, chosen.code, last, by)
        row, _made = Retention.objects.update_or_create(
            complaint=complaint,
            defaults={
                "code": chosen.code,
                "years": chosen.years,
                "until": last,
                "reason": data["reason"],
                "set_by": by,
                "set_at": now,
            },
        )
        _tell(complaint, before, row, now)
    return row


def _check(before: retention.Kept, code: str, last: date, by: User) -> None:
    """Raises NotAllowed, Invalid."""
    if before.until is not None and last < before.until and not by.is_(Role.COUNSEL):
        raise NotAllowed(_("改为更短的保管期只能由法务进行；请交给法务改定"))
    if before.row is not None and (before.code, before.until) == (code, last):
        raise Invalid({"code": [_("现在就是这个类别；没有需要改的")]})


def _tell(complaint: Complaint, before: retention.Kept, row: Retention, now: datetime) -> None:
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["version", "updated_at"])
    detail = {
        "from": before.code,
        "to": row.code,
        "until": row.until.isoformat() if row.until else "",
    }
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=row.set_by,
        kind=Event.Kind.CHANGE,
        code="retention_set",
        text=row.reason,
        detail=detail,
    )
    said = {**detail, "version": complaint.version}
    record("complaint.retention_set", complaint.subject, row.set_by, now, said)


def prolong(complaint: Complaint, until: date, reason: str, by: User, now: datetime) -> None:
    """The file is kept until another day, whatever its class. The caller checked who may."""
    before = retention.of(complaint)
    row, _made = Retention.objects.update_or_create(
        complaint=complaint,
        defaults={"until": until, "reason": reason, "set_by": by, "set_at": now},
        create_defaults={
            "code": before.code,
            "years": before.years,
            "until": until,
            "reason": reason,
            "set_by": by,
            "set_at": now,
        },
    )
    _tell(complaint, before, row, now)

"""保密: a case that only its owner, the leads of its team and counsel with whom it lies may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import asked_teams, legal_hold, validation
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event

LONGEST = 1000


def may_change(complaint: Complaint, by: User) -> bool:
    """Setting it: whoever works on the case. Lifting it: the leads of its team and counsel."""
    if complaint.confidential:
        leads = by.may("assign") and complaint.team_id in by.led_team_ids
        return leads or by.may("sign_resolutions")
    return by.may("edit_complaints") or by.may("sign_resolutions")


def change(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """`{confidential, reason}`. What is so already stays, and nothing is written.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid, Held.
    """
    now, v = now or timezone.now(), validation
    data = v.clean(
        {"confidential": None, "reason": None, **values},
        {
            "confidential": v.flag,
            "reason": lambda x: v.text(x, LONGEST, required=True, lines=True),
        },
    )
    with transaction.atomic():
        complaint = lock(number, by)
        if complaint.confidential == data["confidential"]:
            return complaint
        if not may_change(complaint, by):
            raise NotAllowed(_("只有负责该团队的主管和法务可以取消保密"))
        legal_hold.refuse(complaint)
        check_version(complaint, version)
        complaint.confidential = data["confidential"]
        complaint.version += 1
        complaint.updated_at = now
        complaint.save(update_fields=["confidential", "version", "updated_at"])
        code = "made_confidential" if complaint.confidential else "made_open"
        Event.objects.create(
            complaint=complaint,
            at=now,
            by=by,
            kind=Event.Kind.ASSIGNMENT,
            code=code,
            text=data["reason"],
        )
        if complaint.confidential:
            asked_teams.kept(complaint, by, now)
        detail = {"version": complaint.version}
        record(f"complaint.{code}", complaint.subject, by, now, detail)
    return complaint


def refuse_in_passing(complaint: Complaint, data: Mapping[str, Any]) -> None:
    """Mending what was registered does not change it: that needs a reason. Raises Invalid."""
    if data.get("confidential", complaint.confidential) != complaint.confidential:
        words = _(
            "设置或取消保密须说明理由：请用案件菜单里的“设为保密”或“取消保密”，"
            "程序请一并提交 confidential_reason"
        )
        raise Invalid({"confidential": [words]})

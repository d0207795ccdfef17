"""An offer above its author's limit goes up: it is asked for when the offer is submitted, and
decided by somebody whose limit is high enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import authority, limits, validation
from complaints.actions import resolution as resolutions
from complaints.actions.first_signatures import tell
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Approval, Complaint, Event, Resolution
from complaints.signing.canonical import offer_hash
from complaints.signing_guards import APART
from complaints.situation import CaseSituation

LONGEST = 2000


def ask(complaint: Complaint, resolution: Resolution, now: datetime) -> Approval | None:
    """After submitting, under the lock of the case: ask where the author's limit is passed.

    Cases of the same consumer wait for one another here, so that two of them cannot both stay
    below the limit unseen.
    """
    _one_after_the_other(complaint)
    limit = limits.limit_of(resolution.proposed_by, timezone.localdate(now))
    elsewhere = limits.elsewhere(complaint, resolution, now)
    own = limits.own_total(resolution)
    amount, author = authority.together(own, elsewhere), resolution.proposed_by_id
    if limit is None or not own or authority.covers(limit, amount):
        return None
    approval, new = Approval.objects.get_or_create(
        resolution=resolution,
        content_hash=offer_hash(resolution),
        defaults={
            "amount": amount,
            "elsewhere": elsewhere,
            "limit": limit,
            "level": limits.level_for(complaint, amount, author),
            "asked_at": now,
        },
    )
    if new:
        _note(complaint, approval, "approval_asked", None, now, "")
        tell(complaint, "tell_approval_asked", now, approval=approval.pk)
    return approval


def _one_after_the_other(complaint: Complaint) -> None:
    """Hold everything by which another case may be told to be of the same matter
    (`limits.elsewhere`) until the end of the transaction, in one order.
    """
    person = complaint.consumer
    indexes = (index.hex() for name in limits.INDEXED for index in person.indexes(name))
    keys = {*indexes, limits.spellings(complaint.order_number)[-1]} - {""}
    with connection.cursor() as cursor:
        for key in sorted(keys):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5))", [key])


def decide(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Approval:
    """`{approve, note}`: by somebody whose limit is high enough; refusing needs words.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("approve_offers"):
        raise NotAllowed(_("您的角色不能审批方案金额"))
    data = _cleaned(values)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        approval = _open(complaint, now)
        if refusal := may_not(complaint, approval, by, now):
            raise NotAllowed(refusal)
        approval.approved, approval.note = data["approve"], data["note"]
        approval.decided_by, approval.decided_at = by, now
        approval.save(update_fields=["approved", "note", "decided_by", "decided_at"])
        complaint.version += 1
        complaint.updated_at = now
        complaint.save(update_fields=["version", "updated_at"])
        code = "approval_given" if approval.approved else "approval_refused"
        _note(complaint, approval, code, by, now, approval.note)
        tell(complaint, "tell_approval_decided", now, approval=approval.pk)
    return approval


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"approve": None, "note": "", **values},
        {"approve": _yes_or_no, "note": lambda x: v.text(x, LONGEST, lines=True)},
    )
    if not data["approve"] and not data["note"]:
        raise Invalid({"note": [_("不批准的，请说明理由")]})
    return data


def _yes_or_no(value: Any) -> bool:
    if value in (None, ""):
        raise validation.Refused(_("请选择批准或者不批准"))
    return validation.flag(value)


def _open(complaint: Complaint, now: datetime) -> Approval:
    """The approval that waits; made here where the offer needs one and none was asked."""
    resolution = resolutions.current(complaint)
    if complaint.state != State.IN_REVIEW or resolution is None:
        words = _("只有“法务审核”阶段的方案可以审批；案件现处于“{state}”").format(
            state=complaint.get_state_display()
        )
        raise Invalid({"state": [words]})
    resolution.complaint = complaint
    found = limits.standing(resolution, timezone.localdate(now))
    approval = found.approval or (ask(complaint, resolution, now) if found.needed else None)
    if approval is None:
        raise Invalid({"approval": [_("这份方案没有超出拟订人的权限，无须审批")]})
    if approval.decided_at is not None:
        raise Invalid({"approval": [_("这份方案已经审批过了；修改后重新送审的，另行审批")]})
    approval.resolution = resolution
    return approval


def may_not(complaint: Complaint, approval: Approval, by: User, now: datetime) -> str:
    """Why the person may not decide; "" where nothing is in the way."""
    if approval.resolution.proposed_by_id == by.pk:
        return _("方案拟订人不得批准自己的方案；请由另一位主管或法务审批")
    situation = CaseSituation(complaint, by, now)
    situation.resolution = approval.resolution
    if refusals := [why for guard in APART if (why := guard(situation))]:
        return refusals[0]
    limit = limits.limit_of(by, timezone.localdate(now))
    if not authority.covers(limit, approval.amount):
        words = _("金额 {amount} 元超出您的权限 {limit} 元；{whom}")
        whom = limits.whom_to_ask(complaint, approval.resolution, approval)
        amount = f"{approval.amount:,.2f}"
        return words.format(amount=amount, limit=f"{limit:,.2f}", whom=whom)
    return ""


def _note(
    complaint: Complaint, approval: Approval, code: str, by: User | None, now: datetime, text: str
) -> None:
    detail = {
        "version": approval.resolution.version,
        "approval": approval.pk,
        "amount": f"{approval.amount:.2f}",
        "limit": f"{approval.limit:.2f}",
    }
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.RESOLUTION,
        code=code,
        text=text,
        detail=detail,
    )
    record(f"resolution.{code}", complaint.subject, by, now, detail)

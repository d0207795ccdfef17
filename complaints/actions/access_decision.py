"""The word on a request to look into a case, the end of what was granted before its time, and the
review of 紧急调阅 afterwards (C8).

Longer than others on purpose: whoever decides, ends and reviews is told apart in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import alarms
from accounts.alarm_models import Alarm, AlarmKind
from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.actions import access
from complaints.advance import lock
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import (
    AccessDecision,
    AccessEnd,
    AccessKind,
    AccessRequest,
    AccessReview,
    Complaint,
)
from complaints.models.access import EMERGENCY_LASTS

REVIEWED_WITHIN = timedelta(hours=24)
LOOKED_BACK = timedelta(days=30)


class Settled(CaseError):
    """Nothing is left to say."""

    code = "settled"


def decide(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> AccessDecision:
    """`{agree, reason, hours}`: `hours` may shorten what was asked for. Refusing needs words.

    Raises AccessRequest.DoesNotExist (also for whoever has no say), NotAllowed, Settled, Invalid.
    """
    now = now or timezone.now()
    data = _cleaned(values)
    with transaction.atomic():
        asked = AccessRequest.objects.select_related("by", "complaint").get(pk=pk)
        if asked.complaint is None or not may_see(asked, by):
            raise AccessRequest.DoesNotExist
        # the person before the case, as whoever ends an account holds them
        asked.by = User.objects.select_for_update(no_key=True).get(pk=asked.by_id)
        complaint = lock(asked.complaint.number, None)
        _refuse(asked, complaint, by, now, agree=data["agree"])
        decision = AccessDecision.objects.create(
            request=asked,
            kind=asked.kind,
            complaint=complaint,
            user=asked.by,
            by=by,
            at=now,
            agreed=data["agree"],
            reason=data["reason"],
            ends_at=_end(asked, data["hours"], now) if data["agree"] else None,
        )
        _let_in(decision, asked, now)
    return decision


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"agree": None, "reason": "", "hours": "", **values},
        {
            "agree": _yes_or_no,
            "reason": lambda x: v.text(x, access.LONGEST, lines=True),
            "hours": access.hours,
        },
    )
    if not data["agree"] and not data["reason"]:
        raise Invalid({"reason": [_("不同意的，请说明理由")]})
    return data


def _yes_or_no(value: Any) -> bool:
    if value in (None, ""):
        raise validation.Refused(_("请选择同意或者不同意"))
    return validation.flag(value)


def _end(asked: AccessRequest, hours: int | None, now: datetime) -> datetime:
    if asked.kind == AccessKind.EMERGENCY:
        return now + EMERGENCY_LASTS
    most = asked.hours or 0  # a constraint gives every other request its hours
    return now + timedelta(hours=min(hours or most, most))


def _refuse(
    asked: AccessRequest, complaint: Complaint, by: User, now: datetime, *, agree: bool
) -> None:
    """Raises Settled, NotAllowed, Invalid. Under the lock of the case."""
    if why := closed(asked, now):
        raise Settled(why)
    if why := against(asked, complaint, by):
        raise NotAllowed(why)
    named = complaint.named_people.filter(user=asked.by_id).exists()
    if agree and (named or not asked.by.may("ask_access")):
        raise Invalid({"agree": [_("{name} 不得参与本案，不能同意").format(name=asked.by.name)]})


def closed(asked: AccessRequest, now: datetime) -> str:
    """Why nothing is left to decide; "" while something is."""
    decision = AccessDecision.objects.select_related("by").filter(request=asked).first()
    if decision is not None:
        words = _("{name} 已经同意") if decision.agreed else _("{name} 没有同意，已结束")
        return words.format(name=decision.by.name)
    if has_left(asked.by, asked.at):
        return _("申请人的账号已停用，这份申请已结束")
    if asked.expires_at <= now:
        return _("没有在期限内答复，已过期；仍然需要的，请申请人重新提出")
    return ""


def has_left(user: User, since: datetime) -> bool:
    """Whether the person left after that moment, even to come back (as `of_present`)."""
    return not user.is_active or (user.left_at is not None and user.left_at >= since)


def against(asked: AccessRequest, complaint: Complaint, by: User) -> str:
    """Why this person has no say on the request; "" where they have."""
    if asked.by_id == by.pk:
        return _("这是您自己的申请，须由另一位同事决定")
    if complaint.named_people.filter(user=by).exists() or not by.may("decide_access"):
        return _("这份申请不由您决定")
    if asked.kind == AccessKind.EMERGENCY:
        able = access.approvers(asked.by).filter(pk=by.pk).exists()
        return "" if able else _("紧急调阅须由另一个团队的主管批准，您与申请人同团队或不负责团队")
    able = access.leads(complaint, asked.by_id).filter(pk=by.pk).exists()
    return "" if able else _("临时查阅由负责本案团队的主管决定")


def may_see(asked: AccessRequest, by: User, now: datetime | None = None) -> bool:
    """Whether the person learns of the request: whoever asked, decides, leads the case's team or
    looks after such things; never a person of whom the case speaks, but for what they asked. Who
    could have decided about 紧急调阅 and did not learns of it no longer than it could be answered.
    """
    if asked.by_id == by.pk:
        return True
    complaint = asked.complaint
    if complaint is None or complaint.named_people.filter(user=by).exists():
        return False
    if by.may("review_access") or complaint.team_id in by.led_team_ids:
        return by.may("review_access") or by.may("decide_access")
    if asked.kind != AccessKind.EMERGENCY or not (by.may("decide_access") and by.led_team_ids):
        return False
    if asked.expires_at > (now or timezone.now()):
        return True
    return AccessDecision.objects.filter(request=asked, by=by).exists()


def _let_in(decision: AccessDecision, asked: AccessRequest, now: datetime) -> None:
    """Record the word; where it agrees, the person sees the case from now on."""
    complaint, detail = decision.complaint, {"request": asked.pk, "kind": asked.kind}
    if not decision.agreed:
        record("access.refused", complaint.subject, decision.by, now, detail)
        return
    until = decision.ends_at
    User.objects.filter(pk=decision.user_id).update(
        sees_more_until=Greatest(Coalesce(F("sees_more_until"), until), until)
    )
    detail |= {"user": decision.user.username, "until": until.isoformat() if until else ""}
    record("access.granted", complaint.subject, decision.by, now, detail)
    access.tell(complaint, asked, "tell_access_granted", now)
    if asked.kind == AccessKind.EMERGENCY:
        access.tell(complaint, asked, "tell_emergency", now)


def end(pk: int, *, by: User, now: datetime | None = None) -> None:
    """The request's grant ends now; by whoever has it, granted it, leads the case's team or reviews
    such things. Ending what is over changes nothing.

    Raises AccessRequest.DoesNotExist, NotAllowed.
    """
    now = now or timezone.now()
    with transaction.atomic():
        asked = AccessRequest.objects.select_related("complaint").get(pk=pk)
        if asked.complaint is None or not may_see(asked, by):
            raise AccessRequest.DoesNotExist
        complaint = lock(asked.complaint.number, None)
        grant = AccessDecision.objects.filter(request=asked, agreed=True, ends_at__gt=now).first()
        if grant is None or AccessEnd.objects.filter(decision=grant).exists():
            return
        if not may_end(grant, complaint, by):
            raise NotAllowed(_("只有本人、批准人、本案的主管或复核人可以提前收回"))
        AccessEnd.objects.create(decision=grant, by=by, at=now)
        detail = {"request": asked.pk, "kind": asked.kind, "user": grant.user.username}
        record("access.ended", complaint.subject, by, now, detail)


def may_end(grant: AccessDecision, complaint: Complaint, by: User) -> bool:
    """Whether the person may end it."""
    own = by.pk in (grant.user_id, grant.by_id)
    leads = by.may("decide_access") and complaint.team_id in by.led_team_ids
    return own or leads or by.may("review_access")


def end_all(user: User, *, by: User | None, now: datetime) -> int:
    """Every running grant of a person who leaves ends; answers how many."""
    with transaction.atomic():
        rows = AccessDecision.objects.filter(user=user, agreed=True, ends_at__gt=now, end=None)
        grants = list(rows.select_related("complaint").order_by("complaint_id", "pk"))
        for grant in grants:
            AccessEnd.objects.create(decision=grant, by=by or user, at=now)
            detail = {"request": grant.request_id, "kind": grant.kind, "user": user.username}
            record("access.ended", grant.complaint.subject, by, now, detail)
        User.objects.filter(pk=user.pk).update(sees_more_until=None)
    return len(grants)


# --- afterwards


def to_review(by: User | None = None) -> QuerySet[AccessDecision]:
    """紧急调阅 that nobody has reviewed yet, the oldest first; only what this person may see."""
    rows = AccessDecision.objects.filter(agreed=True, kind=AccessKind.EMERGENCY, review=None)
    if by is not None:
        rows = rows.exclude(complaint__named_people__user=by.pk)
    return rows.select_related("complaint", "user", "by").order_by("at", "pk")


def waiting(user: User, now: datetime, most: int) -> int:
    """How many requests wait for this person, up to `most`: to be decided or reviewed."""
    found = 0
    if user.may("decide_access"):
        found += access.waiting_for(user, now).order_by()[:most].count()
    if user.may("review_access"):
        found += to_review(user).order_by()[:most].count()
    return min(found, most)


def may_review(grant: AccessDecision, by: User) -> str:
    """Why the person does not review it; "" where they may."""
    if not by.may("review_access"):
        return _("紧急调阅由审计或安全管理员复核")
    if by.pk in (grant.user_id, grant.by_id):
        return _("申请人和批准人不能复核，请交给第三个人")
    if grant.complaint.named_people.filter(user=by).exists():
        return _("这件调阅不由您复核")
    return ""


def review(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> AccessReview:
    """`{justified, note}`: what a third person found. Unjustified needs words and raises an alarm.

    Raises AccessRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    now, v = now or timezone.now(), validation
    data = v.clean(
        {"justified": None, "note": "", **values},
        {"justified": _found, "note": lambda x: v.text(x, access.LONGEST, lines=True)},
    )
    if not data["justified"] and not data["note"]:
        raise Invalid({"note": [_("认为不当的，请说明哪里不当")]})
    with transaction.atomic():
        asked = AccessRequest.objects.select_related("complaint").get(pk=pk)
        if asked.complaint is None or not may_see(asked, by):
            raise AccessRequest.DoesNotExist
        complaint = lock(asked.complaint.number, None)
        rows = AccessDecision.objects.select_related("user", "complaint")
        grant = rows.filter(request=asked, agreed=True, kind=AccessKind.EMERGENCY).first()
        if grant is None:
            raise Settled(_("没有需要复核的紧急调阅"))
        if why := may_review(grant, by):
            raise NotAllowed(why)
        if AccessReview.objects.filter(decision=grant).exists():
            raise Settled(_("这件紧急调阅已经复核"))
        found = AccessReview.objects.create(decision=grant, by=by, at=now, **data)
        detail = {"request": asked.pk, "justified": data["justified"], "user": grant.user.username}
        record("access.reviewed", complaint.subject, by, now, detail)
        if not data["justified"]:
            _alarm(AlarmKind.BREAK_GLASS_MISUSED, grant, now)
    return found


def _found(value: Any) -> bool:
    if value in (None, ""):
        raise validation.Refused(_("请选择复核结论"))
    return validation.flag(value)


def _alarm(kind: AlarmKind, grant: AccessDecision, now: datetime) -> None:
    detail = {"request": grant.request_id, "approved_by": grant.by.username}
    alarms.raise_alarm(kind, about=grant.user, at=now, case=grant.complaint.number, detail=detail)


def sweep(now: datetime) -> int:
    """An alarm for each 紧急调阅 that nobody reviewed within 24 hours, once; answers how many."""
    ended = now - REVIEWED_WITHIN
    late = to_review().filter(
        at__lte=ended, at__gt=ended - LOOKED_BACK, complaint__destroyed_at=None
    )
    return sum(_unreviewed(grant, now) for grant in late)


def _unreviewed(grant: AccessDecision, now: datetime) -> bool:
    """Raise the alarm, unless it was raised or somebody has reviewed it meanwhile."""
    with transaction.atomic():
        lock(grant.complaint.number, None)
        raised = Alarm.objects.filter(
            kind=AlarmKind.BREAK_GLASS, detail__request=grant.request_id
        ).exists()
        if raised or AccessReview.objects.filter(decision=grant).exists():
            return False
        _alarm(AlarmKind.BREAK_GLASS, grant, now)
        return True

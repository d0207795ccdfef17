"""Asking to look into a case outside one's own (C8). The answer is the same whether there is such a
case or not; what came of it the person learns from whoever decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.roles import Role
from audit.record import record
from complaints import validation
from complaints.actions.export_consent import of_present
from complaints.advance import lock
from complaints.errors import Invalid, NotAllowed
from complaints.models import AccessKind, AccessRequest, AccessWhy, Complaint, Outbox

ANSWER_WITHIN = {AccessKind.READ: timedelta(days=7), AccessKind.EMERGENCY: timedelta(minutes=30)}
HOURS, MOST_HOURS = 24, 72
LONGEST = 1000
MOST_WAITING = 20  # of one person
_NUMBER = re.compile(r"TS[0-9]{2}-[0-9]{6,9}")


def ask(values: Mapping[str, Any], *, by: User, now: datetime | None = None) -> AccessRequest:
    """`{number, kind, why, reason, hours}`: `hours` for reading only. The same once more, while it
    waits, is the same request. Who decides: `leads` and
    `approvers`.

    Raises NotAllowed, Invalid; a case that is not there, or was destroyed, is no reason.
    """
    now = now or timezone.now()
    if not by.may("ask_access"):
        raise NotAllowed(_("您的角色不能申请查阅案件"))
    data = _cleaned(values)
    with transaction.atomic():
        _one_at_a_time(by)
        if (same := _waiting(by, data, now)) is not None:
            return same
        _refuse(data, by, now)
        return _asked(data, by, now)


def _one_at_a_time(by: User) -> None:
    """So that a double click is one request."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"access:{by.username}"]
        )


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"number": None, "kind": None, "why": None, "reason": None, "hours": "", **values},
        {
            "number": _number,
            "kind": lambda x: v.choice(x, AccessKind.values, required=True),
            "why": lambda x: v.choice(x, AccessWhy.values, required=True),
            "reason": lambda x: v.text(x, LONGEST, required=True, lines=True),
            "hours": hours,
        },
    )
    data["hours"] = (data["hours"] or HOURS) if data["kind"] == AccessKind.READ else None
    return data


def _number(value: Any) -> str:
    number = validation.text(value, 40, required=True).upper().replace(" ", "")
    if not _NUMBER.fullmatch(number):
        raise validation.Refused(_("案件编号的格式是 TS26-000123；请核对后再提交"))
    return number


def hours(value: Any) -> int | None:
    """1 to 72, None when empty. Raises Refused."""
    if value in (None, ""):
        return None
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,3}", text):
        raise validation.Refused(_("请填写小时数，1 至 72"))
    if not 1 <= int(text) <= MOST_HOURS:
        raise validation.Refused(_("最短 1 小时，最长 72 小时"))
    return int(text)


def _waiting(by: User, data: Mapping[str, Any], now: datetime) -> AccessRequest | None:
    rows = undecided(now).filter(by=by)
    same = {name: data[name] for name in ("number", "kind", "why", "reason")}
    return rows.filter(**same).order_by("-pk").first()


def _refuse(data: Mapping[str, Any], by: User, now: datetime) -> None:
    """Raises Invalid for what says nothing about other people's cases."""
    mine = Complaint.objects.filter(number=data["number"])
    emergency = data["kind"] == AccessKind.EMERGENCY
    seen = mine.workable_by(by) if emergency else mine.visible_to(by)
    if seen.exists():
        raise Invalid({"number": [_("您已经可以查看这件案件，不需要申请")]})
    waiting = undecided(now).filter(by=by)
    if waiting.count() >= MOST_WAITING:
        words = _("您已有 {n} 件申请在等待决定；请等有了结果再申请")
        raise Invalid({"": [words.format(n=MOST_WAITING)]})
    if emergency and not approvers(by).exists():
        words = _("没有其他团队的主管可以批准；请改为申请临时查阅，或联系本案的主管")
        raise Invalid({"kind": [words]})


def approvers(asker: User) -> QuerySet[User]:
    """Who may approve 紧急调阅: supervisors who lead a team and share none with the person."""
    leading = Membership.objects.filter(leads=True, team__is_active=True).values("user")
    shared = Membership.objects.filter(
        team__in=Membership.objects.filter(user=asker.pk).values("team")
    ).values("user")
    able = User.objects.filter(is_active=True, roles__contains=[Role.SUPERVISOR], pk__in=leading)
    return able.exclude(pk__in=shared).exclude(pk=asker.pk).order_by("pk")


def leads(complaint: Complaint, but: int) -> QuerySet[User]:
    """Who decides about 临时查阅: the supervisors who lead the case's team; never the person `but`,
    nor anybody of whom the case speaks.
    """
    leading = Membership.objects.filter(team=complaint.team_id, leads=True).values("user")
    able = User.objects.filter(is_active=True, roles__contains=[Role.SUPERVISOR], pk__in=leading)
    return able.exclude(named_in__complaint=complaint).exclude(pk=but).order_by("pk")


def _asked(data: Mapping[str, Any], by: User, now: datetime) -> AccessRequest:
    found = Complaint.objects.filter(number=data["number"], destroyed_at=None).first()
    complaint = lock(found.number, None) if found is not None else None
    row = AccessRequest.objects.create(
        **data,
        complaint=complaint,
        by=by,
        at=now,
        expires_at=now + ANSWER_WITHIN[AccessKind(data["kind"])],
    )
    detail = {"request": row.pk, "kind": row.kind, "why": row.why}
    if complaint is None:
        record("access.asked", f"user:{by.username}", by, now, {**detail, "number": row.number})
        return row
    record("access.asked", complaint.subject, by, now, detail)
    if row.kind == AccessKind.READ:
        tell(complaint, row, "tell_access_asked", now)
    return row


def tell(complaint: Complaint, row: AccessRequest, effect: str, now: datetime) -> None:
    """Let those who see the case know."""
    Outbox.objects.create(
        complaint=complaint,
        effect=effect,
        key=f"{complaint.number}.access{row.pk}.{effect}",
        payload={"request": row.pk},
        created_at=now,
        not_before=now,
    )


def undecided(now: datetime) -> QuerySet[AccessRequest]:
    """Requests on which somebody may still decide: nobody has, the time is not over, and whoever
    asked has not left since, even to come back.
    """
    return AccessRequest.objects.filter(of_present(), expires_at__gt=now, decision=None)


def waiting_for(user: User, now: datetime) -> QuerySet[AccessRequest]:
    """Requests on which this person may decide now, the one that expires first at the top."""
    rows = undecided(now).exclude(complaint=None).exclude(by=user.pk).order_by("expires_at", "pk")
    if not user.may("decide_access"):
        return rows.none()
    visible = Complaint.objects.workable_by(user).filter(team__in=user.led_team_ids)
    reads = Q(kind=AccessKind.READ, complaint__in=visible.values("pk"))
    if not user.led_team_ids:
        return rows.filter(reads)
    near = Membership.objects.filter(team__in=user.team_ids).values("user")
    foreign = Q(kind=AccessKind.EMERGENCY) & ~Q(by__in=near)
    return rows.filter(reads | foreign).exclude(complaint__named_people__user=user.pk)

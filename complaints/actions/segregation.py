"""Who may have no part in a case: colleagues of whom it speaks, and counsel who steps back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import presence, promised, validation
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, NamedPerson, Recusal
from complaints.signing import voiding

LONGEST = 2000


def name_person(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> NamedPerson:
    """`{user, why}` (a user name): the case speaks of a colleague, who from now on has no part in
    it. By supervisors and counsel. The owner loses the case at once: it waits for another; what
    the person drafted has to be drafted by another before it is signed.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now, v = now or timezone.now(), validation
    if not may_name(by):
        raise NotAllowed(_("只有主管和法务可以登记案件点名的同事"))
    data = v.clean(
        {"user": None, "why": None, **values},
        {
            "user": lambda x: v.plain(x, 150, required=True),
            "why": lambda x: v.text(x, LONGEST, required=True, lines=True),
        },
    )
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        user = _nameable(data["user"])
        named, new = NamedPerson.objects.get_or_create(
            complaint=complaint, user=user, defaults={"why": data["why"], "by": by, "at": now}
        )
        if new:
            _write(complaint, "person_named", by, now, {"user": user.username, "name": user.name})
            _take_away(complaint, user, by, now)
            voiding.bar(complaint, user, by, now)
            transaction.on_commit(lambda: presence.gone(user, complaint.pk))
    return named


def may_name(by: User) -> bool:
    """Supervisors and counsel."""
    return by.may("assign") or by.may("sign_resolutions")


def _nameable(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise Invalid(
            {"user": [_("没有“{user}”这个用户；请核对用户名").format(user=username[:60])]}
        )
    return user


def _take_away(complaint: Complaint, user: User, by: User, now: datetime) -> None:
    """Nothing of the case is left with the person: it waits for another owner, as do the promises
    that the person was to keep.
    """
    promised.hand_over(complaint, user.pk, None)
    if complaint.owner_id != user.pk:
        return
    complaint.owner = None
    complaint.save(update_fields=["owner"])
    detail = {"owner": None, "owner_name": "", "team": complaint.team.name}
    _write(complaint, "returned_to_queue", by, now, detail)


def clear_person(
    number: str,
    username: str,
    reason: Any,
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> None:
    """The case does not speak of the colleague after all.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not may_name(by):
        raise NotAllowed(_("只有主管和法务可以登记案件点名的同事"))
    why = _reason(reason)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        named = NamedPerson.objects.filter(complaint=complaint, user__username=username)
        if not named.delete()[0]:
            raise Invalid({"user": [_("本案没有点名“{user}”").format(user=username[:60])]})
        _write(complaint, "person_cleared", by, now, {"user": username}, why)


def recuse(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Recusal:
    """`{reason}`: counsel steps back from the case for good.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("sign_resolutions"):
        raise NotAllowed(_("只有法务可以回避"))
    reason = _reason(values.get("reason"))
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        found, new = Recusal.objects.get_or_create(
            complaint=complaint, user=by, defaults={"reason": reason, "at": now}
        )
        if new:
            _write(complaint, "recused", by, now, {}, reason)
            voiding.bar(complaint, by, by, now)
    return found


def _reason(value: Any) -> str:
    reason: str = validation.clean(
        {"reason": value},
        {"reason": lambda x: validation.text(x, LONGEST, required=True, lines=True)},
    )["reason"]
    return reason


def _write(
    complaint: Complaint,
    code: str,
    by: User,
    now: datetime,
    detail: dict[str, Any],
    text: str = "",
) -> None:
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["version", "updated_at"])
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.ASSIGNMENT,
        code=code,
        text=text,
        detail=detail,
    )
    record(
        f"complaint.{code}", complaint.subject, by, now, {**detail, "version": complaint.version}
    )

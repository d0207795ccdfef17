"""Asking another counsel (加签) before one signs."""

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
from complaints import validation
from complaints.actions import resolution as resolutions
from complaints.actions.first_signatures import tell
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Complaint, Consult, Event, Resolution
from complaints.signing_guards import APART
from complaints.situation import CaseSituation


def ask(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Consult:
    """`{user, question, due?}` (a user name): until the answer comes nobody signs.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now, v = now or timezone.now(), validation
    _needs_counsel(by)
    data = v.clean(
        {"user": None, "question": None, **values},
        {
            "user": lambda x: v.plain(x, 150, required=True),
            "question": lambda x: v.text(x, 2000, required=True, lines=True),
            "due": lambda x: _due(x, now),
        },
    )
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        resolution = _in_review(complaint)
        user = _asked(complaint, data["user"], by, now)
        if resolution.consults.filter(user=user, answered_at=None, withdrawn_at=None).exists():
            raise Invalid({"user": [_("已经请{name}加签，还没有答复").format(name=user.name)]})
        consult = Consult.objects.create(
            resolution=resolution,
            asked_by=by,
            user=user,
            question=data["question"],
            asked_at=now,
            due=data.get("due"),
        )
        _write(complaint, consult, "consult_asked", by, now, consult.question)
        tell(complaint, "tell_consult", now, consult=consult.pk)
    return consult


def answer(
    number: str,
    consult_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Consult:
    """`{answer}`, by whoever was asked.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now, v = now or timezone.now(), validation
    _needs_counsel(by)
    words = v.clean(
        {"answer": None, **values},
        {"answer": lambda x: v.text(x, v.TEXT_LIMIT, required=True, lines=True)},
    )["answer"]
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        consult = _open(complaint, consult_id)
        if consult.user_id != by.pk:
            raise NotAllowed(_("只有被请求加签的法务可以答复"))
        consult.answer, consult.answered_at = words, now
        consult.save(update_fields=["answer", "answered_at"])
        _write(complaint, consult, "consult_answered", by, now, words)
        tell(complaint, "tell_consult_answered", now, consult=consult.pk)
    return consult


def withdraw(
    number: str,
    consult_id: int,
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Consult:
    """The answer is not waited for any more; by whoever asked.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        consult = _open(complaint, consult_id)
        if consult.asked_by_id != by.pk:
            raise NotAllowed(_("只有提出加签的法务可以撤回"))
        consult.withdrawn_at = now
        consult.save(update_fields=["withdrawn_at"])
        _write(complaint, consult, "consult_withdrawn", by, now, "")
    return consult


def not_waited_for(number: str, consult_id: int, *, by: User, now: datetime) -> None:
    """Whoever was asked has left. Who ended the account need not see the case."""
    complaint = lock(number, None)
    consult = _open(complaint, consult_id)
    consult.withdrawn_at = now
    consult.save(update_fields=["withdrawn_at"])
    _write(complaint, consult, "consult_withdrawn", by, now, "")


def _due(value: Any, now: datetime) -> date | None:
    """Until when the answer is asked for."""
    due = validation.day(value, future=True)
    if due is not None and due < timezone.localdate(now):
        raise validation.Refused(_("答复期限不能早于今天"))
    return due


def _needs_counsel(by: User) -> None:
    if not by.may("sign_resolutions"):
        raise NotAllowed(_("只有法务可以请求加签和答复"))


def _in_review(complaint: Complaint) -> Resolution:
    resolution = resolutions.current(complaint)
    if complaint.state != State.IN_REVIEW or resolution is None:
        words = _("只有“法务审核”阶段可以请求加签；案件现处于“{state}”").format(
            state=complaint.get_state_display()
        )
        raise Invalid({"state": [words]})
    return resolution


def _asked(complaint: Complaint, username: str, by: User, now: datetime) -> User:
    """Another of counsel whom nothing keeps from judging the case."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None or not user.is_(Role.COUNSEL):
        words = _("“{user}”不是在用的法务账号；请选择另一位法务").format(user=username[:60])
        raise Invalid({"user": [words]})
    if user.pk == by.pk:
        raise Invalid({"user": [_("不能请自己加签；请选择另一位法务")]})
    situation = CaseSituation(complaint, user, now)
    if any(guard(situation) for guard in APART):
        words = _("{name} 不得参与本案（拟订人、被点名、已回避，或者是其代理人）；请选择另一位法务")
        raise Invalid({"user": [words.format(name=user.name)]})
    return user


def _open(complaint: Complaint, consult_id: int) -> Consult:
    found = Consult.objects.filter(
        pk=consult_id, resolution__complaint=complaint, answered_at=None, withdrawn_at=None
    )
    consult = found.select_related("resolution", "user", "asked_by").first()
    if consult is None:
        raise Invalid({"consult": [_("本案没有这项等待答复的加签")]})
    return consult


def _write(
    complaint: Complaint, consult: Consult, code: str, by: User, now: datetime, text: str
) -> None:
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["version", "updated_at"])
    detail = {"consult": consult.pk, "name": consult.user.name}
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

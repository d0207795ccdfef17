"""身份验证码: a one-time code to the number or the address on file, by which it is known who asks
about their own data. The person reads it out, a colleague types it; nobody here ever sees it.

Bounded per code (tries) and per case (codes in a day); compared under the lock of the case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import alarms
from accounts.models import AlarmKind, User
from audit.record import record
from complaints import identity_code, rights, validation
from complaints.actions.rights import Settled, held, permitted, refuse_unproven, told
from complaints.advance import step_taken
from complaints.errors import Invalid, NotAllowed
from complaints.identity_code import A_DAY, DIGITS, TRIES
from complaints.models import (
    Complaint,
    IdentityCheck,
    IdentityCode,
    IdentityTry,
    Outbox,
    RightsRequest,
)
from complaints.models.rights import CheckBy, Requester

DAY = timedelta(hours=24)
DOUBLE_CLICK = timedelta(minutes=1)


class TooMany(NotAllowed):
    """So many codes of this case in a day, or so many wrong ones."""

    code, status = "guessing", 429


class WrongCode(Invalid):
    """It is not the code; `left`: how many tries it has left."""

    def __init__(self, left: int) -> None:
        words = (
            _("验证码不一致，还可以再试 {n} 次") if left else _("验证码不一致，这个验证码已经作废")
        )
        super().__init__({"code": [words.format(n=left)]})
        self.left = left


def send(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> IdentityCode:
    """`{field: phone | email}`: a code leaves at once; the one before counts no more. A second
    click finds it sent.

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid, TooMany.
    """
    now = now or timezone.now()
    permitted(by, "take_rights_requests")
    v = validation
    fields = IdentityCode.Field.values
    data = v.clean(
        {"field": None, **values}, {"field": lambda x: v.choice(x, fields, required=True)}
    )
    with transaction.atomic():
        row, case = _checking(pk, by)
        if data["field"] not in identity_code.ways(case):
            words = _("没有可以自动发到的{field}；请用其他方式核验身份")
            label = IdentityCode.Field(data["field"]).label
            raise Invalid({"field": [words.format(field=label)]})
        last = _last(row)
        if last is not None and last.field == data["field"] and now - last.at < DOUBLE_CLICK:
            return last
        sent = IdentityCode.objects.filter(request__complaint=case, at__gt=now - DAY).count()
        if sent >= A_DAY:
            words = _("本案 24 小时内已经发出 {n} 个验证码；请用其他方式核验身份")
            raise TooMany(words.format(n=A_DAY))
        code = _new(row, case, data["field"], by, now)
        told(case, row, "code_sent", by, now, detail={"field": code.field})
        transaction.on_commit(lambda: step_taken.send(sender=Complaint, transition_id=None))
    return code


def _checking(pk: int, by: User) -> tuple[RightsRequest, Complaint]:
    """Raises RightsRequest.DoesNotExist, Settled."""
    row, case = held(pk, by)
    if rights.stage(row) not in (rights.CHECKING, rights.DECIDING):
        raise Settled(_("已经决定，不能再登记核验"))
    if row.requester == Requester.RELATIVE:
        raise Settled(_("登记的联系方式是死者的，不能用验证码核验；请核对证明和证件原件"))
    return row, case


def _new(row: RightsRequest, case: Complaint, field: str, by: User, now: datetime) -> IdentityCode:
    code = IdentityCode(request=row, field=field, salt=identity_code.new_salt(), by=by, at=now)
    code.outbox = Outbox.objects.create(
        complaint=case,
        effect=identity_code.EFFECT,
        key=f"{case.number}.code.{code.pk}",
        payload={"channel": "sms" if field == IdentityCode.Field.PHONE else "email"},
        created_at=now,
        not_before=now,
    )
    code.save(force_insert=True)
    return code


def _last(row: RightsRequest) -> IdentityCode | None:
    return row.codes.order_by("-at").first()


def enter(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> IdentityCheck:
    """`{code, proof}`: what the person read out. Right, it is known who asks; `proof` as in
    `check_identity`. A wrong one is counted although it is refused.

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid (WrongCode).
    """
    now = now or timezone.now()
    permitted(by, "take_rights_requests")
    v = validation
    data = v.clean(
        {"code": None, "proof": None, **values}, {"code": _digits, "proof": v.item_number}
    )
    with transaction.atomic():
        row, case = _checking(pk, by)
        refuse_unproven(row, case, data["proof"])
        code = _living(row, now)
        tries = code.tries.count()
        matches = identity_code.is_right(code, data["code"])
        IdentityTry.objects.create(code=code, matches=matches, by=by, at=now)
        if matches:
            return _passed(row, case, code, data["proof"], by, now)
        _wrong(case, row, tries + 1, by, now)
    raise WrongCode(TRIES - tries - 1)


def _digits(value: Any) -> str:
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", validation.text(value, 20)))
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", text):
        raise validation.Refused(_("请填写消费者念出的 6 位数字"))
    return text


def _living(row: RightsRequest, now: datetime) -> IdentityCode:
    """The code that counts: the last one, while it is young, unused and not guessed at too often.
    Raises Invalid.
    """
    code = _last(row)
    tries = list(code.tries.values_list("matches", flat=True)) if code else []
    if code is None:
        words = _("还没有发送验证码；请先发送")
    elif True in tries:
        words = _("这个验证码已经用过；需要再核验的，请另发一个")
    elif now >= code.ends_at:
        words = _("验证码已经过期；请另发一个")
    elif code.outbox.cancelled_at is not None:
        words = _("验证码没有送出；请换一种方式核验身份")
    elif len(tries) >= TRIES:
        words = _("这个验证码已经错了 {n} 次，作废；请另发一个").format(n=TRIES)
    else:
        return code
    raise Invalid({"code": [words]})


def _wrong(case: Complaint, row: RightsRequest, wrong: int, by: User, now: datetime) -> None:
    detail = {"request": row.pk, "wrong": wrong}
    record("rights.code_wrong", case.subject, by, now, detail)
    if wrong >= TRIES:
        alarms.raise_alarm(
            AlarmKind.GUESSING, about=by, at=now, case=case.number, detail=detail, quiet=DAY
        )


def _passed(
    row: RightsRequest,
    case: Complaint,
    code: IdentityCode,
    proof: int | None,
    by: User,
    now: datetime,
) -> IdentityCheck:
    check = IdentityCheck.objects.create(
        request=row, how=CheckBy.CODE, passed=True, proof=proof, by=by, at=now
    )
    told(case, row, "identity_passed", by, now, detail={"how": check.how, "field": code.field})
    return check

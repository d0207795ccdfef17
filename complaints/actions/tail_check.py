"""核对尾号: whether the last four digits that somebody says are those on file, without seeing them.

What was typed is compared and forgotten. Who guesses is stopped after five wrong ones a day.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import alarms
from accounts.models import AlarmKind, User
from accounts.roles import refusal
from accounts.vault import normalised
from audit.record import record
from complaints import reveal_policy, validation
from complaints.advance import find, lock
from complaints.errors import Invalid, NotAllowed
from complaints.models.reveal import TailCheck

WRONG_ONES = 5  # of one case in a day
DAY = timedelta(hours=24)
FIELDS = ("phone", "id_number", "bank_account")
DIGITS = 4


class TooManyWrong(NotAllowed):
    """Five were wrong today."""

    code, status = "guessing", 429


@dataclass(frozen=True)
class Checked:
    """`left`: how many wrong ones are left today."""

    matches: bool
    left: int


def check(
    number: str, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> Checked:
    """`{field, last_four}` → whether they are the same.

    Raises Complaint.DoesNotExist, Gone, NotAllowed, Invalid, TooManyWrong.
    """
    now = now or timezone.now()
    find(number, by)
    wanted = {"field": "", "last_four": ""}
    data = validation.clean({**wanted, **values}, {"field": _field, "last_four": _last_four})
    if not by.may("communicate"):
        raise NotAllowed(refusal("communicate"))
    with transaction.atomic():
        found = _checked(number, data, by, now)
    if found is None:
        words = _("本案 24 小时内已有 {n} 次核对不符，暂停核对。请用其他方式确认身份，或联系主管。")
        raise TooManyWrong(words.format(n=WRONG_ONES))
    return found


def _checked(number: str, data: Mapping[str, str], by: User, now: datetime) -> Checked | None:
    """Nothing when too many were wrong; the alarm stays although nothing is compared."""
    case = lock(number, by)
    if reveal_policy.is_over(case):
        raise NotAllowed(_("案件已归档，不能再核对尾号"))
    field = data["field"]
    if not getattr(case.consumer, f"{field}_masked"):
        words = _("没有登记“{field}”").format(field=reveal_policy.field_words(field))
        raise Invalid({"field": [words]})
    wrong = TailCheck.objects.filter(complaint=case, matches=False, at__gt=now - DAY).count()
    if wrong >= WRONG_ONES:
        detail = {"field": field, "wrong": wrong}
        alarms.raise_alarm(
            AlarmKind.GUESSING, about=by, at=now, case=number, detail=detail, quiet=DAY
        )
        return None
    stored = normalised(field, case.consumer.clear(field))[-DIGITS:]
    same = hmac.compare_digest(stored.encode(), data["last_four"].encode())
    TailCheck.objects.create(complaint=case, by=by, at=now, field=field, matches=same)
    record("tail.checked", case.subject, by, now, {"field": field, "matches": same})
    return Checked(same, WRONG_ONES - wrong - (not same))


def _field(value: Any) -> str:
    return validation.choice(value, FIELDS, required=True)


def _last_four(value: Any) -> str:
    text = normalised("id_number", validation.text(value, 20, required=True))
    if not re.fullmatch(r"[0-9]{3}[0-9X]", text):
        raise validation.Refused(_("请填写最后四位，例如 2719；身份证末位可以是 X"))
    return text

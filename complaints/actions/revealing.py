"""查看号码: one value of one case in clear, for a purpose, counted, recorded before it is opened.

Two transactions: the first decides under the locks of the case and of the person, counts, and
writes the row and its entry in the record; only when that is committed the value is opened. What
cannot be recorded is not shown. A little longer than others: the order of checks is the control.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import alarms, training
from accounts.models import AlarmKind, User
from accounts.vault import VaultError
from audit.record import record
from complaints import reveal_policy, validation
from complaints.advance import lock
from complaints.errors import CaseError, Gone, Invalid, NotAllowed
from complaints.models import Complaint
from complaints.models.consumer import PERSONAL_FIELDS
from complaints.models.reveal import Bucket, Purpose, Reveal
from complaints.reveal_policy import No

CASE_NUMBER = re.compile(r"[A-Z]{2}\d{2}-\d{4,8}")
LONG_NUMBER = re.compile(r"(?:\d[\s.\-]*){7}")  # no hour, no date
SECONDS = 60  # a value stays on the screen
CONFIRMED_FOR = timedelta(minutes=5)
SHORT, LONG = timedelta(minutes=10), timedelta(hours=24)
NEAR = 0.8  # of a day's number: an alarm before anything is lost (法释〔2017〕10号 Art. 5: 25)
QUIET = timedelta(hours=1)  # one alarm for many tries
_ALARMS = {
    "foreign": AlarmKind.REVEAL_FOREIGN,
    "archived": AlarmKind.REVEAL_CLOSED,
    "quota": AlarmKind.REVEAL_QUOTA,
}


class NotRevealed(NotAllowed):
    """Why the value is not shown; `code` says which rule."""

    def __init__(self, no: No) -> None:
        super().__init__(no.message)
        self.code = no.code


class QuotaReached(NotRevealed):
    """So many in ten minutes or a day; `retry_after`: seconds until the next."""

    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(No("quota", message))
        self.retry_after = retry_after


class Unrecorded(CaseError):
    """The record could not be written, or the value not be opened: nothing is shown."""

    code, status = "unavailable", 503


@dataclass(frozen=True)
class Revealed:
    """The one value. Never stored, logged or put into a session."""

    row: Reveal
    value: str
    left: int

    def __repr__(self) -> str:
        return f"<Revealed {self.row}>"


def reveal(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    via: str,
    confirmed_at: datetime | None,
    now: datetime | None = None,
) -> Revealed:
    """`{field, purpose, note}` → the value, for a person in a browser who gave the password in the
    last five minutes.

    Raises Invalid, Complaint.DoesNotExist, NotRevealed, QuotaReached, Unrecorded; whatever is
    refused is recorded, and a foreign or archived case and a full quota raise an alarm.
    """
    now = now or timezone.now()
    try:
        data = _asked(number, values, by, now)
        try:
            with transaction.atomic():
                row, left = _granted(number, data, by, via, confirmed_at, now)
        except Complaint.DoesNotExist:
            refused(number, data, by, "foreign", now)
            raise
        except Gone as gone:
            refused(number, data, by, "archived", now)
            raise NotRevealed(No("archived", gone.message)) from gone
        except NotAllowed as no:
            refused(number, data, by, no.code, now)
            raise
        with transaction.atomic():
            value = _opened(row)
    except (DatabaseError, VaultError) as error:
        words = _("没有显示：这次查看没能记录下来，或者号码暂时打不开。请稍后再试，并告知管理员。")
        raise Unrecorded(words) from error
    return Revealed(row, value, left)


def _asked(number: str, values: Mapping[str, Any], by: User, now: datetime) -> dict[str, str]:
    """What was sent. Of a case that the person does not see nothing is answered but that, whatever
    was sent. Raises Invalid, Complaint.DoesNotExist.
    """
    try:
        return _cleaned(values)
    except Invalid:
        if not Complaint.objects.visible_to(by).filter(number=number).exists():
            refused(number, {"field": "", "purpose": ""}, by, "foreign", now)
            raise Complaint.DoesNotExist from None
        raise


def _cleaned(values: Mapping[str, Any]) -> dict[str, str]:
    wanted = {"field": "", "purpose": ""}
    return validation.clean(
        {**wanted, **values},
        {
            "field": _field,
            "purpose": lambda x: validation.choice(x, Purpose.values, required=True),
            "note": _note,
        },
    )


def _field(value: Any) -> str:
    """A field of the consumer, or `span:<id>` in its plain form."""
    pk = reveal_policy.span_of(value) if isinstance(value, str) else None
    return f"span:{pk}" if pk else validation.choice(value, PERSONAL_FIELDS, required=True)


def _note(value: Any) -> str:
    text = validation.text(value, 100)
    if LONG_NUMBER.search(unicodedata.normalize("NFKC", text)):
        raise validation.Refused(_("这里不要写号码；请只写要做的事，例如“约定 15:00 回电”"))
    return text


def not_confirmed(via: str, at: datetime | None, now: datetime) -> No | None:
    """Why nobody may look who came this way and gave the password then."""
    if via != "session":
        return No("program", _("号码只能由本人在浏览器中查看，程序密钥不能查看"))
    if at is None or not timedelta(0) <= now - at <= CONFIRMED_FOR:
        return No("not_confirmed", _("请先确认身份：重新输入登录密码（5 分钟内有效）"))
    return None


def why_not(case: Complaint, by: User, now: datetime) -> No | None:
    """Why the person may see no number of the case at all; nothing where a purpose is all that is
    missing.
    """
    found = reveal_policy.basis_of(case, by, now)
    if isinstance(found, No):
        return found
    return None if training.valid(by, now) else untrained()


def untrained() -> No:
    """PIPL Art. 51(4): personal data is for people who were trained to handle it."""
    words = _("没有登记您的个人信息保护培训，或者已经过期，不能查看号码；请培训后由安全管理员登记")
    return No("training", words)


def _granted(
    number: str,
    data: Mapping[str, str],
    by: User,
    via: str,
    confirmed_at: datetime | None,
    now: datetime,
) -> tuple[Reveal, int]:
    """The row that allows it, and how many more are left today, in the caller's transaction."""
    # one at a time per person; the person before the case, as whoever ends an account holds them
    who = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    case = lock(number, who)
    if no := not_confirmed(via, confirmed_at, now):
        raise NotRevealed(no)
    basis = reveal_policy.basis_of(case, who, now)
    if isinstance(basis, No):
        raise NotRevealed(basis)
    if not training.valid(who, now):
        raise NotRevealed(untrained())
    field, purpose = data["field"], data["purpose"]
    asked = reveal_policy.asked(case, field)
    if asked is None or not asked.masked:
        words = _("没有登记“{field}”").format(field=reveal_policy.field_words(field))
        raise Invalid({"field": [words]})
    if no := reveal_policy.purpose_fits(case, asked.kind, purpose):
        raise NotRevealed(no)
    bucket = reveal_policy.bucket_of(asked.kind)
    left = _count(who, bucket, now)
    row = Reveal.objects.create(
        complaint=case,
        by=who,
        at=now,
        field=field,
        bucket=bucket,
        purpose=purpose,
        note=data.get("note", ""),
        basis=basis.code,
        expects=reveal_policy.PURPOSES[purpose].expects,
    )
    detail = {"field": field, "reveal_purpose": purpose, "basis": basis.code}
    record("reveal.made", case.subject, who, now, detail)
    _warn(who, bucket, left, number, now)
    return row, left - 1


def _opened(row: Reveal) -> str:
    """The clear value. Raises VaultError where the key is gone meanwhile."""
    case = Complaint.objects.select_related("consumer").get(pk=row.complaint_id)
    asked = reveal_policy.asked(case, row.field)
    value = asked.clear() if asked else ""
    if not value:
        raise VaultError("nothing is stored any more")
    return value


# --- how many


def most(bucket: str) -> tuple[int | None, int]:
    """How many in ten minutes (none: as many as a day) and in a day."""
    if bucket == Bucket.NUMBERS:
        return settings.REVEALS_PER_TEN_MINUTES, settings.REVEALS_PER_DAY
    return None, settings.CONTACT_REVEALS_PER_DAY


def left_today(user: User, bucket: str, now: datetime) -> int:
    """How many more the person may see in these 24 hours."""
    day = Reveal.objects.filter(by=user, bucket=bucket, at__gt=now - LONG).count()
    return max(most(bucket)[1] - day, 0)


def room(who: User, bucket: Bucket, now: datetime, number: str) -> None:
    """One more of this kind for the person, whose row the caller holds; near the end of a day with
    the alarm. Raises QuotaReached.
    """
    _warn(who, bucket, _count(who, bucket, now), number, now)


def _count(who: User, bucket: Bucket, now: datetime) -> int:
    """How many are left before this one. The row of the person is locked. Raises QuotaReached."""
    rows = Reveal.objects.filter(by=who, bucket=bucket, at__gt=now - LONG)
    used = rows.aggregate(day=Count("pk"), short=Count("pk", filter=Q(at__gt=now - SHORT)))
    short, day = most(bucket)
    for limit, taken, span in ((day, used["day"], LONG), (short, used["short"], SHORT)):
        if limit is None or taken < limit:
            continue
        # the next one is free when the last of those that fill it has left the span
        within = rows.filter(at__gt=now - span).order_by("-at")
        first = within.values_list("at", flat=True)[limit - 1] if limit else now
        free = first + span
        raise QuotaReached(_full(bucket, limit, span, free), _seconds(free - now))
    return day - int(used["day"])


def _seconds(span: timedelta) -> int:
    return max(int(span.total_seconds()) + 1, 1)


def _full(bucket: Bucket, limit: int, span: timedelta, free: datetime) -> str:
    words = _("“{what}”24 小时内最多查看 {n} 次，已经用完。{time} 以后可以再看；急需时请主管查看。")
    if span == SHORT:
        words = _("“{what}”10 分钟内最多查看 {n} 次，已经用完。{time} 以后可以再看。")
    time = f"{timezone.localtime(free):%m-%d %H:%M}"
    return words.format(what=bucket.label, n=limit, time=time)


def _warn(who: User, bucket: Bucket, left: int, number: str, now: datetime) -> None:
    """An alarm when four fifths of a day are used, once in a day."""
    limit = most(bucket)[1]
    used = limit - left + 1
    if used >= limit * NEAR:
        detail = {"used": used, "limit": limit, "bucket": str(bucket)}
        alarms.raise_alarm(AlarmKind.REVEAL_NEAR, about=who, at=now, detail=detail, quiet=LONG)


# --- what is refused


def refused(number: str, data: Mapping[str, str], by: User, code: str, now: datetime) -> None:
    """`{field, purpose}` is recorded in the chain of the person (the case may be none of theirs),
    with an alarm where somebody reached for what is not theirs or for more than is good. `number`
    as it was asked for, "" where no case was named.
    """
    case = number if CASE_NUMBER.fullmatch(number) else ""  # else anything may stand there
    told = {"field": data["field"], "reveal_purpose": data["purpose"], "why": code, "case": case}
    with transaction.atomic():
        record("reveal.refused", f"user:{by.username}", by, now, told)
        # of a missing one too: its answer takes no other time
        if code in _ALARMS and (case or not number):
            kind = _ALARMS[code]
            alarms.raise_alarm(kind, about=by, at=now, case=case, detail=told, quiet=QUIET)

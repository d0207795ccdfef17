"""Who has been trained to handle personal data, and until when it counts.

《个人信息保护法》第五十一条第四项: the handler settles who may do what and trains its
staff regularly. Without a training that counts nobody is shown a number in clear.

The only module that writes training records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import TrainingRecord, User
from accounts.roles import Role
from audit.record import record

LONGEST = timedelta(days=3 * 366)
WARN = timedelta(days=30)
HANDLERS = (Role.AGENT, Role.SUPERVISOR, Role.COUNSEL)  # who works with personal data
COUNTS = TrainingRecord.Kind.PERSONAL_INFORMATION  # what one needs to be shown personal data


class TrainingError(Exception):
    """A record is refused: field ("" for the whole) → a sentence that says what to do."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


def standing(day: date) -> QuerySet[TrainingRecord]:
    """Records of the training that is needed for personal data which count on the day."""
    return TrainingRecord.objects.filter(
        kind=COUNTS, withdrawn_at=None, passed_on__lte=day, valid_until__gte=day
    )


def until(user: User, day: date) -> date | None:
    """The last day on which what the person has passed counts; None when nothing counts."""
    last: date | None = standing(day).filter(user=user).aggregate(last=Max("valid_until"))["last"]
    return last


def valid(user: User, now: datetime) -> bool:
    """True when a training of the person counts on the business's day of `now`, or when this
    installation asks for none (`TRAINING_REQUIRED`). One indexed statement.
    """
    if not settings.TRAINING_REQUIRED:
        return True
    return standing(timezone.localdate(now)).filter(user=user).exists()


def enter(
    user: User,
    *,
    passed_on: date,
    valid_until: date,
    kind: str = COUNTS,
    certificate_no: str = "",
    by: User | None,
    now: datetime | None = None,
) -> TrainingRecord:
    """Enter that the person passed a training; `by` None: the installation's own start.

    Raises TrainingError with every reason why it cannot be.
    """
    now = now or timezone.now()
    errors = _wrong_days(passed_on, valid_until, timezone.localdate(now))
    if by is not None and by.pk == user.pk:
        errors["user"] = _("不能登记自己的培训；请由另一位安全管理员登记。")
    if by is not None and not by.may("manage_training"):
        errors[""] = _("只有安全管理员可以登记培训。")
    if errors:
        raise TrainingError(errors)
    try:
        with transaction.atomic():
            entered = TrainingRecord.objects.create(
                user=user,
                kind=kind,
                passed_on=passed_on,
                valid_until=valid_until,
                certificate_no=certificate_no.strip(),
                entered_by=by,
                entered_at=now,
            )
            record("training.entered", f"user:{user.username}", by, now, _said(entered))
    except IntegrityError as error:
        if "a_training_is_entered_once" not in str(error):
            raise
        words = _("{name} 的这次培训已经登记过（通过日期和编号都相同）。")
        raise TrainingError({"": words.format(name=user.name)}) from error
    return entered


def _wrong_days(passed_on: date, valid_until: date, today: date) -> dict[str, str]:
    errors = {}
    if passed_on > today:
        errors["passed_on"] = _("通过日期在今天之后；请在通过以后再登记。")
    if valid_until < passed_on:
        errors["valid_until"] = _("有效期早于通过日期；请检查两个日期。")
    elif valid_until - passed_on > LONGEST:
        errors["valid_until"] = _("有效期最长三年；请缩短，到期前再培训一次。")
    return errors


@transaction.atomic
def withdraw(pk: int, *, reason: str, by: User, now: datetime | None = None) -> TrainingRecord:
    """The record does not count from now on; withdrawing twice changes nothing.

    Raises TrainingRecord.DoesNotExist, TrainingError.
    """
    now = now or timezone.now()
    found = (
        TrainingRecord.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .get(pk=pk)
    )
    if not by.may("manage_training"):
        raise TrainingError({"": _("只有安全管理员可以登记培训。")})
    if not reason.strip():
        raise TrainingError({"reason": _("请说明为什么撤销，例如“登记错了人”。")})
    if found.withdrawn_at is None:
        found.withdrawn_at, found.withdrawn_by, found.withdrawn_reason = now, by, reason.strip()
        found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        record("training.withdrawn", f"user:{found.user.username}", by, now, _said(found))
    return found


def _said(entered: TrainingRecord) -> dict[str, str]:
    days = (entered.passed_on.isoformat(), entered.valid_until.isoformat())
    return {"training": entered.kind, "passed_on": days[0], "valid_until": days[1]}


def enter_all(
    rows: Iterable[Mapping[str, Any]], *, by: User, now: datetime | None = None
) -> list[tuple[int, str]]:
    """Enter trainings for personal data, all or none: `{line, user, passed_on, valid_until,
    certificate_no}`. Answers (line, sentence) of those that are refused; [] when all were entered.
    """
    wrong: list[tuple[int, str]] = []
    with transaction.atomic():
        for row in rows:
            data = {**row}
            line = data.pop("line")
            try:
                enter(data.pop("user"), **data, by=by, now=now)
            except TrainingError as refused:
                wrong.append((line, str(refused)))
        if wrong:
            transaction.set_rollback(True)
    return wrong


def people(day: date) -> QuerySet[User]:
    """Active people whose roles work with personal data, with the last day (`trained_until`) on
    which what they have passed counts; those who lack it first.
    """
    counts = Q(
        training__kind=COUNTS,
        training__withdrawn_at=None,
        training__passed_on__lte=day,
        training__valid_until__gte=day,
    )
    found = User.objects.filter(is_active=True, roles__overlap=[str(r) for r in HANDLERS])
    return found.annotate(trained_until=Max("training__valid_until", filter=counts)).order_by(
        F("trained_until").asc(nulls_first=True), "username"
    )


def lacking(day: date) -> QuerySet[User]:
    """Those of them who lack it, or for whom it ends within thirty days."""
    return people(day).filter(Q(trained_until=None) | Q(trained_until__lte=day + WARN))

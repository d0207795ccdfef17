"""Placing, widening and releasing legal holds. Counsel's alone; two of counsel release one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, HeldCase, LegalHold
from complaints.signing_guards import REAUTHENTICATION_LASTS
from complaints.validation import Refused

MOST = 500  # cases in one act
LONGEST = 2000


def place(
    values: Mapping[str, Any],
    *,
    by: User,
    reauthenticated_at: datetime | None,
    now: datetime | None = None,
) -> LegalHold:
    """`{matter, reason, numbers}`: keep these cases as they are. All of them, or nothing.

    Raises NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _may(by, reauthenticated_at, now)
    v = validation
    data = v.clean(
        {"matter": None, "reason": None, "numbers": None, **values},
        {
            "matter": lambda x: v.text(x, 120, required=True),
            "reason": lambda x: v.text(x, LONGEST, required=True, lines=True),
            "numbers": lambda x: v.text(x, 20_000, required=True, lines=True),
        },
    )
    with transaction.atomic():
        cases = _cases(data["numbers"], by)
        hold = LegalHold.objects.create(
            matter=data["matter"], reason=data["reason"], placed_by=by, placed_at=now
        )
        detail = {"cases": [case.number for case in cases]}
        record("legal_hold.placed", hold.subject, by, now, detail, first=True)
        _hold(hold, cases, by, now)
    return hold


def add(
    pk: int,
    values: Mapping[str, Any],
    *,
    by: User,
    reauthenticated_at: datetime | None,
    now: datetime | None = None,
) -> list[str]:
    """`{numbers}`: further cases; answers those that were not under it yet.

    Raises LegalHold.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _may(by, reauthenticated_at, now)
    v = validation
    data = v.clean(
        {"numbers": None, **values},
        {"numbers": lambda x: v.text(x, 20_000, required=True, lines=True)},
    )
    with transaction.atomic():
        hold = _live(pk)
        cases = _cases(data["numbers"], by)
        there = set(hold.cases.values_list("complaint", flat=True))
        new = [case for case in cases if case.pk not in there]
        if not new:
            raise Invalid({"numbers": [_("这些案件都已经在这项保留里")]})
        numbers = [case.number for case in new]
        record("legal_hold.widened", hold.subject, by, now, {"cases": numbers})
        _hold(hold, new, by, now)
    return numbers


def ask_release(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> LegalHold:
    """`{reason}`: the hold is no longer needed; another one of counsel decides.

    Raises LegalHold.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _may(by)
    v = validation
    data = v.clean(
        {"reason": None, **values},
        {"reason": lambda x: v.text(x, LONGEST, required=True, lines=True)},
    )
    with transaction.atomic():
        hold = _live(pk)
        if hold.release_asked_by_id is not None:
            raise Invalid({"reason": [_("已经有人申请解除，等待另一位法务决定")]})
        hold.release_asked_by, hold.release_asked_at = by, now
        hold.release_reason = data["reason"]
        hold.save(update_fields=["release_asked_by", "release_asked_at", "release_reason"])
        record("legal_hold.release_asked", hold.subject, by, now)
    return hold


def keep(pk: int, *, by: User, now: datetime | None = None) -> LegalHold:
    """The hold stays: the request is refused, or taken back by whoever made it.

    Raises LegalHold.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _may(by)
    with transaction.atomic():
        hold = _live(pk)
        _asked(hold)
        hold.release_asked_by = hold.release_asked_at = None
        hold.release_reason = ""
        hold.save(update_fields=["release_asked_by", "release_asked_at", "release_reason"])
        record("legal_hold.kept", hold.subject, by, now)
    return hold


def release(
    pk: int, *, by: User, reauthenticated_at: datetime | None, now: datetime | None = None
) -> LegalHold:
    """The cases are free again, unless another hold is on them. Not by whoever asked for it.

    Raises LegalHold.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _may(by, reauthenticated_at, now)
    with transaction.atomic():
        hold = _live(pk)
        _asked(hold)
        if hold.release_asked_by_id == by.pk:
            raise NotAllowed(_("解除申请是您提出的，须由另一位法务同意"))
        held = list(hold.cases.values_list("complaint", flat=True))
        cases = list(Complaint.objects.locked().filter(pk__in=held).order_by("pk"))
        hold.released_by, hold.released_at = by, now
        hold.save(update_fields=["released_by", "released_at"])
        detail = {"cases": [case.number for case in cases]}
        record("legal_hold.released", hold.subject, by, now, detail)
        _tell(hold, cases, "legal_hold_released", hold.release_reason, by, now)
    return hold


# --- below


def _may(by: User, reauthenticated_at: datetime | None = None, now: datetime | None = None) -> None:
    """Counsel, with the password given a moment ago where `now` is given. Raises NotAllowed."""
    if not by.may("place_legal_holds"):
        raise NotAllowed(_("只有法务可以设置和解除诉讼保留"))
    if now is None:
        return
    if reauthenticated_at is None or now - reauthenticated_at > REAUTHENTICATION_LASTS:
        raise NotAllowed(_("设置和解除诉讼保留前请再次输入密码确认身份；程序密钥不能代替"))


def _live(pk: int) -> LegalHold:
    """Held until the end of the transaction. Raises LegalHold.DoesNotExist, Invalid."""
    hold: LegalHold = LegalHold.objects.select_for_update().get(pk=pk)
    if hold.released_at is not None:
        raise Invalid({"state": [_("这项诉讼保留已经解除")]})
    return hold


def _asked(hold: LegalHold) -> None:
    if hold.release_asked_by_id is None:
        raise Invalid({"state": [_("没有等待决定的解除申请；请先写明理由申请解除")]})


def _cases(text: str, by: User) -> list[Complaint]:
    """The cases of these numbers, locked in one order. Raises Invalid for one that is not seen, or
    whose file was destroyed already.
    """
    numbers = list(dict.fromkeys(text.replace(",", " ").replace("，", " ").split()))
    if len(numbers) > MOST:
        raise Invalid({"numbers": [_("一次最多 {limit} 件；请分批").format(limit=MOST)]})
    rows = Complaint.objects.workable_by(by).locked().filter(number__in=numbers)
    found = {case.number: case for case in rows.order_by("pk")}
    if unknown := [number[:20] for number in numbers if number not in found]:
        words = _("没有这些案件，或者您看不到（请主管先提请法务关注）：{numbers}")
        raise Invalid({"numbers": [words.format(numbers=_("、").join(unknown[:10]))]})
    if gone := [case.number for case in found.values() if case.destroyed_at is not None]:
        words = _("这些案件的案卷已经销毁，没有可以保留的了：{numbers}；请去掉后再设置")
        raise Invalid({"numbers": [words.format(numbers=_("、").join(gone[:10]))]})
    return list(found.values())


def _hold(hold: LegalHold, cases: Sequence[Complaint], by: User, now: datetime) -> None:
    HeldCase.objects.bulk_create(
        [HeldCase(hold=hold, complaint=case, added_by=by, added_at=now) for case in cases]
    )
    _tell(hold, cases, "legal_hold_placed", hold.reason, by, now)


def _tell(
    hold: LegalHold, cases: Sequence[Complaint], code: str, why: str, by: User, now: datetime
) -> None:
    """Each case says it in its timeline and its audit record; whoever has it open hears of it."""
    for case in cases:
        Complaint.objects.filter(pk=case.pk).update(version=case.version + 1, updated_at=now)
        Event.objects.create(
            complaint=case,
            at=now,
            by=by,
            kind=Event.Kind.CHANGE,
            code=code,
            text=why,
            detail={"hold": hold.pk, "matter": hold.matter},
        )
        verb = "complaint." + code
        record(verb, case.subject, by, now, {"hold": hold.pk, "version": case.version + 1})


def numbers_of(text: Any) -> str:
    """What a link may put into the field of numbers: one number, or nothing."""
    try:
        return validation.plain(text, 20)
    except Refused:
        return ""

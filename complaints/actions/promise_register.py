"""The register of public promises: entering one, changing its words by another version, taking it
back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import public_promises, validation, workdays
from complaints.choices import Channel, Claim
from complaints.errors import Invalid, NotAllowed
from complaints.models import PublicPromise
from complaints.validation import Refused
from complaints.workdays import CountingError
from legal_rules.deadline_names import SECTORS
from legal_rules.vocabulary import CATEGORIES

LISTS: dict[str, tuple[str, ...]] = {
    "channels": tuple(Channel.values),
    "categories": tuple(CATEGORIES),
    "sectors": tuple(SECTORS),
    "claims": tuple(Claim.values),
}
REQUIRED = ("text_zh", "length", "unit", "starts", "stops", "published", "valid_from")


def publish(values: Mapping[str, Any], *, by: User, now: datetime | None = None) -> PublicPromise:
    """Enter a promise: `{text_zh, text_en?, length, unit, starts, stops, channels?, categories?,
    sectors?, claims?, published, url?, valid_from, valid_until?}`.

    Raises NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _may_manage(by)
    data = _cleaned(values)
    with transaction.atomic():
        promise = PublicPromise.objects.create(by=by, at=now, **data)
        _record("promise.published", promise, by, now)
    return promise


def replace(
    promise_id: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> PublicPromise:
    """Other words from a later day on: a new row; the earlier one holds until the day before.

    Raises PublicPromise.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _may_manage(by)
    data = _cleaned(values)
    with transaction.atomic():
        earlier = _standing(promise_id)
        _begins_later(data["valid_from"], earlier, now)
        earlier.valid_until = data["valid_from"] - timedelta(days=1)
        earlier.save(update_fields=["valid_until"])
        promise = PublicPromise.objects.create(by=by, at=now, replaces=earlier, **data)
        _record("promise.replaced", promise, by, now, replaces=earlier.pk)
    return promise


def withdraw(
    promise_id: int, reason: Any, *, by: User, now: datetime | None = None
) -> PublicPromise:
    """Take a promise back for cases that are registered from now on; those before keep it.

    Raises PublicPromise.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _may_manage(by)
    reason = validation.clean(
        {"reason": reason}, {"reason": lambda x: validation.text(x, 500, required=True)}
    )["reason"]
    with transaction.atomic():
        promise = _standing(promise_id)
        promise.withdrawn_at, promise.withdrawn_by, promise.withdrawn_reason = now, by, reason
        promise.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        _record("promise.withdrawn", promise, by, now)
    return promise


def _may_manage(by: User) -> None:
    if not by.may("manage_promises"):
        raise NotAllowed(_("您的角色不能管理公开承诺；请联系主管"))


def _standing(promise_id: int) -> PublicPromise:
    """The promise, locked, unless it was replaced or taken back already."""
    promise = PublicPromise.objects.select_for_update(of=("self",)).get(pk=promise_id)
    if promise.withdrawn_at is not None:
        raise Invalid({"promise": [_("这项公开承诺已经撤回")]})
    if PublicPromise.objects.filter(replaces=promise).exists():
        raise Invalid({"promise": [_("这一版已经有了新版；请在新版上修改")]})
    return promise


def _begins_later(start: date, earlier: PublicPromise, now: datetime) -> None:
    """What holds today cannot be changed for today: it was promised."""
    first = max(timezone.localdate(now), earlier.valid_from) + timedelta(days=1)
    if start < first:
        sentence = _("新版最早可以自 {day} 起；在此之前登记的案件仍按原来的承诺")
        raise Invalid({"valid_from": [sentence.format(day=first.isoformat())]})


# --- what was sent


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    moments = public_promises.moments()
    starts, stops = {**public_promises.STARTS, **moments}, {**public_promises.STOPS, **moments}
    lists = {n: (lambda x, known=known: v.choices(x, known)) for n, known in LISTS.items()}
    data = v.clean(
        {**dict.fromkeys(REQUIRED), **values},
        {
            "text_zh": lambda x: v.text(x, 200, required=True),
            "text_en": lambda x: v.text(x, 300),
            "length": _length,
            "unit": lambda x: v.choice(x, PublicPromise.Unit.values, required=True),
            "starts": lambda x: v.choice(x, starts, required=True),
            "stops": lambda x: v.choice(x, stops, required=True),
            **lists,
            "published": lambda x: v.text(x, 300, required=True),
            "url": _url,
            "valid_from": _first_day,
            "valid_until": lambda x: v.day(x, future=True),
        },
    )
    _fits(data)
    return data


def _length(value: Any) -> int:
    raw = str(value).strip() if isinstance(value, (int, str)) else ""
    if isinstance(value, bool) or not (raw.isascii() and raw.isdecimal()) or len(raw) > 5:
        raise Refused(_("请填写数字，例如 48"))
    if int(raw) == 0:
        raise Refused(_("期限至少为 1"))
    return int(raw)


def _first_day(value: Any) -> date:
    found = validation.day(value, future=True)
    if found is None:
        raise Refused(_("请填写自哪一天起"))
    return found


def _url(value: Any) -> str:
    text = validation.text(value, 500)
    try:
        if text:
            URLValidator(schemes=["http", "https"])(text)
    except ValidationError as error:
        raise Refused(_("网址应以 http:// 或 https:// 开头")) from error
    return text


def _fits(data: Mapping[str, Any]) -> None:
    """What the fields have to be together. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    try:
        workdays.checked(data["length"], data["unit"])
    except CountingError:
        errors["length"] = [_("期限过长；请核对")]
    if data["starts"] == data["stops"]:
        errors["stops"] = [_("起算和兑现不能是同一件事")]
    until = data.get("valid_until")
    if until is not None and until < data["valid_from"]:
        errors["valid_until"] = [_("截止日期不能早于起始日期")]
    if errors:
        raise Invalid(errors)


def _record(verb: str, promise: PublicPromise, by: User, now: datetime, **more: Any) -> None:
    detail = {
        "text": promise.text_zh,
        "length": promise.length,
        "unit": promise.unit,
        "starts": promise.starts,
        "stops": promise.stops,
        "valid_from": promise.valid_from.isoformat(),
        "valid_until": promise.valid_until.isoformat() if promise.valid_until else None,
        **({"reason": promise.withdrawn_reason} if promise.withdrawn_reason else {}),
        **more,
    }
    record(verb, f"promise:{promise.pk}", by, now, detail)

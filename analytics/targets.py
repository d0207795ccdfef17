"""目标: what each figure is held against, and setting another from a day on.

The measure brings a target of its own (`measures.MEASURES`), which holds until somebody says
otherwise. A window is held against what held on its last day (today, where it has not ended), so
that a report of the past keeps its target. The clocks of the law are kept by all of them, whatever
somebody wishes: their targets cannot be set.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.measures import MEASURES, Measure
from analytics.models import Target
from audit.record import record
from complaints import validation
from complaints.errors import Invalid, NotAllowed
from complaints.validation import Refused

MAY = "set_targets"
REASON = 500
BY_LAW = ("clocks_kept", "clocks_missed")
SETTABLE = tuple(m.code for m in MEASURES.values() if m.better and m.code not in BY_LAW)
WHOLE = ("open", "overdue", "received", "closed")
MOST, CENT = Decimal(999_999_999), Decimal("0.01")


def held_on(day: date) -> QuerySet[Target, tuple[int, str, int]]:
    """What was set and held on a day, as rows (id, "measure value", 2): `read` understands them. So
    that a dashboard reads them in a statement that it makes anyway.
    """
    text = Concat("measure", Value(" "), Cast("value", CharField()), output_field=CharField())
    newest = Target.objects.filter(valid_from__lte=day).order_by("measure", "-valid_from", "-pk")
    return newest.distinct("measure").values_list("pk", text, Value(2))


def read(text: str) -> tuple[str, Decimal | None]:
    """(measure, target) of a row of `held_on`."""
    code, _blank, value = text.partition(" ")
    return code, Decimal(value).normalize() + 0 if value else None


def on(day: date) -> dict[str, Measure]:
    """Every measure with the target that held on a day. One statement."""
    return measures(dict(read(text) for _pk, text, _which in held_on(day)))


def measures(said: Mapping[str, Decimal | None]) -> dict[str, Measure]:
    """Every measure, with what was said of its target."""
    return {
        code: replace(one, target=said[code]) if code in said and code in SETTABLE else one
        for code, one in MEASURES.items()
    }


def set_target(values: Mapping[str, Any], *, by: User, now: datetime | None = None) -> Target:
    """`{measure, value or none, valid_from?, reason}`. Raises NotAllowed, Invalid."""
    now = now or timezone.now()
    if not by.may(MAY):
        raise NotAllowed(_("您的角色不能设定目标；请由主管设定"))
    today = timezone.localdate(now)
    data = _cleaned(values, today)
    code, value, since = data["measure"], data["value"], data["valid_from"] or today
    with transaction.atomic():
        # One at a time: a double click finds the first one.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if on(since)[code].target == value:
            raise Invalid({"value": [_("这一天起的目标已经是这个值，没有重复设定")]})
        made = Target.objects.create(
            measure=code, value=value, valid_from=since, reason=data["reason"], by=by, at=now
        )
        told = {"value": None if value is None else f"{value:f}", "from": since.isoformat()}
        record("target.set", f"measure:{code}", by, now, told)
    return made


def _cleaned(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    v = validation
    fields = ("measure", "value", "none", "valid_from", "reason")
    data = v.clean(
        {**dict.fromkeys(fields), **values},
        {
            "measure": lambda x: v.choice(x, SETTABLE, required=True),
            "value": lambda x: v.plain(x, 20),
            "none": v.flag,
            "valid_from": lambda x: _from(x, today),
            "reason": lambda x: v.text(x, REASON, required=True, lines=True),
        },
    )
    if data["none"] == bool(data["value"]):
        both = _("数值和“不设目标”只能选一样；请只留一样")
        neither = _("请填写目标，或选不设目标")
        raise Invalid({"value": [both if data["none"] else neither]})
    try:
        data["value"] = None if data["none"] else _number(MEASURES[data["measure"]], data["value"])
    except Refused as error:
        raise Invalid({"value": [str(error)]}) from error
    return data


def _number(measure: Measure, text: str) -> Decimal:
    """A number that the figure can reach, in its unit. Raises Refused."""
    raw = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("%").strip()
    if not re.fullmatch(r"-?\d{1,15}(\.\d+)?", raw, re.ASCII):
        words = _("“{value}”不是数字；请填写数字，例如 4 或者 97.5")
        raise Refused(words.format(value=text))
    value = Decimal(raw)
    if value < 0:
        raise Refused(_("目标不能是负数"))
    if measure.is_share and value > 100:
        raise Refused(_("百分比在 0 到 100 之间"))
    if value > MOST:
        raise Refused(_("数值太大；请核对单位"))
    if measure.code in WHOLE and value != value.to_integral_value():
        raise Refused(_("件数是整数"))
    if value != value.quantize(CENT):
        raise Refused(_("目标最多两位小数"))
    return abs(value.quantize(CENT))  # -0 is nothing, and is written so


def _from(value: Any, today: date) -> date | None:
    day = validation.day(value, future=True)
    if day is not None and day < today:
        raise Refused(_("生效日期不能早于今天；已经过去的期间保留当时的目标"))
    return day

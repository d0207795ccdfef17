"""Points at issue as they are sent: taken, checked against the case, written, carried over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from complaints import proofs, validation
from complaints.errors import Invalid
from complaints.models import Complaint, Point, Resolution
from complaints.models.points import MOST_POINTS
from complaints.validation import Refused
from legal_rules.vocabulary import FACTS

MOST_NUMBERS = 50
FIELDS = (
    "title",
    "consumer_says",
    "we_found",
    "for_numbers",
    "against_numbers",
    "burden",
    "finding",
    "finding_words",
    "fact",
)
Values = dict[str, Any]


def cleaned(value: Any) -> list[Values]:
    """The points as they were sent. Raises Refused or Invalid (`points.2.title` → sentences)."""
    if value in (None, ""):
        return []
    if not isinstance(value, list):
        raise Refused(_("这里应是一个列表"))
    if len(value) > MOST_POINTS:
        raise Refused(_("最多 {limit} 个争点").format(limit=MOST_POINTS))
    errors: dict[str, list[str]] = {}
    taken = []
    for place, one in enumerate(value):
        try:
            taken.append(_one(one))
        except Invalid as invalid:
            errors.update({f"points.{place}.{k}": m for k, m in invalid.errors.items()})
        except Refused as refusal:
            errors[f"points.{place}"] = [str(refusal)]
    if errors:
        raise Invalid(errors)
    return taken


def _one(value: Any) -> Values:
    if not isinstance(value, Mapping):
        raise Refused(_("每个争点应是一个对象"))
    v = validation
    point = v.clean(
        {"title": None, **value},
        {
            "title": _title,
            "consumer_says": lambda x: v.text(x, 2000, lines=True),
            "we_found": lambda x: v.text(x, 4000, lines=True),
            "for_numbers": _numbers,
            "against_numbers": _numbers,
            "burden": lambda x: v.choice(x, Point.Burden.values) or Point.Burden.NONE,
            "finding": lambda x: v.choice(x, Point.Finding.values),
            "finding_words": lambda x: v.text(x, 2000, lines=True),
            "fact": _fact,
        },
    )
    twice = sorted(set(point.get("for_numbers", ())) & set(point.get("against_numbers", ())))
    if twice:
        words = _("证据 {numbers} 不能既支持又反对消费者的说法；请只写在一边")
        numbers = _("、").join(map(str, twice))
        raise Invalid({"against_numbers": [words.format(numbers=numbers)]})
    return point


def _title(value: Any) -> str:
    title = validation.text(value, 200)
    if not title:
        raise Refused(_("请写明争点，例如“外呼时是否承诺全额退款”；不需要的争点请删除"))
    return title


def _numbers(value: Any) -> list[int]:
    """Numbers of evidence: a list, or as a person writes them, `1、3`."""
    if isinstance(value, str):
        value = [part for part in re.split(r"[\s,，、;；]+", value) if part]
    if value in (None, []):
        return []
    if not isinstance(value, list):
        raise Refused(_("请写证据编号，用顿号隔开，例如 1、3"))
    if len(value) > MOST_NUMBERS:
        raise Refused(_("最多 {limit} 份证据").format(limit=MOST_NUMBERS))
    found = {number for one in value if (number := validation.item_number(one)) is not None}
    return sorted(found)


def _fact(value: Any) -> str:
    fact = validation.plain(value, 60)
    if fact and fact not in FACTS:
        raise Refused(_("没有“{fact}”这个事实；请使用事实词汇表中的编号").format(fact=fact))
    return fact


def check(complaint: Complaint, points: Sequence[Values]) -> None:
    """Whether the evidence that they name is the case's. Raises Invalid."""
    sides = ("for_numbers", "against_numbers")
    named = {number for point in points for side in sides for number in point.get(side, ())}
    missing = proofs.unusable(complaint.folder_id, named)
    if not missing:
        return
    errors: dict[str, list[str]] = {}
    for place, point in enumerate(points):
        for side in sides:
            if absent := [number for number in point.get(side, ()) if number in missing]:
                errors[f"points.{place}.{side}"] = [proofs.refusal(absent)]
    raise Invalid(errors)


def write(resolution: Resolution, points: Sequence[Values]) -> None:
    """They take the place of all that stood there."""
    Point.objects.filter(resolution=resolution).delete()
    Point.objects.bulk_create(
        Point(resolution=resolution, position=place, **point)
        for place, point in enumerate(points, 1)
    )


def carry_over(older: Resolution, fresh: Resolution) -> None:
    """The next version begins with the points of the last."""
    rows = [{name: getattr(point, name) for name in FIELDS} for point in older.points.all()]
    Point.objects.bulk_create(
        Point(resolution=fresh, position=place, **row) for place, row in enumerate(rows, 1)
    )

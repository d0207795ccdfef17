"""Figures over HTTP: shapes, and what the description says of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers as s

from analytics.asking import LABELS
from analytics.figures import Figure, Value
from analytics.measures import LESS, MEASURES, MORE, NOW, WINDOW
from analytics.overview import PARTS, Overview, Part
from analytics.sums import MOST, REST
from complaints import places
from complaints.api.one_call import call
from complaints.choices import Channel
from complaints.clock_words import local
from legal_rules.vocabulary import CATEGORIES

Shape = s.Serializer[Any]
BY = (*PARTS, "area", "right", "team", "owner", "phase")


def overview(seen: Overview) -> dict[str, Any]:
    """Everything of one look. Long because the answer is: one line for each of its fields."""
    return {
        "as_of": local(seen.as_of),
        "behind": seen.behind,
        "from": seen.asked.since.isoformat(),
        "to": seen.asked.until.isoformat(),
        "filters": {k: v for k, v in seen.asked.params.items() if k not in ("from", "to")},
        "figures": [_figure(figure) for figure in seen.figures.values()],
        "received": [
            {"day": one.day.isoformat(), "n": one.n, "rows": one.rows_url} for one in seen.received
        ],
        **{f"by_{name}": _parts(getattr(seen, f"by_{name}")) for name in BY},
        "by_category_and_region": [
            {"category": category, "region": region, "n": cell.n, "rows": cell.rows_url}
            for (category, region), cell in seen.heat.cells.items()
        ],
        "by_category_and_area": [
            {"category": category, "area": area, "n": cell.n, "rows": cell.rows_url}
            for (category, area), cell in seen.areas.cells.items()
        ],
        "by_clock": [
            {"key": one.key, "label": one.label, "kept": one.kept, "missed": one.missed}
            for one in seen.by_clock
        ],
        "load": [
            {
                "owner": one.owner,
                "name": one.name,
                "open": one.open,
                "overdue": one.overdue,
                "due_today": one.due_today,
                "rows": one.rows_url,
            }
            for one in seen.load
        ],
        "clocks": [
            {
                "complaint": one.number,
                "kind": one.kind,
                "title": one.title,
                "due_at": local(one.due_at),
                "owner": one.owner or None,
                "late": one.late,
            }
            for one in seen.clocks
        ],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    measure = figure.measure
    return {
        "code": measure.code,
        "title": str(measure.title),
        "meaning": str(measure.meaning),
        "unit": str(measure.unit),
        "window": measure.window,
        "numerator": str(measure.numerator),
        "denominator": str(measure.denominator) or None,
        "source": str(measure.source),
        "better": measure.better or None,
        "value": _text(figure.value),
        "n": figure.n,
        "of": figure.of,
        "previous": _text(figure.previous),
        "target": _text(figure.target),
        "met": figure.met,
        "rows": figure.rows_url,
    }


def _text(value: Value) -> str | None:
    """Exact, as a text: no figure becomes a floating point number on its way."""
    return None if value is None else format(Decimal(value), "f")


def _parts(parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [
        {"key": part.key, "label": part.label, "n": part.n, "rows": part.rows_url}
        if part.key != REST
        else {"key": None, "label": part.label, "n": part.n, "rows": None}
        for part in parts
    ]


class FigureAnswer(Shape):
    code = s.ChoiceField([(code, code) for code in MEASURES])
    title = s.CharField()
    meaning = s.CharField()
    unit = s.CharField()
    window = s.ChoiceField([(NOW, NOW), (WINDOW, WINDOW)])
    numerator = s.CharField()
    denominator = s.CharField(allow_null=True)
    source = s.CharField(help_text=_("来自哪些记录"))  # type: ignore[assignment]
    better = s.ChoiceField([(LESS, LESS), (MORE, MORE)], allow_null=True)
    value = s.CharField(allow_null=True, help_text=_("按 unit 计；没有数据时为 null"))
    n = s.IntegerField(help_text=_("明细的行数"))
    of = s.IntegerField(allow_null=True, help_text=_("比例的分母；不是比例时为 null"))
    previous = s.CharField(allow_null=True, help_text=_("上一个同样长的时段；无从知道时为 null"))
    target = s.CharField(allow_null=True)
    met = s.BooleanField(allow_null=True)
    rows = s.CharField(help_text=_("在浏览器里打开明细的地址"))


class PartAnswer(Shape):
    key = s.CharField(
        allow_blank=True,
        allow_null=True,
        help_text=format_lazy(
            _(
                "空字符串为未填写。商品和品牌各列件数最多的 {most} 项，"
                "其余合为最后一项，key 为 null"
            ),
            most=MOST,
        ),
    )
    label = s.CharField()  # type: ignore[assignment]
    n = s.IntegerField()
    rows = s.CharField(allow_null=True, help_text=_("在浏览器里打开明细的地址；其余各项没有"))


class DayAnswer(Shape):
    day = s.DateField()
    n = s.IntegerField()
    rows = s.CharField()


class HeatAnswer(Shape):
    category = s.CharField(allow_blank=True)
    region = s.CharField(allow_blank=True)
    n = s.IntegerField()
    rows = s.CharField()


class AreaHeatAnswer(Shape):
    category = s.CharField(allow_blank=True)
    area = s.CharField(allow_blank=True)
    n = s.IntegerField()
    rows = s.CharField()


class ClockKeptAnswer(Shape):
    key = s.CharField()
    label = s.CharField()  # type: ignore[assignment]
    kept = s.IntegerField()
    missed = s.IntegerField()


class LoadAnswer(Shape):
    owner = s.IntegerField(allow_null=True)
    name = s.CharField()
    open = s.IntegerField()
    overdue = s.IntegerField()
    due_today = s.IntegerField()
    rows = s.CharField()


class ClockAnswer(Shape):
    complaint = s.CharField()
    kind = s.CharField()
    title = s.CharField()
    due_at = s.DateTimeField()
    owner = s.CharField(allow_null=True)
    late = s.BooleanField()


class OverviewAnswer(Shape):
    as_of = s.DateTimeField()
    behind = s.IntegerField(help_text=_("还没有计入的变更，通常是 0"))
    to = s.DateField()
    filters = s.DictField(child=s.CharField())
    figures = FigureAnswer(many=True)
    received = DayAnswer(many=True)
    by_category_and_region = HeatAnswer(many=True)
    by_category_and_area = AreaHeatAnswer(many=True)
    by_clock = ClockKeptAnswer(many=True)
    load = LoadAnswer(many=True)
    clocks = ClockAnswer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name in Python, and what is divided by is a list."""
        more = {f"by_{name}": PartAnswer(many=True) for name in BY}
        return {**super().get_fields(), "from": s.DateField(), **more}


_KNOWN: dict[str, dict[str, Any]] = {
    "from": {"type": OpenApiTypes.DATE, "description": _("含当天；不写时为结束日期前 29 天")},
    "to": {
        "type": OpenApiTypes.DATE,
        "description": _("含当天；不写时为今天。一次最多三年"),
    },
    "team": {"type": OpenApiTypes.INT, "description": _("团队编号")},
    "owner": {"description": _("责任人编号；none 为待分配")},
    "category": {"enum": [*CATEGORIES, "-"]},
    "channel": {"enum": [*Channel.values, "-"]},
    "area": {
        "enum": [*places.AREAS, "-"],
        "description": _("大区；与 region 同时写时两者都要符合"),
    },
    "region": {"enum": [*places.NAMES, "-"]},
    "product": {"description": _("商品名称；- 为未填写")},
    "brand": {"description": _("品牌；- 为未填写")},
}
OVERVIEW = call(
    "analytics_overview",
    _("看板上的数字：您可以查看的案件"),
    OverviewAnswer,
    tag="analytics",
    parameters=[OpenApiParameter(name, **_KNOWN[name]) for name in LABELS],
)

"""One row of a list of order volumes: from when to when, of what, where, how many."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import places
from complaints.importing import dates
from complaints.importing.headings import Field, normalised
from complaints.importing.table import Row, masked_numbers
from complaints.importing.values import tidy
from complaints.validation import Refused, text

LONGEST_SPAN = 31  # days over which one total may be spread
MOST_ORDERS = 1_000_000_000
EARLIEST = date(2000, 1, 1)
LONGEST_PRODUCT = 200
Series = tuple[str, str]
T = TypeVar("T")
Say = Callable[[int | None, str, str], None]


def _column(code: str, label: str | Promise, headings: str) -> Field:
    return Field(code, label, tuple(headings.split()))


COLUMNS: dict[str, Field] = {
    c.code: c
    for c in (
        _column(
            "day",
            gettext_lazy("日期"),
            "日期 统计日期 下单日期 订单日期 销售日期 date day orderdate",
        ),
        _column(
            "since",
            gettext_lazy("开始日期"),
            "开始日期 起始日期 开始 起始 from since start startdate begin",
        ),
        _column(
            "until",
            gettext_lazy("结束日期"),
            "结束日期 截止日期 终止日期 结束 截止 to until end enddate",
        ),
        _column(
            "product",
            gettext_lazy("商品"),
            "商品 商品名称 产品 产品名称 品名 商品或服务 product productname item goods",
        ),
        _column(
            "region",
            gettext_lazy("地区"),
            "地区 省份 省 省市 所在省 收货省份 收货地区 区域 region province area",
        ),
        _column(
            "orders",
            gettext_lazy("订单量"),
            "订单量 订单数 订单数量 单量 成交单量 销量 销售量 orders ordercount volume sales",
        ),
    )
}
_BY_HEADING = {heading: c.code for c in COLUMNS.values() for heading in c.headings}
_TOTALS = frozenset("合计 总计 小计 总数 汇总 total sum subtotal".split())  # noqa: SIM905
_EVERYTHING = frozenset("全部 全部商品 所有商品 所有 不限 all".split())  # noqa: SIM905
_EVERYWHERE = frozenset("全国 全部 全部地区 所有地区 所有 不限 all".split())  # noqa: SIM905


@dataclass(frozen=True)
class Asked:
    """How to read a row: where each column stands, the headings, day 0 of date numbers, today."""

    where: dict[str, int]
    headings: Sequence[str]
    epoch: date
    today: date


@dataclass
class Reading:
    """What a row says. `placed`: since, until and series are known, whatever the number;
    `skipped`: a line of totals. Faults and notes: (heading, sentence).
    """

    since: date = date.min
    until: date = date.min
    series: Series = ("", "")
    orders: int | None = None
    placed: bool = False
    skipped: bool = False
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def where(headings: Sequence[str], refuse: Say, note: Say) -> dict[str, int]:
    """Column → its place. What is missing, or stands there twice, is refused."""
    found: dict[str, list[int]] = {}
    left = []
    for index, heading in enumerate(headings):
        code = _BY_HEADING.get(normalised(heading), "")
        if code:
            found.setdefault(code, []).append(index)
        else:
            left.append(heading)
    for code, indexes in found.items():
        if len(indexes) > 1:
            names = _("、").join(headings[i] for i in indexes)
            sentence = _("{names} 都是“{column}”；请只留一列")
            refuse(None, "", sentence.format(names=names, column=COLUMNS[code].label))
    _missing(found, refuse)
    if left:
        note(None, "", _("没有导入的列：{names}").format(names=_("、").join(left)))
    return {code: indexes[0] for code, indexes in found.items()}


def _missing(found: dict[str, list[int]], refuse: Say) -> None:
    if "day" in found and ("since" in found or "until" in found):
        sentence = _("“日期”和“开始日期、结束日期”只能用一种；请删去另一种")
        refuse(None, "", sentence)
    ways = ("since", "until") if "since" in found or "until" in found else ("day",)
    for code in (*ways, "orders"):
        if code not in found:
            column = COLUMNS[code]
            sentence = _("缺少“{column}”列；列名可以是：{names}")
            names = _("、").join(column.headings[:5])
            refuse(None, "", sentence.format(column=column.label, names=names))


def read_row(row: Row, asked: Asked) -> Reading:
    """Everything that the row says, and everything that is wrong with it."""
    found = Reading()
    if any(index is None for index, _message in row.damage):
        found.faults += [("", message) for index, message in row.damage if index is None]
        return found
    damage = {index: message for index, message in row.damage if index is not None}
    cells: dict[str, str] = {}
    for code, index in asked.where.items():
        if index in damage:
            found.faults.append((asked.headings[index], damage[index]))
        cells[code] = tidy(row.cells[index]) if index < len(row.cells) else ""
    first = next((cell for cell in cells.values() if cell), "")
    if normalised(first) in _TOTALS:
        found.skipped = True
        found.notes.append(("", _("合计行没有导入")))
        return found
    if found.faults:
        return found
    return _read(cells, found, asked)


def _read(cells: dict[str, str], found: Reading, asked: Asked) -> Reading:
    span = ("since", "until") if "since" in asked.where else ("day",)
    days = [_taken(lambda cell: _day(cell, asked), code, cells, found, asked) for code in span]
    product = _taken(_product, "product", cells, found, asked)
    region = _taken(_region, "region", cells, found, asked)
    found.orders = _taken(_orders, "orders", cells, found, asked)
    since, until = days[0], days[-1]
    if since is None or until is None or product is None or region is None:
        return found
    found.since, found.until, found.series = since, until, (product, region)
    _place(found, asked)
    return found


def _taken(
    reader: Callable[[str], T], code: str, cells: dict[str, str], found: Reading, asked: Asked
) -> T | None:
    """What stands in a column, read; None where it was refused. A column that is not there is
    empty.
    """
    try:
        return reader(cells.get(code, ""))
    except Refused as refused:
        found.faults.append((asked.headings[asked.where[code]], masked_numbers(str(refused))))
        return None


def _place(found: Reading, asked: Asked) -> None:
    """A span that is reversed or too long is refused."""
    days = (found.until - found.since).days + 1
    sentence = ""
    if days < 1:
        sentence = _("结束日期 {until} 早于开始日期 {since}；请核对，两个日期可能写反了")
    elif days > LONGEST_SPAN:
        sentence = _("{since} 至 {until} 有 {days} 天；一行最多 {most} 天，请按日或按周填写")
    if sentence:
        ends = {"since": found.since, "until": found.until}
        said = sentence.format(days=days, most=LONGEST_SPAN, **ends)
        found.faults.append((asked.headings[asked.where["until"]], said))
        return
    found.placed = True
    if days > 1:
        found.notes.append(("", _("{days} 天的合计按日平均").format(days=days)))


def _day(cell: str, asked: Asked) -> date:
    if not cell:
        raise Refused(_("没有日期；请按 2026-11-23 的格式填写"))
    day = dates.read(cell, epoch=asked.epoch).day
    if day > asked.today:
        raise Refused(_("日期 {day} 晚于今天；只导入已经发生的订单").format(day=day.isoformat()))
    if day < EARLIEST:
        raise Refused(_("日期 {day} 过早；请核对").format(day=day.isoformat()))
    return day


def _product(cell: str) -> str:
    said = text(unicodedata.normalize("NFKC", cell), LONGEST_PRODUCT)
    return "" if said.lower() in _EVERYTHING else said


def _region(cell: str) -> str:
    said = unicodedata.normalize("NFKC", cell).strip()
    if not said or said.lower() in _EVERYWHERE:
        return ""
    if code := places.code_of(said):
        return code
    if any(said == str(name) for name, _codes in places.AREAS.values()):
        sentence = _("“{value}”是大区；请按省填写，大区由省合计")
    else:
        sentence = _("“{value}”不是省级行政区；请填写名称或两位代码，全国合计留空")
    raise Refused(sentence.format(value=said[:40]))


def _orders(cell: str) -> int:
    """A whole number of zero or more: 1200, 1,200, 1200.0, １２００, 1200 单."""
    if not cell:
        raise Refused(_("没有订单量；没有订单的日子填 0"))
    plain = unicodedata.normalize("NFKC", cell).replace("−", "-").replace("–", "-")
    plain = re.sub(r"\s*(?:单|件|笔|个)$", "", plain.strip())
    number = re.fullmatch(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?|\((\d+)\)", plain)
    said = cell[:40]
    if number is None:
        raise Refused(_("“{value}”不是整数；请填写订单的个数，例如 1200").format(value=said))
    if number[4] or (number[1] == "-" and number[2].strip("0,")):
        raise Refused(_("订单量不能是负数（{value}）；退货请不要从订单量里扣除").format(value=said))
    if (number[3] or "").strip(".0"):
        raise Refused(_("“{value}”不是整数；请填写订单的个数，例如 1200").format(value=said))
    orders = int(number[2].replace(",", "")[:20])
    if orders > MOST_ORDERS:
        raise Refused(_("订单量 {value} 过大；请核对").format(value=said))
    return orders

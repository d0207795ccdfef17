"""Received over time: days in a workbook; a chart with control limits, weeks or months on paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.charts.control import limits
from analytics.papers.tables import Cell, Column, Kind, Line, Point, Table

if TYPE_CHECKING:
    from analytics.overview import DayCount

LABELS = 8  # on the axis of a chart
LONG = 100  # days; more are drawn by weeks and summed up by months


def trend(days: Sequence[DayCount]) -> Table:
    """Received per day; paper has the chart, and weeks, or months of a long window."""
    columns = [Column(_("日期"), Kind.DAY), Column(_("新增投诉"), Kind.COUNT, 12)]
    rows = [(day.day, day.n) for day in days]
    long = len(days) > LONG
    together = [
        (_stretch(some, long=long), _received(some))
        for some in _together(days, _month if long else _week)
    ]
    total = (Cell(_("合计"), Kind.TEXT), _received(days))
    heading = pgettext("column", "月") if long else pgettext("column", "周")
    summed = [Column(heading, width=24), columns[1]]
    line = _by_week(days) if long else _by_day(days) if days else None
    paper = Table(_("每日新增"), summed, together, total, bars=1, line=line)
    return Table(_("每日新增"), columns, rows, total, printed=paper)


_Days = Sequence["DayCount"]


def _received(days: _Days) -> int:
    return sum(day.n for day in days)


def _together(days: _Days, of: Callable[[DayCount], tuple[int, ...]]) -> list[_Days]:
    return [list(some) for _of, some in groupby(days, key=of)]


def _month(day: DayCount) -> tuple[int, ...]:
    return (day.day.year, day.day.month)


def _week(day: DayCount) -> tuple[int, ...]:
    return tuple(day.day.isocalendar()[:2])


def _stretch(days: _Days, *, long: bool) -> str:
    if long:
        return f"{days[0].day:%Y-%m}"
    return _("{first} 至 {last}").format(first=days[0].day, last=f"{days[-1].day:%m-%d}")


def _by_day(days: _Days) -> Line:
    most = max(days, key=lambda day: day.n)
    words = _("共 {total} 件，最多的一天是 {day}，{n} 件")
    said = words.format(total=_received(days), day=most.day, n=most.n)
    line, beyond = _line([(f"{day.day:%m-%d}", day.n) for day in days], said)
    if beyond is None:
        return line
    return _saying(line, _("超过控制上限的有 {n} 天（菱形）").format(n=beyond))


def _by_week(days: _Days) -> Line:
    weeks = [(some[0].day, _received(some)) for some in _together(days, _week)]
    most = max(weeks, key=lambda week: week[1])
    words = _("按周：共 {total} 件，最多的一周自 {day} 起，{n} 件")
    said = words.format(total=_received(days), day=most[0], n=most[1])
    line, beyond = _line([(f"{day:%m-%d}", n) for day, n in weeks], said)
    if beyond is None:
        return line
    return _saying(line, _("超过控制上限的有 {n} 周（菱形）").format(n=beyond))


def _saying(line: Line, more: str) -> Line:
    return replace(line, words=_("；").join([line.words, more]))


def _line(values: Sequence[tuple[str, int]], words: str) -> tuple[Line, int | None]:
    """The line with its limits, and how many points are above (None: no limits are known)."""
    step = max(1, -(-len(values) // LABELS))
    usual = limits([n for _label, n in values])
    points = [Point(label if at % step == 0 else "", n) for at, (label, n) in enumerate(values)]
    if usual is None:
        return Line(points, None, None, words), None
    mean, upper = f"{usual.mean:.1f}", f"{usual.upper:.1f}"
    legend = (_("均值 {n}").format(n=mean), _("上限 {n}").format(n=upper))
    beyond = sum(n > usual.upper for _label, n in values)
    return Line(points, usual.mean, usual.upper, words, legend), beyond

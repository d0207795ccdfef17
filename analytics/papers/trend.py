"""Received over time: days in a workbook; on paper the chart of the dashboard, with the same points
and limits, above weeks or months.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.charts.trend import Trend
from analytics.overview import DayCount, Overview
from analytics.papers.tables import Cell, Column, Kind, Line, Point, Table
from analytics.views import drawn

LABELS = 8  # on the axis of a chart


def trend(overview: Overview) -> Table:
    """Until today, where the window is not over."""
    today = timezone.localdate(overview.as_of)
    days = [day for day in overview.received if day.day <= today]
    title, chart = drawn.daily(overview)
    columns = [Column(_("日期"), Kind.DAY), Column(_("新增投诉"), Kind.COUNT, 12)]
    rows = [(day.day, day.n) for day in days]
    long = overview.asked.days > drawn.DAYS
    together = [
        (_stretch(some, long=long), _received(some))
        for _of, found in groupby(days, key=_month if long else _week)
        if (some := list(found))
    ]
    total = (Cell(_("合计"), Kind.TEXT), _received(days))
    heading = pgettext("column", "月") if long else pgettext("column", "周")
    summed = [Column(heading, width=24), columns[1]]
    line = _line(chart, today.isoformat(), _received(days))
    paper = Table(str(title), summed, together, total, bars=1, line=line)
    return Table(_("每日新增"), columns, rows, total, printed=paper)


def _received(days: Sequence[DayCount]) -> int:
    return sum(day.n for day in days)


def _month(day: DayCount) -> tuple[int, ...]:
    return (day.day.year, day.day.month)


def _week(day: DayCount) -> tuple[int, ...]:
    return tuple(day.day.isocalendar()[:2])


def _stretch(days: Sequence[DayCount], *, long: bool) -> str:
    if long:
        return f"{days[0].day:%Y-%m}"
    return _("{first} 至 {last}").format(first=days[0].day, last=f"{days[-1].day:%m-%d}")


def _line(chart: Trend, today: str, total: int) -> Line:
    """The points of the chart until today, with its limits."""
    seen = [each for each in chart.observed if each.value is not None and each.days[0] <= today]
    above = {mark.observed.days for mark in chart.marks if mark.beyond == "above"}
    step = max(1, -(-len(seen) // LABELS))
    points = [
        Point(each.label if at % step == 0 else "", each.value or 0.0, each.days in above)
        for at, each in enumerate(seen)
    ]
    words = _("共 {total} 件").format(total=total)
    if chart.limits is None:
        return Line(points, None, None, words)
    mean, upper = f"{chart.limits.mean:.1f}", f"{chart.limits.upper:.1f}"
    beyond = sum(point.beyond for point in points)
    more = _("超过控制上限的有 {n} 个点（菱形）；休息日、今天和不满一周、一月的不计入上限")
    words = _("；").join([words, more.format(n=beyond)])
    legend = (_("均值 {n}").format(n=mean), _("上限 {n}").format(n=upper))
    return Line(points, chart.limits.mean, chart.limits.upper, words, legend)

"""The charts of the dashboard, from its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.addresses import Addresses
from analytics.asking import Asked, spelled
from analytics.charts.bars import Bars, Row, bars
from analytics.charts.heat import Heat, heat
from analytics.charts.pareto import Pareto, Slice, pareto
from analytics.charts.trend import Observed, Trend, trend
from analytics.overview import DayCount, Load, Overview, Part
from analytics.sums import REST
from complaints.calendars import current
from complaints.workdays import SHANGHAI

DAYS, WEEKS = 92, 740  # days up to which a point is a day, a week; then a month
ROWS = 6  # of the heat map
TYPED = frozenset({"product", "brand", "team", "owner"})  # words of people, not of the page


def daily(overview: Overview) -> tuple[Any, Trend]:
    """Title and line of what was received, by day, week or month: as many points as can be read."""
    asked, today = overview.asked, overview.as_of.astimezone(SHANGHAI).date()
    if asked.days <= DAYS:
        return _("每日新增投诉"), trend([_day(each, today) for each in overview.received])
    if asked.days <= WEEKS:
        start, title = (lambda day: day - timedelta(days=day.weekday())), _("每周新增投诉")
    else:
        start, title = (lambda day: day.replace(day=1)), _("每月新增投诉")
    return title, trend(list(_grouped(overview.received, start, asked, today)))


def _day(each: DayCount, today: date) -> Observed:
    rest = each.day >= today or not current().is_working_day(each.day)
    said = f"{each.day:%Y-%m-%d} {date_format(each.day, 'D')}"
    days = (each.day.isoformat(), each.day.isoformat())
    return Observed(f"{each.day:%m-%d}", said, each.n, each.rows_url, rest, days)


def _grouped(
    days: Iterable[DayCount], start: Callable[[date], date], asked: Asked, today: date
) -> Iterable[Observed]:
    sums: dict[date, list[DayCount]] = {}
    addresses = Addresses(asked)
    for each in days:
        sums.setdefault(start(each.day), []).append(each)
    for begin, members in sums.items():
        first, last = members[0].day, members[-1].day
        label = f"{begin:%Y-%m}" if asked.days > WEEKS else f"{begin:%m-%d}"
        ends = (first.isoformat(), last.isoformat())
        url = addresses.of("received", **{"from": ends[0], "to": ends[1]})
        part = first != begin or start(last + timedelta(days=1)) == begin or last >= today
        total = sum(each.n for each in members)
        yield Observed(label, " – ".join(ends), total, url, part, ends)


def distribution(overview: Overview, by: str) -> Pareto:
    """The chosen distribution, the largest first."""
    parts: list[Part] = getattr(overview, f"by_{by}")
    slices = [Slice(str(p.label), p.n, p.rows_url, by in TYPED) for p in parts if p.key != REST]
    rest = [p for p in parts if p.key == REST]
    return pareto(slices, total=sum(p.n for p in parts), more=sum(p.values for p in rest))


def rights(overview: Overview) -> Bars:
    """How often each right is concerned; a case may concern several."""
    return bars([Row(str(p.label), p.n, p.rows_url) for p in overview.by_right[:9]])


def phases(overview: Overview) -> Bars:
    """Where the open cases stand."""
    return bars([Row(str(p.label), p.n, p.rows_url) for p in overview.by_phase])


def map_of(overview: Overview, within: Callable[[str, str], str]) -> Heat:
    """Category × region: the largest categories. `within`: the address of the page for one column,
    by the filter and its value.
    """
    found = overview.map
    name = "area" if found is overview.areas else "region"
    values = {place: (part.n, part.rows_url) for place, part in found.cells.items()}
    sums = {
        key: sum(values.get((key, c), (0, ""))[0] for c, _n in found.columns)
        for key, _l in found.rows
    }
    largest = sorted(found.rows, key=lambda row: -sums[row[0]])[:ROWS]
    return heat(
        [(key, str(label)) for key, label in largest],
        [(key, str(label)) for key, label in found.columns],
        values,
        {key: within(name, spelled(key)) for key, _label in found.columns},
    )


def loads(found: Iterable[Load], limit: int) -> Bars:
    """What lies with each person; what lies with nobody has no limit."""
    return bars(
        [
            Row(each.name, each.open, each.rows_url, limit or None if each.owner else None, True)
            for each in found
        ]
    )

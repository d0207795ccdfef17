"""What derived facts read and reckon with: values, sums, days and months.

Dates follow 民法典 201, 203: the first day is not counted, and a period whose last day is a holiday
ends with the first working day after it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import chinese_calendar

Get = Callable[[str], object | None]


def day_of(get: Get, fact: str) -> date | None:
    value = get(fact)
    return date.fromisoformat(value) if isinstance(value, str) else None


def money(get: Get, fact: str) -> Decimal | None:
    value = get(fact)
    return Decimal(value) if isinstance(value, str) else None


def positive(get: Get, fact: str) -> bool | None:
    value = money(get, fact)
    return None if value is None else value > 0


def over(get: Get, fact: str, limit: int) -> bool | None:
    """More than `limit`, of a whole number."""
    value = get(fact)
    return value > limit if isinstance(value, int) else None


def within(get: Get, late: str, start: str, days: int) -> bool | None:
    asked, begun = day_of(get, late), day_of(get, start)
    if asked is None or begun is None:
        return None
    return asked <= last_day(begun + timedelta(days=days))


def last_day(day: date) -> date:
    """民法典 203: a period that ends on a holiday ends with the first working day after it.

    For a year whose holidays are not known, weekends alone are holidays."""
    while not _working(day):
        day += timedelta(days=1)
    return day


def months_after(day: date, months: int) -> date:
    """民法典 202: the same day of the month, or its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    for back in range(4):
        try:
            return date(day.year + years, month + 1, day.day - back)
        except ValueError:
            continue
    raise ValueError(day)


def _working(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5

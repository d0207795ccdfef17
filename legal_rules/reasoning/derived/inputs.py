"""What derived facts read and reckon with: values, sums, days and months.

Dates follow 民法典 201, 203: the first day is not counted, and a period whose last day is a holiday
ends with the first working day after it; which days those are is said by `Get.days`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from legal_rules.reasoning.holidays import LIBRARY, Holidays


class Get:
    """The answers of a case, read by fact, and the days off by which its dates are counted."""

    __slots__ = ("_values", "days")

    def __init__(self, values: Mapping[str, object], days: Holidays = LIBRARY) -> None:
        self._values, self.days = values, days

    def __call__(self, fact: str) -> object | None:
        return self._values.get(fact)


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
    return get.days.in_time(asked, begun + timedelta(days=days))


def months_after(day: date, months: int) -> date:
    """民法典 202: the same day of the month, or its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    for back in range(4):
        try:
            return date(day.year + years, month + 1, day.day - back)
        except ValueError:
            continue
    raise ValueError(day)

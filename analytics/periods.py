"""Windows that move with the day, and halves of years. Pure.

A report speaks of whole days: what is still running is not in it, and whoever opens its address
later sees the same numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DAY = timedelta(days=1)
Window = tuple[date, date]  # both days are in it


def _last(days: int) -> Callable[[date], Window]:
    return lambda today: (today - days * DAY, today - DAY)


def _last_month(today: date) -> Window:
    until = today.replace(day=1) - DAY
    return until.replace(day=1), until


def _last_half(today: date) -> Window:
    half = Half.of(today).before
    return half.since, half.until


def _this_year(today: date) -> Window:
    first = date(today.year, 1, 1)
    return first, max(first, today - DAY)


SPANS: dict[str, tuple[object, Callable[[date], Window]]] = {
    "7d": (gettext_lazy("近 7 日，至昨天"), _last(7)),
    "30d": (gettext_lazy("近 30 日，至昨天"), _last(30)),
    "90d": (gettext_lazy("近 90 日，至昨天"), _last(90)),
    "last_month": (gettext_lazy("上个月"), _last_month),
    "last_half": (gettext_lazy("上个半年"), _last_half),
    "year": (gettext_lazy("今年，至昨天"), _this_year),
}


def window(span: str, today: date) -> Window:
    """First and last day. Raises KeyError for a span that the table does not know."""
    return SPANS[span][1](today)


@dataclass(frozen=True, order=True)
class Half:
    """One half of a year: `number` 1 or 2."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Half:
        """The one in which the day lies."""
        return cls(day.year, 1 if day.month <= 6 else 2)

    @classmethod
    def read(cls, text: str) -> Half | None:
        """From an address, "2026-1"; None for anything else."""
        found = re.fullmatch(r"(20\d\d)-([12])", text, re.ASCII)
        return cls(int(found[1]), int(found[2])) if found else None

    @property
    def before(self) -> Half:
        """The half before it."""
        return Half(self.year - 1, 2) if self.number == 1 else Half(self.year, 1)

    @property
    def since(self) -> date:
        """Its first day."""
        return date(self.year, 1 if self.number == 1 else 7, 1)

    @property
    def until(self) -> date:
        """Its last day."""
        return date(self.year, 6, 30) if self.number == 1 else date(self.year, 12, 31)

    @property
    def code(self) -> str:
        """As it stands in an address."""
        return f"{self.year}-{self.number}"

    @property
    def words(self) -> str:
        """2026 年上半年"""
        said = _("{year} 年上半年") if self.number == 1 else _("{year} 年下半年")
        return said.format(year=self.year)

"""Days off: on which day a period ends whose last day is no working day (民法典 203 I).

What the library knows of the State Council's notices. A notice that was loaded since is handed in
from above: the law knows no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chinese_calendar import constants as library

DAY = timedelta(days=1)
# No run of days off was ever longer: nine days in 2026, ten in 2020
LONGEST_RUN = timedelta(days=14)
# 全国年节及纪念日放假办法 2: the holidays that have a fixed day
FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
# A year whose spring alone is known was announced with the year before
PUBLISHED = frozenset(day.year for day in library.holidays if day.month >= 5)


@dataclass(frozen=True, slots=True)
class Year:
    """One year as a notice has it: its days off, and its weekend days that are worked (补班)."""

    off: frozenset[date]
    work: frozenset[date]

    def is_working_day(self, day: date) -> bool:
        return day in self.work or (day.weekday() < 5 and day not in self.off)


@dataclass(frozen=True)
class Holidays:
    """The library's years, and in their place those that were loaded (`years`)."""

    years: Mapping[int, Year] = field(default_factory=dict)

    def is_known(self, year: int) -> bool:
        """True when the notice for the year is published."""
        return year in self.years or year in PUBLISHED

    def is_working_day(self, day: date) -> bool:
        """True for a working day; by weekends and fixed holidays where no notice is known."""
        if (loaded := self.years.get(day.year)) is not None:
            return loaded.is_working_day(day)
        if day.year not in PUBLISHED:
            return day.weekday() < 5 and (day.month, day.day) not in FIXED
        return day in library.workdays or (day.weekday() < 5 and day not in library.holidays)

    def last_day(self, end: date) -> date:
        """The last day of a period that ends on `end`: that day, else the next working day."""
        while not self.is_working_day(end):
            end += DAY
        return end

    def is_provisional(self, end: date) -> bool:
        """True where that last day touches a year without a notice (暂定)."""
        last = self.last_day(end)
        return not (self.is_known(end.year) and self.is_known(last.year))

    def in_time(self, day: date, end: date) -> bool | None:
        """Whether `day` is no later than the last day of a period that ends on `end`.

        None where the notice that decides it is not published: a holiday may still move the end.
        """
        if not self.is_provisional(end):
            return day <= self.last_day(end)
        if day <= end:
            return True
        return False if day > end + LONGEST_RUN else None

    def as_json(self) -> dict[str, Any]:
        """The loaded years in plain JSON: {"2027": {"off": ["2027-01-01", …], "work": […]}}."""
        return {
            str(year): {"off": _days(days.off), "work": _days(days.work)}
            for year, days in sorted(self.years.items())
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Holidays:
        return cls({int(year): Year(*_read(days)) for year, days in given.items()})


LIBRARY = Holidays()


def _days(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in sorted(days)]


def _read(days: Mapping[str, Any]) -> tuple[frozenset[date], frozenset[date]]:
    off, work = (frozenset(map(date.fromisoformat, days[name])) for name in ("off", "work"))
    return off, work

"""When a report falls due: every day, on a weekday, on a day of the month. Pure.

Hours are those of Asia/Shanghai. What falls on a day on which nobody works moves to the next
working day where that is wished; days that meet there are one.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from complaints.workdays import SHANGHAI

DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"
_DAY = timedelta(days=1)
_FURTHEST = 120  # days; a month and the longest holiday lie within
Works = Callable[[date], bool]


@dataclass(frozen=True)
class Rhythm:
    """`weekday` 1 (Monday) to 7; `day` 1 to 31, the last of the month where it has fewer."""

    every: str
    hour: int
    weekday: int = 1
    day: int = 1
    working: bool = False

    def falls_on(self, day: date) -> bool:
        """Whether it is due on the day, holidays left aside."""
        if self.every == WEEKLY:
            return day.isoweekday() == self.weekday
        if self.every == MONTHLY:
            return day.day == min(self.day, calendar.monthrange(day.year, day.month)[1])
        return True

    def is_due(self, day: date, works: Works) -> bool:
        """Whether it leaves on the day, because it is its day or one was moved there."""
        if not self.working:
            return self.falls_on(day)
        if not works(day):
            return False
        moved = day
        for _n in range(_FURTHEST):
            if self.falls_on(moved):
                return True
            moved -= _DAY
            if works(moved):
                return False
        return False

    def after(self, at: datetime, works: Works) -> datetime:
        """The first moment after `at`. Raises ValueError where there is none within a season."""
        first = at.astimezone(SHANGHAI).date()
        found = self._found((first + n * _DAY for n in range(_FURTHEST)), works)
        return next(moment for moment in found if moment > at)

    def latest(self, at: datetime, works: Works) -> datetime:
        """The last moment until `at`, which may be it."""
        last = at.astimezone(SHANGHAI).date()
        found = self._found((last - n * _DAY for n in range(_FURTHEST)), works)
        return next(moment for moment in found if moment <= at)

    def _found(self, days: Iterable[date], works: Works) -> Iterable[datetime]:
        for day in days:
            if self.is_due(day, works):
                yield datetime.combine(day, time(self.hour), SHANGHAI)
        raise ValueError("no day of a report within a season")

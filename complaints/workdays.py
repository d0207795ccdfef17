"""Days, working days and working time. Pure: no Django, no database.

Working days follow the State Council's yearly notices with make-up days (调休). A year whose notice
is not published yet is counted by weekends alone and the result is marked provisional (暂定).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
BUSINESS_HOURS = ((time(9), time(12)), (time(13), time(18)))
MINUTES_PER_DAY = 480
END_OF_BUSINESS = time(18)
END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True)
class Due:
    """A due instant, the days that were jumped over, the make-up days that counted, and whether a
    year was unpublished.
    """

    at: datetime
    first_day: date
    skipped: tuple[date, ...] = ()
    made_up: tuple[date, ...] = ()
    provisional: bool = False


@lru_cache(maxsize=4096)
def _status(day: date) -> tuple[bool, bool]:
    """(is a working day, the year's notice is unpublished)."""
    try:
        return bool(chinese_calendar.is_workday(day)), False
    except NotImplementedError:
        return day.weekday() < 5, True


def is_working_day(day: date) -> bool:
    """True for a working day by the State Council's notice; by weekends alone where no notice is
    published.
    """
    return _status(day)[0]


def add_calendar_days(start: datetime, days: int) -> Due:
    """The end of the n-th day after `start`; the day of the event does not count (民法典 201), a
    last day on a holiday moves on (203).
    """
    first = start.astimezone(SHANGHAI).date() + timedelta(days=1)
    last = first + timedelta(days=days - 1)
    skipped: list[date] = []
    while not is_working_day(last):
        skipped.append(last)
        last += timedelta(days=1)
    return Due(
        datetime.combine(last, END_OF_DAY, SHANGHAI), first, tuple(skipped), (), _status(last)[1]
    )


def add_working_days(start: datetime, days: int) -> Due:
    """The end of business on the n-th working day after `start` (民法典 201), make-up days too."""
    first = day = start.astimezone(SHANGHAI).date() + timedelta(days=1)
    skipped: list[date] = []
    made_up: list[date] = []
    provisional, left = False, days
    while True:
        working, unpublished = _status(day)
        provisional = provisional or unpublished
        if working:
            left -= 1
            if day.weekday() >= 5:
                made_up.append(day)
            if left == 0:
                break
        else:
            skipped.append(day)
        day += timedelta(days=1)
    return Due(
        datetime.combine(day, END_OF_BUSINESS, SHANGHAI),
        first,
        tuple(skipped),
        tuple(made_up),
        provisional,
    )


def _minutes_of(day: date, start: datetime | None, end: datetime | None) -> int:
    total = 0
    for opens, closes in BUSINESS_HOURS:
        begin = datetime.combine(day, opens, SHANGHAI)
        finish = datetime.combine(day, closes, SHANGHAI)
        begin = max(begin, start) if start else begin
        finish = min(finish, end) if end else finish
        total += max(0, int((finish - begin).total_seconds() // 60))
    return total


def working_minutes(start: datetime, end: datetime) -> int:
    """Whole minutes of business time from `start` to `end`; negative when `end` lies before
    `start`.
    """
    if end < start:
        return -working_minutes(end, start)
    start, end = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
    if start.date() == end.date():
        return _minutes_of(start.date(), start, end) if is_working_day(start.date()) else 0
    total = _minutes_of(start.date(), start, None) if is_working_day(start.date()) else 0
    total += _minutes_of(end.date(), None, end) if is_working_day(end.date()) else 0
    day = start.date() + timedelta(days=1)
    while day < end.date():
        if is_working_day(day):
            total += MINUTES_PER_DAY
        day += timedelta(days=1)
    return total

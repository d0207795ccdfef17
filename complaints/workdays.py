"""Counting terms: hours, days, working days, months and years. Pure: no Django, no database.

Counting follows 《中华人民共和国民法典》 Articles 200 to 204; which days are worked is said by the
`Calendar` (`worked_days.py`), business time is counted in `worktime.py`.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta

from complaints.worked_days import (
    BUSINESS_HOURS,
    DAY,
    FIXED,
    SHANGHAI,
    STATE,
    YEARS,
    Calendar,
    CountingError,
    Due,
    Pause,
    Periods,
    local,
    merged,
    shifted,
    stood,
)
from complaints.worktime import business, into_business, work_for, working_minutes

__all__ = [
    "BUSINESS_HOURS",
    "DAY",
    "FIXED",
    "SHANGHAI",
    "STATE",
    "YEARS",
    "Calendar",
    "CountingError",
    "Due",
    "Pause",
    "Periods",
    "business",
    "into_business",
    "local",
    "merged",
    "shifted",
    "stood",
    "working_minutes",
]

END_OF_DAY = time(23, 59, 59)
HOURS, DAYS = ("hour", "working_hour"), ("calendar_day", "working_day", "month", "year")
UNITS = (*HOURS, *DAYS, "immediate")
UNTIL = "until"  # no length: the day or the hour itself was named
# A longer term is a mistake: some seventy years and more
LONGEST = {"hour": 100_000, "working_hour": 50_000, "month": 1_200, "year": 100}


def count(
    start: datetime,
    length: int,
    unit: str,
    calendar: Calendar = STATE,
    *,
    own: bool = False,
    pauses: Sequence[Pause] = (),
) -> Due:
    """When a term ends that begins with an event at `start`.

    The day of the event does not count (民法典 201 I); hours count from the instant (201 II);
    months and years end on the corresponding day, else on the month's last (202); a last day that
    is no working day moves to the next one (203 I) and ends at 24:00, or at the close of business
    where working days are counted (203 II). Of a pause from day A to day B the days after A until B
    do not count; of hours its exact time. No term runs out while it is paused. Raises
    CountingError.
    """
    checked(length, unit)
    due = _counting(local(start), length, unit, calendar, own, merged(pauses))
    if due.at.year not in YEARS:  # no calendar goes on so long without a working day
        raise CountingError("too_far", due.at)
    return due


def _counting(
    start: datetime, length: int, unit: str, calendar: Calendar, own: bool, joined: Sequence[Pause]
) -> Due:
    if unit == "immediate":
        return Due(start, start.date())
    if unit == "hour":
        return Due(shifted(start, timedelta(hours=length), joined), start.date())
    if unit == "working_hour":
        return work_for(start, length, calendar, joined, own)
    if unit == "working_day":
        return _working_days(start, length, calendar, joined, own)
    return _days(start, length, unit, calendar, joined, own)


def fixed(start: datetime, end: date | datetime, pauses: Sequence[Pause] = ()) -> Due:
    """When something is due that was promised for a day, or for an hour of it.

    Nothing is counted, so a day off moves nothing (民法典 203 speaks of the last day of a term; 204
    lets the parties agree otherwise): a day lasts until 24:00, an hour is that instant. Pauses put
    a day off by the days that they take, an hour by their time. Raises CountingError.
    """
    start, joined = local(start), merged(pauses)
    held, first = _held_days(joined), start.date() + DAY
    if isinstance(end, datetime):
        at = local(end)
        if at > start:
            at = shifted(start, at - start, joined)
        return Due(at, start.date(), held=tuple(sorted(d for d in held if first <= d <= at.date())))
    left_out: list[date] = []
    if end.year not in YEARS:
        raise CountingError("too_far", end)
    if end >= first:
        end, left_out = _counted(first, (end - start.date()).days, lambda d: d not in held)
    if end >= start.date():
        end, passed = _settled(end, joined, held, lambda _day: True, _end_of)
        left_out += passed
    return Due(_end_of(end), first, held=tuple(left_out))


def count_back(
    event: date, length: int, unit: str, calendar: Calendar = STATE, *, own: bool = False
) -> Due:
    """The last moment for something that must happen so long *before* the event (提前 N 日).

    The day of the event does not count. It is never moved: Article 203 would shorten the notice.
    Working days end at the close of business (203 II). Raises CountingError.
    """
    checked(length, unit)
    if unit not in DAYS:
        raise CountingError("unit", unit)
    if unit == "working_day":
        return _working_days_back(event, length, calendar, own)
    day = event - length * DAY if unit == "calendar_day" else _corresponding(event, -length, unit)
    return Due(_end_of(day), event)


def checked(length: object, unit: str) -> None:
    """Raises CountingError for an unknown unit or a length that is no positive whole number."""
    if unit not in UNITS:
        raise CountingError("unit", unit)
    least, most = 0 if unit == "immediate" else 1, LONGEST.get(unit, 25_000)
    if not isinstance(length, int) or isinstance(length, bool) or not least <= length <= most:
        raise CountingError("length", length)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, END_OF_DAY, SHANGHAI)


def _held_days(pauses: Iterable[Pause]) -> frozenset[date]:
    """Days that do not count: after the day on which a pause began, until the day it ended."""
    days: set[date] = set()
    for start, end in pauses:
        day = start.date()
        days.update(day + n * DAY for n in range(1, (end.date() - day).days + 1))
    return frozenset(days)


def _days(
    start: datetime, length: int, unit: str, calendar: Calendar, pauses: Sequence[Pause], own: bool
) -> Due:
    held, first = _held_days(pauses), start.date() + DAY
    if unit != "calendar_day":  # 202: the corresponding day; pauses then lengthen it day by day
        length = (_corresponding(start.date(), length, unit) - start.date()).days
    counted = first + (length - 1) * DAY
    left_out: list[date] = []
    if held:
        counted, left_out = _counted(first, length, lambda d: d not in held)
    last, passed = _settled(
        counted, pauses, held, lambda d: calendar.is_working_day(d, own=own), _end_of
    )
    years = {counted.year, last.year}
    return Due(
        _end_of(last),
        first,
        moved=tuple(d for d in passed if d not in held),
        held=tuple(left_out) + tuple(d for d in passed if d in held),
        provisional=not all(map(calendar.is_published, years)),
    )


def _working_days(
    start: datetime, length: int, calendar: Calendar, pauses: Sequence[Pause], own: bool
) -> Due:
    held, first = _held_days(pauses), start.date() + DAY

    def works(day: date) -> bool:
        return calendar.is_working_day(day, own=own)

    def closes(day: date) -> datetime:
        return datetime.combine(day, calendar.closes(day), SHANGHAI)

    last, passed = _counted(first, length, lambda d: d not in held and works(d))
    last, further = _settled(last, pauses, held, works, closes)
    passed += further
    worked = {first + n * DAY for n in range((last - first).days + 1)} - set(passed)
    return Due(
        closes(last),
        first,
        skipped=tuple(d for d in passed if d not in held),
        made_up=tuple(sorted(d for d in worked if calendar.is_made_up(d))),
        held=tuple(d for d in passed if d in held),
        provisional=not all(map(calendar.is_published, range(first.year, last.year + 1))),
    )


def _working_days_back(event: date, length: int, calendar: Calendar, own: bool) -> Due:
    skipped: list[date] = []
    made_up: list[date] = []
    day, left = event, length
    while left:
        day -= DAY
        if not calendar.is_working_day(day, own=own):
            skipped.insert(0, day)
            continue
        left -= 1
        if calendar.is_made_up(day):
            made_up.insert(0, day)
    return Due(
        datetime.combine(day, calendar.closes(day), SHANGHAI),
        event,
        tuple(skipped),
        tuple(made_up),
        provisional=not all(map(calendar.is_published, range(day.year, event.year + 1))),
    )


def _counted(first: date, length: int, counts: Callable[[date], bool]) -> tuple[date, list[date]]:
    """The day on which so many days have counted, and the days passed over."""
    passed: list[date] = []
    day, left = first, length
    while True:
        if counts(day):
            left -= 1
            if left == 0:
                return day, passed
        else:
            passed.append(day)
        day += DAY


def _settled(
    last: date,
    pauses: Sequence[Pause],
    held: frozenset[date],
    works: Callable[[date], bool],
    ends: Callable[[date], datetime],
) -> tuple[date, list[date]]:
    """The last day, moved past days off (203 I) and out of a pause, and the days passed over.

    A pause that begins on the last day keeps what is left of it for the day on which it ends.
    """
    passed: list[date] = []
    back: date | None = None  # the day on which the last such pause ended
    while True:
        while (last in held and last != back) or not works(last):
            passed.append(last)
            last += DAY
        goes_on = next((go for stop, go in pauses if stop < ends(last) < go), None)
        if goes_on is None:
            return last, passed
        counted = last != back
        back = max(goes_on.date(), last + DAY)
        passed += [last + n * DAY for n in range(counted, (back - last).days)]
        last = back


def _corresponding(day: date, length: int, unit: str) -> date:
    """The corresponding day so many months or years away, else that month's last day (202)."""
    months_since = day.year * 12 + day.month - 1 + length * (12 if unit == "year" else 1)
    year, month = divmod(months_since, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


# --- as most callers ask


def is_working_day(day: date) -> bool:
    """True for a working day by the library's notices."""
    return STATE.is_working_day(day)


def add_calendar_days(start: datetime, days: int, calendar: Calendar = STATE) -> Due:
    """The end of the n-th day after `start`, moved past days off."""
    return count(start, days, "calendar_day", calendar)


def add_working_days(start: datetime, days: int, calendar: Calendar = STATE) -> Due:
    """The close of business on the n-th working day after `start`."""
    return count(start, days, "working_day", calendar)

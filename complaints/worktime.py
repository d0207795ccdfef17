"""Business time: how much of it lies between two instants, and where so much of it ends.

Minutes are counted by the enterprise's own days and hours, in several periods a day. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from complaints.worked_days import (
    DAY,
    SHANGHAI,
    STATE,
    Calendar,
    CountingError,
    Due,
    Pause,
    local,
    minute,
)

HORIZON = timedelta(days=36_525)  # a hundred years: what has not ended by then never does


def business(
    day: date, calendar: Calendar = STATE, *, own: bool = True
) -> list[tuple[datetime, datetime]]:
    """The business periods of a day as instants; none on a day that is not worked."""
    if not calendar.is_working_day(day, own=own):
        return []
    return [
        (datetime.combine(day, opens, SHANGHAI), datetime.combine(day, closes, SHANGHAI))
        for opens, closes in calendar.periods(day)
    ]


def working_minutes(start: datetime, end: datetime, calendar: Calendar = STATE) -> int:
    """Whole minutes of business time from `start` to `end`; negative when `end` lies before
    `start`. Seconds are left out at both ends, so that minutes always add up.
    """
    start, end = local(start), local(end)
    total = _since_new_year(end, calendar) - _since_new_year(start, calendar)
    total += sum(map(calendar.minutes_in, range(start.year, end.year)))
    return total - sum(map(calendar.minutes_in, range(end.year, start.year)))


def _since_new_year(moment: datetime, calendar: Calendar) -> int:
    day, at = moment.date(), minute(moment.time())
    total = calendar.minutes_until(day)
    if calendar.is_working_day(day, own=True):
        for opens, closes in calendar.periods(day):
            total += max(0, min(at, minute(closes)) - minute(opens))
    return total


def work_for(
    start: datetime, length: int, calendar: Calendar, pauses: Sequence[Pause], own: bool
) -> Due:
    """When so many hours of business time have been worked outside the (merged) pauses."""
    left, day = timedelta(hours=length), start.date()
    skipped: list[date] = []
    made_up: list[date] = []
    while day - start.date() < HORIZON:
        periods = business(day, calendar, own=own)
        if not periods:
            skipped.append(day)
        elif calendar.is_made_up(day):
            made_up.append(day)
        for begin, finish in _open(periods, start, pauses):
            if finish - begin >= left:
                years = range(start.year, day.year + 1)
                return Due(
                    begin + left,
                    start.date(),
                    tuple(skipped),
                    tuple(made_up),
                    provisional=not all(map(calendar.is_published, years)),
                )
            left -= finish - begin
        day += DAY
    raise CountingError("too_far", length)


def _open(
    periods: Iterable[Pause], start: datetime, pauses: Sequence[Pause]
) -> Iterator[tuple[datetime, datetime]]:
    """The parts of a day's business periods after `start` that lie in no pause."""
    for opens, closes in periods:
        yield from _outside(max(opens, start), closes, pauses)


def _outside(start: datetime, end: datetime, pauses: Iterable[Pause]) -> list[Pause]:
    """The parts of a stretch of time that lie in no pause; [] when the stretch is empty."""
    parts, begin = [], start
    for stop, go in pauses:
        if stop >= end:
            break
        if stop > begin:
            parts.append((begin, stop))
        begin = max(begin, go)
    if begin < end:
        parts.append((begin, end))
    return parts


def into_business(moment: datetime, calendar: Calendar = STATE) -> datetime:
    """The moment itself inside business time, else the next beginning of it."""
    moment = local(moment)
    day = moment.date()
    while True:
        for opens, closes in business(day, calendar):
            if moment < closes:
                return max(moment, opens)
        day += DAY

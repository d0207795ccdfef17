"""Days, working days and working time. Pure: no Django, no database.

A `Calendar` says which days are worked: the State Council's yearly notices with make-up days
(调休), and the enterprise's own days beside them. A year without a published notice is counted by
weekends and the holidays that the law fixes, and the result is provisional (暂定).

Counting follows 《中华人民共和国民法典》 Articles 200 to 203.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import chinese_calendar.constants as library

SHANGHAI = ZoneInfo("Asia/Shanghai")
END_OF_DAY = time(23, 59, 59)
DAY = timedelta(days=1)
LONGEST = 100_000  # of any unit; a longer term is a mistake

HOURS, MINUTES = ("hour", "working_hour"), ("immediate",)
DAYS = ("calendar_day", "working_day", "month", "year")
UNITS = (*HOURS, *DAYS, *MINUTES)
UNTIL = "until"  # no length: the day or the hour itself was named
# 全国年节及纪念日放假办法: what is fixed in the solar calendar, whatever a year's notice says
FIXED = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))

Periods = tuple[tuple[time, time], ...]
Pause = tuple[datetime, datetime]
BUSINESS_HOURS: Periods = ((time(9), time(12)), (time(13), time(18)))


class CountingError(ValueError):
    """A term that cannot be counted: `code` says which mistake."""

    def __init__(self, code: str, value: object) -> None:
        super().__init__(f"{code}: {value!r}")
        self.code, self.value = code, value


@dataclass(frozen=True)
class Calendar:
    """Which days are worked, and when a day is worked.

    `off` are days off that are no weekend days, or weekend days named in a notice; `work` are
    weekend days worked (补班). `own_off` and `own_work` are the enterprise's own days: they count
    with `own=True` alone, because an enterprise's day off never lengthens a term of the law.
    `hours` lists (valid from, business periods of a day), oldest first.
    """

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    published: frozenset[int] = frozenset()
    own_off: frozenset[date] = frozenset()
    own_work: frozenset[date] = frozenset()
    hours: tuple[tuple[date, Periods], ...] = ((date.min, BUSINESS_HOURS),)

    def is_published(self, year: int) -> bool:
        """True when the State Council's notice for the year is known."""
        return year in self.published

    def is_working_day(self, day: date, *, own: bool = False) -> bool:
        """True for a working day; by weekends and fixed holidays where no notice is published."""
        if own and (day in self.own_off or day in self.own_work):
            return day in self.own_work
        if day.year in self.published:
            return day in self.work or (day.weekday() < 5 and day not in self.off)
        return day.weekday() < 5 and (day.month, day.day) not in FIXED

    def periods(self, day: date) -> Periods:
        """The business periods of a day that is worked, by the hours valid on that day."""
        found = BUSINESS_HOURS
        for since, periods in self.hours:
            if since > day:
                break
            found = periods
        return found

    def minutes_of(self, day: date) -> int:
        """Whole minutes of business time on a day that is worked."""
        return sum(_minutes(opens, closes) for opens, closes in self.periods(day))

    def closes(self, day: date) -> time:
        """When business ends on a day that is worked."""
        return max(end for _start, end in self.periods(day))

    @cached_property
    def last_published(self) -> int:
        """The last year of the unbroken run of published years; 0 when there is none."""
        year = min(self.published, default=0)
        while year + 1 in self.published:
            year += 1
        return year

    def without(self, year: int) -> Calendar:
        """The same calendar without a year's notice."""
        return replace(
            self,
            off=frozenset(d for d in self.off if d.year != year),
            work=frozenset(d for d in self.work if d.year != year),
            published=self.published - {year},
        )


def from_library() -> Calendar:
    """The State Council's notices as the library knows them."""
    years = {day.year for day in library.holidays}
    last_days = {d.year for d in library.holidays if d.month >= 5}  # a year wholly announced
    return Calendar(
        off=frozenset(library.holidays),
        work=frozenset(library.workdays),
        published=frozenset(years & last_days),
    )


STATE = from_library()


@dataclass(frozen=True)
class Due:
    """A due instant and why: the first day that counts, working days' days off that were skipped,
    make-up days that counted, days the last day was moved over (民法典 203), days left out by
    pauses, and whether a year without a notice was touched.
    """

    at: datetime
    first_day: date
    skipped: tuple[date, ...] = ()
    made_up: tuple[date, ...] = ()
    moved: tuple[date, ...] = ()
    held: tuple[date, ...] = ()
    provisional: bool = False


def merged(pauses: Iterable[Pause]) -> list[Pause]:
    """The pauses in order, overlapping ones joined, empty ones dropped."""
    joined: list[Pause] = []
    for start, end in sorted(p for p in pauses if p[1] > p[0]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


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
    do not count; of hours its exact time. Raises CountingError.
    """
    checked(length, unit)
    start = start.astimezone(SHANGHAI)
    joined = merged(pauses)
    if unit == "immediate":
        return Due(start, start.date())
    if unit == "hour":
        return Due(_shifted(start, timedelta(hours=length), joined), start.date())
    if unit == "working_hour":
        return _working_hours(start, length, calendar, joined, own)
    held = _held_days(joined)
    if unit == "working_day":
        return _working_days(start, length, calendar, held, own)
    return _days(start, length, unit, calendar, held, own)


def fixed(start: datetime, end: date | datetime, pauses: Sequence[Pause] = ()) -> Due:
    """When something is due that was promised for a day, or for an hour of it.

    Nothing is counted, so a day off moves nothing (民法典 203 speaks of the last day of a term; 204
    lets the parties agree otherwise): a day lasts until 24:00, an hour is that instant. Pauses put
    a day off by the days that they take, an hour by their time.
    """
    start, joined = start.astimezone(SHANGHAI), merged(pauses)
    if isinstance(end, datetime):
        at = end.astimezone(SHANGHAI)
        if at > start:
            at = _shifted(start, at - start, joined)
        return Due(at, start.date(), held=tuple(sorted(_held_days(joined))))
    held, first = _held_days(joined), start.date() + DAY
    left_out: list[date] = []
    if end >= first:
        end, left_out = _counted(first, (end - start.date()).days, lambda d: d not in held)
    return Due(datetime.combine(end, END_OF_DAY, SHANGHAI), first, held=tuple(left_out))


def count_back(event: date, length: int, unit: str, calendar: Calendar = STATE) -> Due:
    """The last moment for something that must happen so long *before* the event (提前 N 日).

    The day of the event does not count. It is never moved: Article 203 would shorten the notice.
    Raises CountingError.
    """
    checked(length, unit)
    if unit not in DAYS:
        raise CountingError("unit", unit)
    skipped: list[date] = []
    provisional = False
    if unit == "working_day":
        day, left = event, length
        while left:
            day -= DAY
            provisional = provisional or not calendar.is_published(day.year)
            if calendar.is_working_day(day):
                left -= 1
            else:
                skipped.append(day)
    elif unit == "calendar_day":
        day = event - length * DAY
    else:
        day = _corresponding(event, -length * (12 if unit == "year" else 1))
    at = datetime.combine(day, END_OF_DAY, SHANGHAI)
    return Due(at, event, tuple(skipped), provisional=provisional)


def checked(length: object, unit: str) -> None:
    """Raises CountingError for an unknown unit or a length that is no positive whole number."""
    if unit not in UNITS:
        raise CountingError("unit", unit)
    if not isinstance(length, int) or isinstance(length, bool) or not 0 <= length <= LONGEST:
        raise CountingError("length", length)
    if length == 0 and unit != "immediate":
        raise CountingError("length", length)


def _held_days(pauses: Iterable[Pause]) -> frozenset[date]:
    """Days that do not count: after the day on which a pause began, until the day it ended."""
    days: set[date] = set()
    for start, end in pauses:
        day, last = start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date()
        days.update(day + n * DAY for n in range(1, (last - day).days + 1))
    return frozenset(days)


def _days(
    start: datetime, length: int, unit: str, calendar: Calendar, held: frozenset[date], own: bool
) -> Due:
    first = start.date() + DAY
    if unit != "calendar_day":  # 202: the corresponding day; pauses then lengthen it day by day
        end = _corresponding(start.date(), length * (12 if unit == "year" else 1))
        length = (end - start.date()).days
    last, left_out = _counted(first, length, lambda d: d not in held)
    moved: list[date] = []
    while not calendar.is_working_day(last, own=own) or last in held:
        moved.append(last)
        last += DAY
    provisional = any(not calendar.is_published(d.year) for d in (*moved, last))
    return Due(
        datetime.combine(last, END_OF_DAY, SHANGHAI),
        first,
        moved=tuple(d for d in moved if d not in held),
        held=tuple(left_out) + tuple(d for d in moved if d in held),
        provisional=provisional,
    )


def _working_days(
    start: datetime, length: int, calendar: Calendar, held: frozenset[date], own: bool
) -> Due:
    first = start.date() + DAY
    last, passed = _counted(
        first, length, lambda d: d not in held and calendar.is_working_day(d, own=own)
    )
    span = [first + n * DAY for n in range((last - first).days + 1)]
    worked = set(span) - set(passed)
    return Due(
        datetime.combine(last, calendar.closes(last), SHANGHAI),
        first,
        skipped=tuple(d for d in passed if d not in held),
        made_up=tuple(d for d in span if d in worked and d.weekday() >= 5),
        held=tuple(d for d in passed if d in held),
        provisional=any(not calendar.is_published(year) for year in {d.year for d in span}),
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


def _corresponding(day: date, number: int) -> date:
    """The corresponding day so many months away, else the month's last day (民法典 202)."""
    months_since = day.year * 12 + day.month - 1 + number
    year, month = divmod(months_since, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _shifted(start: datetime, span: timedelta, pauses: Iterable[Pause]) -> datetime:
    """The instant at which so much time has run outside the pauses."""
    end = start + span
    for begin, finish in pauses:
        if finish <= start or begin >= end:
            continue
        end += finish - max(begin, start)
    return end


# --- working time


def _minutes(start: time, end: time) -> int:
    return (end.hour - start.hour) * 60 + end.minute - start.minute


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
    `start`.
    """
    if end < start:
        return -working_minutes(end, start, calendar)
    start, end = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
    day, total = start.date(), 0
    while day <= end.date():
        if day in (start.date(), end.date()):
            total += sum(
                max(0, int((min(b, end) - max(a, start)).total_seconds() // 60))
                for a, b in business(day, calendar)
            )
        elif calendar.is_working_day(day, own=True):
            total += calendar.minutes_of(day)
        day += DAY
    return total


def _working_hours(
    start: datetime, length: int, calendar: Calendar, pauses: Sequence[Pause], own: bool
) -> Due:
    left, day = timedelta(hours=length), start.date()
    skipped: list[date] = []
    made_up: list[date] = []
    provisional = False
    while True:
        provisional = provisional or not calendar.is_published(day.year)
        periods = business(day, calendar, own=own)
        if not periods:
            skipped.append(day)
        elif day.weekday() >= 5:
            made_up.append(day)
        for opens, closes in periods:
            for begin, finish in _outside(max(opens, start), closes, pauses):
                if finish - begin >= left:
                    return Due(
                        begin + left,
                        start.date(),
                        tuple(skipped),
                        tuple(made_up),
                        held=tuple(sorted(_held_days(pauses))),
                        provisional=provisional,
                    )
                left -= finish - begin
        day += DAY


def _outside(start: datetime, end: datetime, pauses: Iterable[Pause]) -> list[Pause]:
    """The parts of a stretch of time that lie in no pause; [] when the stretch is empty."""
    parts, begin = [], start
    for stop, go in pauses:
        if go <= begin or stop >= end:
            continue
        if stop > begin:
            parts.append((begin, stop))
        begin = max(begin, go)
    if begin < end:
        parts.append((begin, end))
    return parts


def into_business(moment: datetime, calendar: Calendar = STATE) -> datetime:
    """The moment itself inside business time, else the next beginning of it."""
    moment = moment.astimezone(SHANGHAI)
    day = moment.date()
    while True:
        for opens, closes in business(day, calendar):
            if moment < closes:
                return max(moment, opens)
        day += DAY


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

"""Which days are worked, and when. Pure: no Django, no database.

A `Calendar` says it: the State Council's yearly notices with make-up days (调休), and the
enterprise's own days beside them. A year without a published notice is counted by weekends and the
holidays that the law fixes, and the result is provisional (暂定).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import chinese_calendar.constants as library

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
YEARS = range(1900, 2300)  # an instant outside is a mistake, and the machine's calendar ends
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


def local(moment: datetime) -> datetime:
    """The instant in Beijing time. Raises CountingError for one without a zone, because it could be
    any, and for one of a year that no complaint ever sees.
    """
    if moment.tzinfo is None:
        raise CountingError("naive", moment)
    if moment.year not in YEARS:
        raise CountingError("too_far", moment)
    return moment.astimezone(SHANGHAI)


@dataclass(frozen=True)
class Calendar:
    """Which days are worked, and when a day is worked.

    `off` are days off that are no weekend days, or weekend days named in a notice; `work` are
    weekend days worked (补班). `own_off` and `own_work` are the enterprise's own days: they count
    with `own=True` alone, because an enterprise's day off never lengthens a term of the law.
    `hours` lists (valid from, business periods of a day), oldest first. Raises CountingError for a
    day that is both off and worked, and for hours that are none.
    """

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    published: frozenset[int] = frozenset()
    own_off: frozenset[date] = frozenset()
    own_work: frozenset[date] = frozenset()
    hours: tuple[tuple[date, Periods], ...] = ((date.min, BUSINESS_HOURS),)

    def __post_init__(self) -> None:
        if both := (self.off & self.work) | (self.own_off & self.own_work):
            raise CountingError("off_and_worked", min(both))
        since = [day for day, _periods in self.hours]
        if since != sorted(set(since)):
            raise CountingError("hours", since)
        for _day, periods in self.hours:
            _checked_periods(periods)

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

    def is_made_up(self, day: date) -> bool:
        """True for a day that would be off by itself; of use for a day that is worked (补班)."""
        return day.weekday() >= 5 or not self.is_working_day(day)

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
        return sum(minute(closes) - minute(opens) for opens, closes in self.periods(day))

    def closes(self, day: date) -> time:
        """When business ends on a day that is worked."""
        return self.periods(day)[-1][1]

    def minutes_until(self, day: date) -> int:
        """Business minutes of the enterprise's days from the beginning of the year to the beginning
        of the day.
        """
        return self._of_year(day.year)[day.timetuple().tm_yday - 1]

    def minutes_in(self, year: int) -> int:
        """Business minutes of the enterprise's days in a whole year."""
        return self._of_year(year)[-1]

    def _of_year(self, year: int) -> list[int]:
        sums = self._sums.get(year)
        if sums is None:
            first, sums = date(year, 1, 1), [0]
            for number in range((date(year + 1, 1, 1) - first).days):
                day = first + number * DAY
                worked = self.is_working_day(day, own=True)
                sums.append(sums[-1] + (self.minutes_of(day) if worked else 0))
            self._sums[year] = sums
        return sums

    @cached_property
    def _sums(self) -> dict[int, list[int]]:
        """Per year that was asked for: business minutes before each of its days, then of it all."""
        return {}

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


def minute(clock: time) -> int:
    """Which minute of its day."""
    return clock.hour * 60 + clock.minute


def _checked_periods(periods: Periods) -> None:
    """Raises CountingError unless a day has business time, in whole minutes, one period after the
    other: no counting of business time could ever end.
    """
    edges = [edge for period in periods for edge in period]
    whole = all(edge.second == edge.microsecond == 0 for edge in edges)
    ordered = edges == sorted(edges) and all(opens < closes for opens, closes in periods)
    if not (edges and whole and ordered):
        raise CountingError("hours", periods)


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
    """The pauses in order and in Beijing time, overlapping ones joined, empty ones dropped."""
    joined: list[Pause] = []
    for start, end in sorted((local(a), local(b)) for a, b in pauses):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def shifted(start: datetime, span: timedelta, pauses: Iterable[Pause]) -> datetime:
    """The instant at which so much time has run outside the (merged) pauses."""
    end = start + span
    for begin, finish in pauses:
        if finish <= start or begin >= end:
            continue
        end += finish - max(begin, start)
    return end


def stood(start: datetime, end: datetime, pauses: Iterable[Pause]) -> timedelta:
    """How much of the stretch of time lies in the (merged) pauses."""
    parts = (min(finish, end) - max(begin, start) for begin, finish in pauses)
    return sum((part for part in parts if part > timedelta()), timedelta())

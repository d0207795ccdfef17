"""The calendar of this installation and the length of its own clocks.

What the library knows of the State Council's notices; a notice that was loaded takes the place of
the library's year; beside it the enterprise's own days and business hours. Every process keeps the
calendar and looks at most every `KEEP` seconds whether it was changed: what is written meanwhile
with the calendar of before is counted again by the change's second round (`actions/recount.py`).
"""

from __future__ import annotations

import time as clocks
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from complaints import regimes
from complaints.choices import DeadlineNature
from complaints.clock import Terms
from complaints.models import (
    CalendarChange,
    CalendarDay,
    CalendarNotice,
    TargetLength,
    WorkingHours,
)
from complaints.own_regimes import Row
from complaints.workdays import BUSINESS_HOURS, STATE, Calendar, Periods
from legal_rules.reasoning.holidays import LIBRARY, Holidays, Year

KEEP = 2.0  # seconds
WARN_FROM = (11, 1)  # the notice for the next year usually comes in November
Marked = tuple[date, str]  # a day and CalendarDay.Kind
Hours = tuple[tuple[date, Periods], ...]


@dataclass(frozen=True)
class Kept:
    """The calendar as of one change (`stamp`: its id, 0 before the first), looked at when."""

    stamp: int = 0
    calendar: Calendar = STATE
    lengths: Mapping[str, Sequence[tuple[date, Terms]]] = field(default_factory=dict)
    looked_at: float = 0.0
    holidays: Holidays = LIBRARY


_kept: Kept | None = None


def current() -> Calendar:
    """The State Council's notices, with what was loaded and the enterprise's own days."""
    return _now().calendar


def stamp() -> int:
    """Which change made the calendar what it is: whatever is laid out by days follows from it."""
    return _now().stamp


def holidays() -> Holidays:
    """The State Council's days as the law counts with them: what differs from the library's."""
    return _now().holidays


def fresh() -> Calendar:
    """The calendar as it is this very moment: one small statement."""
    forget()
    return current()


def forget() -> None:
    """Look before the next use whether the calendar was changed."""
    global _kept
    if _kept is not None:
        _kept = replace(_kept, looked_at=float("-inf"))


def terms_of(row: Row, on: date) -> Terms:
    """How long the row's clock runs when it starts on that day. Only a clock of our own can have
    another length than the table says.
    """
    if row.nature == DeadlineNature.STATUTORY:
        return row.terms
    terms = row.terms
    for since, changed in _now().lengths.get(row.entry, ()):
        if since <= on:
            terms = changed
    return terms


def _now() -> Kept:
    global _kept
    kept, now = _kept, clocks.monotonic()
    if kept is None or now - kept.looked_at >= KEEP:
        stamp = CalendarChange.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        same = kept is not None and kept.stamp == stamp
        kept = replace(kept, looked_at=now) if kept and same else _read(stamp, now)
        _kept = kept
    return kept


def _read(stamp: int, now: float) -> Kept:
    """Everything that was changed: some rows a year; nothing where nothing ever was."""
    if not stamp:
        return Kept(looked_at=now)
    calendar = built()
    return Kept(stamp, calendar, _lengths(), now, holidays_of(calendar))


def holidays_of(calendar: Calendar) -> Holidays:
    """The years that the calendar has otherwise than the library."""
    years = {year: _year(calendar, year) for year in calendar.published}
    return Holidays(
        {y: d for y, d in years.items() if y not in STATE.published or d != _year(STATE, y)}
    )


def _year(calendar: Calendar, year: int) -> Year:
    off, work = (
        frozenset(day for day in days if day.year == year) for days in (calendar.off, calendar.work)
    )
    return Year(off, work)


def built(instead: Mapping[int, Sequence[Marked]] | None = None) -> Calendar:
    """The calendar out of the notices that hold; `instead`: by year, other days than theirs.

    In the order of their years, because a notice may name days of the December before its own.
    """
    marked = {
        notice.year: [(day.date, day.kind) for day in notice.calendar_days.all()]
        for notice in notices().prefetch_related("calendar_days")
    }
    calendar = STATE
    for year, days in sorted({**marked, **(instead or {})}.items()):
        calendar = with_notice(calendar, year, days)
    own = CalendarDay.objects.filter(notice=None, removed_at=None).values_list("date", "kind")
    return with_own(calendar, own, _hours())


def notices() -> QuerySet[CalendarNotice]:
    """The notices that hold."""
    return CalendarNotice.objects.filter(loaded_at__isnull=False, superseded_at=None)


def with_notice(calendar: Calendar, year: int, days: Iterable[Marked]) -> Calendar:
    """The calendar with this notice for the year, whatever it knew of the year before.

    Days of the year before that the notice names are taken too; its other days stay.
    """
    marked = dict(days)
    off = {day for day, kind in marked.items() if kind == CalendarDay.Kind.OFF}
    work = {day for day, kind in marked.items() if kind == CalendarDay.Kind.WORK}
    rest = calendar.without(year)
    return replace(
        rest,
        off=(rest.off - work) | off,
        work=(rest.work - off) | work,
        published=rest.published | {year},
    )


def with_own(calendar: Calendar, days: Iterable[Marked], hours: Hours | None = None) -> Calendar:
    """The calendar with the enterprise's own days, and its hours where they are given."""
    marked = list(days)
    return replace(
        calendar,
        own_off=frozenset(day for day, kind in marked if kind == CalendarDay.Kind.OFF),
        own_work=frozenset(day for day, kind in marked if kind == CalendarDay.Kind.WORK),
        hours=calendar.hours if hours is None else hours,
    )


def _hours() -> Hours:
    rows = WorkingHours.objects.filter(superseded_at=None).order_by("valid_from")
    return with_hours((row.valid_from, periods_of(row.periods)) for row in rows)


def with_hours(rows: Iterable[tuple[date, Periods]]) -> Hours:
    """Business hours by the day from which they hold; before the first the usual ones."""
    return ((date.min, BUSINESS_HOURS), *sorted(rows))


def periods_of(stored: Iterable[Sequence[str]]) -> Periods:
    """[["09:00", "12:00"], …] as times."""
    return tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in stored)


def _lengths() -> dict[str, list[tuple[date, Terms]]]:
    found: dict[str, list[tuple[date, Terms]]] = {}
    for row in TargetLength.objects.filter(superseded_at=None).order_by("valid_from"):
        standing = regimes.row(row.entry)
        own = standing is not None and standing.terms.own
        found.setdefault(row.entry, []).append((row.valid_from, Terms(row.length, row.unit, own)))
    return found


# --- what is missing


@dataclass(frozen=True)
class CalendarWarning:
    """A year whose notice is missing; `urgent`: it has begun."""

    year: int
    urgent: bool

    @property
    def sentence(self) -> str:
        """What is missing, what it does, what to do; in the active language."""
        words = (
            _("{year} 年的放假通知还没有载入，今年的期限都是暂定的；请立即载入国务院办公厅的通知。")
            if self.urgent
            else _(
                "{year} 年的放假通知还没有载入，落在 {year} 年的期限都是暂定的；"
                "国务院办公厅一般在 11 月公布，公布后请载入。"
            )
        )
        return words.format(year=self.year)


def warnings(today: date, calendar: Calendar | None = None) -> list[CalendarWarning]:
    """Notices that are missing: this year's at once, the next one's from 1 November on."""
    known = calendar or current()
    found = [] if known.is_published(today.year) else [CalendarWarning(today.year, True)]
    late = (today.month, today.day) >= WARN_FROM
    if late and not known.is_published(today.year + 1):
        found.append(CalendarWarning(today.year + 1, False))
    return found

"""Random calendars, terms, pauses and lives of clocks, for the properties that must always hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints import clock
from complaints.clock import Happening
from complaints.workdays import DAY, SHANGHAI, Calendar, Pause, Periods

FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
ZONES = [UTC, SHANGHAI, *map(ZoneInfo, ("America/Bogota", "Asia/Kathmandu", "Pacific/Apia"))]
LENGTHS = {"hour": 300, "working_hour": 40, "calendar_day": 40, "working_day": 25, "month": 14}
PERIODS: tuple[Periods, ...] = tuple(
    tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in periods)
    for periods in (
        [("09:00", "12:00"), ("13:00", "18:00")],
        [("08:30", "11:30"), ("13:00", "17:00"), ("18:30", "20:30")],
        [("00:00", "23:59")],
        [("10:00", "12:01")],
        [("06:15", "07:00"), ("07:00", "12:45")],
    )
)


def for_all(
    *strategies: st.SearchStrategy[Any],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A property of random clocks; a busy machine is no counterexample."""
    patient = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    return lambda test: patient(given(*strategies)(test))


days = st.dates(FIRST, LAST)
some_days = st.frozensets(days, max_size=30)
moments = st.datetimes(
    datetime.fromisoformat("2024-01-02"),
    datetime.fromisoformat("2027-06-30"),
    timezones=st.sampled_from(ZONES),
)
spans = st.timedeltas(timedelta(0), timedelta(days=20))


@st.composite
def hours(draw: st.DrawFn) -> tuple[tuple[date, Periods], ...]:
    """Business hours, changed now and then."""
    since = draw(st.lists(days, max_size=2, unique=True))
    starts = [date.min, *sorted(since)]
    return tuple((day, draw(st.sampled_from(PERIODS))) for day in starts)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any notices, any days of the enterprise, several periods a day."""
    off, own_off = draw(some_days), draw(some_days)
    return Calendar(
        off=off,
        work=draw(some_days) - off,
        published=draw(st.frozensets(st.integers(2023, 2028))),
        own_off=own_off,
        own_work=draw(some_days) - own_off,
        hours=draw(hours()),
    )


@st.composite
def lengths(draw: st.DrawFn, *units: str) -> tuple[int, str]:
    """A length in one of the units, or in any that a pause can move."""
    unit = draw(st.sampled_from(units or tuple(LENGTHS)))
    return draw(st.integers(1, LENGTHS[unit])), unit


@st.composite
def pauses_of(draw: st.DrawFn, start: datetime) -> list[Pause]:
    """Some pauses after the start, overlapping or not."""
    found = []
    for _n in range(draw(st.integers(0, 4))):
        begin = start + draw(spans)
        found.append((begin, begin + draw(spans)))
    return found


@st.composite
def paused(draw: st.DrawFn) -> tuple[datetime, list[Pause]]:
    """A start and pauses after it."""
    start = draw(moments)
    return start, draw(pauses_of(start))


def tape(start: datetime, length: int, unit: str, pauses: list[Pause]) -> list[Happening]:
    """The clock of a term with a hold for each pause, in the order of time."""
    begun = Happening(start, clock.STARTED, {"length": length, "unit": unit, "own": True})
    rows = []
    for number, (begin, end) in enumerate(pauses):
        detail = {"hold": str(number)}
        rows += [Happening(begin, clock.HELD, detail), Happening(end, clock.RESUMED, detail)]
    order = (clock.HELD, clock.RESUMED)
    return [begun, *sorted(rows, key=lambda row: (row.at, order.index(row.kind)))]


def nights(begin: date, end: date) -> list[date]:
    """The days after one until another."""
    return [begin + n * DAY for n in range(1, (end - begin).days + 1)]

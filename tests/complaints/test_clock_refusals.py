"""What no clock can count is refused with a code, at once, and nothing is counted wrongly."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from complaints import clock, workdays
from complaints.clock import ClockError, Happening, Rung, Terms
from complaints.workdays import DAY, SHANGHAI, STATE, Calendar, CountingError

START = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
NAIVE = START.replace(tzinfo=None)
FIVE = {"length": 5, "unit": "working_day"}
BEGUN = Happening(START, clock.STARTED, FIVE)
NINE, NOON, SIX = time(9), time(12), time(18)


def happened(kind: str, days: int = 1, **detail: Any) -> Happening:
    return Happening(START + days * DAY, kind, detail)


@pytest.mark.parametrize(
    ("length", "unit", "code"),
    [
        (0, "working_day", "length"),
        (-1, "calendar_day", "length"),
        (True, "calendar_day", "length"),
        (1.5, "hour", "length"),
        (2.0, "hour", "length"),
        ("3", "month", "length"),
        (None, "year", "length"),
        (-1, "immediate", "length"),
        (10**9, "calendar_day", "length"),
        (25_001, "working_day", "length"),
        (100_001, "hour", "length"),
        (101, "year", "length"),
        (5, "fortnight", "unit"),
        (5, "", "unit"),
        (5, "until", "unit"),
        (5, None, "unit"),
        (5, ["day"], "unit"),
    ],
)
def test_a_length_or_unit_that_is_none_is_refused(length: Any, unit: Any, code: str) -> None:
    with pytest.raises(CountingError) as counting:
        workdays.count(START, length, unit)
    assert counting.value.code == code
    if unit != "until":
        with pytest.raises(ClockError) as terms:
            Terms.from_json({"length": length, "unit": unit})
        assert terms.value.code == code


def test_terms_without_a_length_or_unit_are_refused() -> None:
    for values in ({}, {"unit": "hour"}, {"length": 3}):
        with pytest.raises(ClockError):
            Terms.from_json(values)


@pytest.mark.parametrize("unit", ["hour", "working_hour", "immediate"])
def test_only_days_are_counted_back(unit: str) -> None:
    with pytest.raises(CountingError) as refused:
        workdays.count_back(START.date(), 1, unit)
    assert refused.value.code == "unit"
    with pytest.raises(ClockError) as terms:
        Terms.from_json({"length": 1, "unit": unit, "back": True})
    assert terms.value.code == "unit"


def test_the_longest_terms_are_counted_and_not_for_long() -> None:
    for unit, length in (*workdays.LONGEST.items(), ("working_day", 25_000)):
        assert workdays.count(START, length, unit).at.year < 2130


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "not_started"),
        ([happened(clock.HELD, hold="1")], "not_started"),
        ([BEGUN, BEGUN], "started_twice"),
        ([BEGUN, happened("paused")], "unknown_kind"),
        ([BEGUN, happened(clock.RESUMED, hold="1")], "not_held"),
        ([BEGUN, happened(clock.HELD, hold="1"), happened(clock.RESUMED, hold="2")], "not_held"),
        ([BEGUN, happened(clock.HELD, hold="1"), happened(clock.HELD, hold="1")], "held_twice"),
        ([BEGUN, happened(clock.MET), happened(clock.MET)], "has_ended"),
        ([BEGUN, happened(clock.CANCELLED), happened(clock.HELD, hold="1")], "has_ended"),
        ([BEGUN, happened(clock.MISSED), happened(clock.EXTENDED, by=1)], "has_ended"),
        ([BEGUN, happened(clock.AGAIN)], "has_not_ended"),
        ([BEGUN, happened(clock.TERMS, length=0, unit="hour")], "length"),
        ([BEGUN, happened(clock.TERMS, length=1, unit="week")], "unit"),
        ([BEGUN, happened(clock.MOVED)], "start"),
        ([BEGUN, happened(clock.MOVED, start="soon")], "start"),
        ([BEGUN, happened(clock.MOVED, start="2026-03-02T09:00:00")], "start"),
        ([BEGUN, happened(clock.MOVED, start="9999-12-31T23:59:59+00:00")], "start"),
        ([replace(BEGUN, at=NAIVE)], "naive"),
        ([BEGUN, Happening(NAIVE, clock.MET)], "naive"),
        ([replace(BEGUN, at=datetime(9999, 12, 31, 23, tzinfo=UTC))], "too_far"),
        ([replace(BEGUN, at=datetime(1, 1, 1, tzinfo=UTC))], "too_far"),
        ([Happening(START, clock.STARTED, Terms.agreed(date.max).as_json())], "too_far"),
        ([Happening(START, clock.STARTED, Terms.agreed(date.min).as_json())], "too_far"),
    ],
)
def test_a_life_that_no_clock_can_have_is_refused(rows: list[Happening], code: str) -> None:
    with pytest.raises(ClockError) as refused:
        clock.read(rows)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("detail", "code"),
    [
        ({}, "length"),
        ({"unit": "working_day"}, "length"),
        ({"by": 0}, "length"),
        ({"by": -3, "unit": "working_day"}, "length"),
        ({"by": True}, "length"),
        ({"by": 1.5}, "length"),
        ({"by": 10**9}, "length"),
        ({"to": -30, "unit": "calendar_day"}, "length"),
        ({"by": 3, "to": 30}, "length"),
        ({"by": 3, "unit": "week"}, "unit"),
        ({"by": 3, "unit": "immediate"}, "unit"),
        ({"by": 3, "unit": "until"}, "unit"),
    ],
)
def test_an_extension_that_cannot_be_counted_is_refused(detail: dict[str, Any], code: str) -> None:
    with pytest.raises(ClockError) as refused:
        clock.read([BEGUN, happened(clock.EXTENDED, **detail)])
    assert refused.value.code == code


def test_extensions_that_add_up_to_more_than_any_term_are_refused() -> None:
    longer = [happened(clock.EXTENDED, by=9_000) for _n in range(3)]
    assert clock.read([BEGUN, *longer[:2]]).due_at.year < 2130
    with pytest.raises(ClockError) as refused:
        clock.read([BEGUN, *longer])
    assert refused.value.code == "length"


def test_a_notice_that_is_due_before_an_event_is_not_extended() -> None:
    begun = replace(BEGUN, detail={**FIVE, "back": True})
    with pytest.raises(ClockError) as refused:
        clock.read([begun, happened(clock.EXTENDED, by=3)])
    assert refused.value.code == "unit"


def test_what_happened_before_the_start_counts_from_the_start() -> None:
    early = [happened(clock.HELD, -5, hold="1"), happened(clock.RESUMED, -1, hold="1")]
    assert clock.read([BEGUN, *early]).due == clock.read([BEGUN]).due
    reaching = [happened(clock.HELD, -5, hold="1"), happened(clock.RESUMED, 2, hold="1")]
    within = [happened(clock.HELD, 0, hold="1"), happened(clock.RESUMED, 2, hold="1")]
    assert clock.read([BEGUN, *reaching]).due == clock.read([BEGUN, *within]).due


def test_a_hold_that_ended_before_it_began_took_no_time() -> None:
    skewed = [happened(clock.HELD, 2, hold="1"), happened(clock.RESUMED, 1, hold="1")]
    assert clock.read([BEGUN, *skewed]).due == clock.read([BEGUN]).due


@pytest.mark.parametrize(
    "ask",
    [
        lambda: workdays.count(NAIVE, 5, "working_day"),
        lambda: workdays.count(START, 5, "hour", pauses=[(NAIVE, NAIVE + DAY)]),
        lambda: workdays.fixed(NAIVE, date(2026, 3, 9)),
        lambda: workdays.fixed(START, NAIVE),
        lambda: workdays.working_minutes(NAIVE, START),
        lambda: workdays.working_minutes(START, NAIVE),
        lambda: workdays.into_business(NAIVE),
    ],
)
def test_a_time_without_a_zone_is_refused_because_it_could_be_any(ask: Any) -> None:
    with pytest.raises(CountingError) as refused:
        ask()
    assert refused.value.code == "naive"


@pytest.mark.parametrize("year", [1, 1899, 2300, 9999])
def test_a_year_that_no_complaint_sees_is_refused(year: int) -> None:
    moment = datetime(year, 6, 1, tzinfo=UTC)
    for ask in (
        lambda: workdays.count(moment, 5, "working_day"),
        lambda: workdays.working_minutes(START, moment),
        lambda: workdays.fixed(START, moment),
        lambda: workdays.fixed(START, moment.date()),
    ):
        with pytest.raises(CountingError) as refused:
            ask()
        assert refused.value.code == "too_far"


def test_a_calendar_without_working_days_ends_the_counting_with_an_error() -> None:
    never = replace(
        STATE,
        published=frozenset(range(2026, 2300)),
        off=frozenset(date(2026, 1, 1) + n * DAY for n in range(366 * 275)),
        work=frozenset(),
    )
    for unit in ("working_day", "calendar_day", "month", "working_hour"):
        with pytest.raises(CountingError) as refused:
            workdays.count(START, 1, unit, never)
        assert refused.value.code == "too_far"


def test_business_hours_of_a_minute_a_day_do_not_count_for_centuries() -> None:
    short = replace(STATE, hours=((date.min, ((NINE, time(9, 1)),)),))
    assert workdays.count(START, 1, "working_hour", short).at.year == 2026
    with pytest.raises(CountingError) as refused:
        workdays.count(START, 50_000, "working_hour", short)
    assert refused.value.code == "too_far"


def test_a_day_both_off_and_worked_is_refused() -> None:
    day = frozenset({date(2026, 3, 7)})
    for both in ({"off": day, "work": day}, {"own_off": day, "own_work": day}):
        with pytest.raises(CountingError) as refused:
            Calendar(**both)
        assert refused.value.code == "off_and_worked"
    assert Calendar(off=day, own_work=day).is_working_day(min(day), own=True)


@pytest.mark.parametrize(
    "periods",
    [
        (),
        ((NINE, NINE),),
        ((NOON, NINE),),
        ((NINE, SIX), (NOON, time(20))),
        ((time(13), SIX), (NINE, NOON)),
        ((NINE, time(12, 0, 30)),),
        ((NINE, NOON), (NOON, NOON)),
    ],
)
def test_business_hours_that_are_none_are_refused(periods: workdays.Periods) -> None:
    with pytest.raises(CountingError) as refused:
        Calendar(hours=((date.min, periods),))
    assert refused.value.code == "hours"


def test_business_hours_out_of_order_are_refused() -> None:
    day = ((NINE, SIX),)
    for since in ([date(2026, 2, 1), date(2026, 1, 1)], [date(2026, 1, 1)] * 2):
        with pytest.raises(CountingError):
            Calendar(hours=tuple((begin, day) for begin in since))
    assert Calendar(hours=()).closes(date(2026, 3, 2)) == SIX


def test_a_late_rung_without_a_time_is_refused() -> None:
    with pytest.raises(CountingError):
        clock.climb_at(Rung("counsel", None, 0, "hour"), START, START + DAY, "hour")


def test_a_warning_of_a_term_that_is_over_at_once_comes_at_once() -> None:
    assert clock.climb_at(Rung("owner", 50), START, START, "immediate") == START
    assert clock.share_used(START, START, START - timedelta(1)) == 100

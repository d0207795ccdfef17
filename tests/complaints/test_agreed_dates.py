"""A day, or an hour, that was promised: nothing is counted, so no holiday moves it."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import clock
from complaints.clock import ClockError, Happening, Terms
from complaints.workdays import SHANGHAI, STATE, fixed


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def started(end: date | datetime, since: str = "2026-09-28 10:00") -> Happening:
    return Happening(at(since), clock.STARTED, Terms.agreed(end).as_json())


@pytest.mark.parametrize("day", ["2026-10-01", "2026-10-03", "2026-09-28", "2026-11-28"])
def test_a_promised_day_lasts_until_midnight_and_no_holiday_moves_it(day: str) -> None:
    due = clock.read([started(date.fromisoformat(day))]).due
    assert due.at == at(f"{day} 23:59:59")
    assert (due.moved, due.skipped, due.provisional) == ((), (), False)


def test_a_day_of_a_year_without_a_notice_is_certain() -> None:
    assert not clock.read([started(date(2031, 5, 1))]).due.provisional


def test_a_promised_hour_is_that_instant() -> None:
    assert clock.read([started(at("2026-09-28 18:00"))]).due_at == at("2026-09-28 18:00")


def test_a_hold_puts_a_promised_day_off_by_the_days_it_took() -> None:
    held = [
        Happening(at("2026-09-29 09:00"), clock.HELD, {"hold": "1"}),
        Happening(at("2026-10-02 09:00"), clock.RESUMED, {"hold": "1"}),
    ]
    due = clock.read([started(date(2026, 9, 30)), *held]).due
    assert due.at == at("2026-10-03 23:59:59")
    assert due.held == (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2))


def test_a_hold_puts_a_promised_hour_off_by_its_time() -> None:
    held = [
        Happening(at("2026-09-28 11:00"), clock.HELD, {"hold": "1"}),
        Happening(at("2026-09-28 12:30"), clock.RESUMED, {"hold": "1"}),
    ]
    assert clock.read([started(at("2026-09-28 18:00")), *held]).due_at == at("2026-09-28 19:30")


def test_another_day_that_was_agreed_takes_the_place_of_the_first_with_the_holds_kept() -> None:
    tape = [
        started(date(2026, 9, 30)),
        Happening(at("2026-09-29 09:00"), clock.HELD, {"hold": "1"}),
        Happening(at("2026-09-30 09:00"), clock.RESUMED, {"hold": "1"}),
        Happening(at("2026-09-30 10:00"), clock.TERMS, Terms.agreed(date(2026, 10, 9)).as_json()),
    ]
    assert clock.read(tape).due_at == at("2026-10-10 23:59:59")


def test_a_promised_day_is_not_extended_like_a_term() -> None:
    longer = Happening(at("2026-09-29 09:00"), clock.EXTENDED, {"by": 3, "unit": "calendar_day"})
    with pytest.raises(ClockError) as refused:
        clock.read([started(date(2026, 9, 30)), longer])
    assert refused.value.code == "agreed_date"


@pytest.mark.parametrize("end", [None, "", "soon", "2026-13-01", "2026-11-27T18:00:00", 20261127])
def test_what_is_no_day_and_no_hour_is_refused(end: object) -> None:
    with pytest.raises(ClockError) as refused:
        Terms.from_json({"unit": "until", "until": end})
    assert refused.value.code == "until"


@pytest.mark.parametrize("end", [date(2026, 11, 27), at("2026-11-27 18:00")])
def test_terms_survive_being_stored(end: date | datetime) -> None:
    assert Terms.from_json(Terms.agreed(end).as_json()) == Terms.agreed(end)


def test_a_warning_for_a_far_day_falls_into_business_time_and_for_a_near_hour_does_not() -> None:
    half = clock.Rung("owner", 50)
    far = clock.climb_at(half, at("2026-09-28 10:00"), at("2026-10-08 23:59"), "until", STATE)
    assert far == at("2026-10-08 09:00")  # half of it lies in the holidays
    near = clock.climb_at(half, at("2026-10-02 20:00"), at("2026-10-02 22:00"), "until", STATE)
    assert near == at("2026-10-02 21:00")


@given(
    st.dates(date(2026, 1, 1), date(2027, 6, 1)),
    st.integers(0, 60),
    st.integers(0, 2000),
    st.integers(0, 2000),
)
def test_a_pause_never_brings_a_promise_nearer(
    day: date, days: int, begin: int, lasts: int
) -> None:
    start = datetime.combine(day, datetime.min.time(), SHANGHAI) + timedelta(hours=9)
    pause = (start + timedelta(hours=begin), start + timedelta(hours=begin + lasts))
    for end in (day + timedelta(days=days), start + timedelta(days=days, hours=3)):
        assert fixed(start, end, [pause]).at >= fixed(start, end).at

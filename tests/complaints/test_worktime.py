"""Business time between two instants, and what a reading says beside its date."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from complaints import clock
from complaints.clock import Happening
from complaints.workdays import SHANGHAI, STATE, into_business, merged, working_minutes

OWN = replace(
    STATE,
    own_off=frozenset({date(2026, 3, 10)}),
    own_work=frozenset({date(2026, 3, 14)}),
    hours=(
        (date.min, ((time(9), time(12)), (time(13), time(18)))),
        (date(2026, 7, 1), ((time(8, 30), time(11)), (time(14), time(17)), (time(19), time(20)))),
    ),
)
STARTED = {"length": 5, "unit": "working_day"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-09 09:00", "2026-03-09 18:00", 480),
        ("2026-03-09 00:00", "2026-03-09 08:59", 0),
        ("2026-03-09 12:10", "2026-03-09 12:50", 0),
        ("2026-03-09 18:00", "2026-03-10 09:00", 0),
        ("2026-03-09 11:59", "2026-03-09 13:01", 2),
        ("2026-03-09 17:00", "2026-03-11 10:00", 120),  # 03-10 is the enterprise's day off
        ("2026-03-13 17:00", "2026-03-15 10:00", 540),  # 03-14 is its Saturday at work
        ("2026-06-30 17:00", "2026-07-01 20:00", 450),  # hours change, three periods
        ("2026-09-30 17:59", "2026-10-08 09:01", 91),  # an evening hour and 31 minutes
        ("2025-12-31 17:00", "2026-01-04 10:00", 120),  # a make-up Sunday in the new year
        ("2024-12-31 17:00", "2026-01-04 10:00", 120 + 248 * 480),  # 248 working days of 2025
        ("2026-03-09 10:00:30", "2026-03-09 10:01:10", 1),  # seconds are left out
        ("2026-03-09 10:00:10", "2026-03-09 10:00:50", 0),
    ],
)
def test_minutes_of_business_time(start: str, end: str, minutes: int) -> None:
    assert working_minutes(at(start), at(end), OWN) == minutes
    assert working_minutes(at(end), at(start), OWN) == -minutes


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        ("2026-03-09 10:30:15", "2026-03-09 10:30:15"),
        ("2026-03-09 08:00", "2026-03-09 09:00"),
        ("2026-03-09 12:00", "2026-03-09 13:00"),
        ("2026-03-09 18:00", "2026-03-11 09:00"),
        ("2026-10-01 10:00", "2026-10-08 08:30"),
        ("2026-07-01 17:00", "2026-07-01 19:00"),
    ],
)
def test_the_next_minute_of_business_time(moment: str, found: str) -> None:
    assert into_business(at(moment), OWN) == at(found)


def test_a_clock_stands_still_since_the_first_of_its_holds_without_a_break() -> None:
    rows = [
        Happening(at("2026-03-02 09:00"), clock.STARTED, STARTED),
        Happening(at("2026-03-03 09:00"), clock.HELD, {"hold": "1"}),
        Happening(at("2026-03-04 09:00"), clock.RESUMED, {"hold": "1"}),
        Happening(at("2026-03-05 09:00"), clock.HELD, {"hold": "2"}),
        Happening(at("2026-03-06 09:00"), clock.HELD, {"hold": "3"}),
        Happening(at("2026-03-07 09:00"), clock.RESUMED, {"hold": "2"}),
    ]
    held = clock.read(rows)
    assert (held.state, held.held_since) == ("held", at("2026-03-05 09:00"))
    assert held.pauses == ((at("2026-03-03 09:00"), at("2026-03-04 09:00")),)
    ended = clock.read([*rows, Happening(at("2026-03-09 09:00"), clock.MET)])
    assert (ended.held_since, ended.ended_at) == (None, at("2026-03-09 09:00"))
    assert ended.pauses[-1] == (at("2026-03-05 09:00"), at("2026-03-09 09:00"))


def test_holds_are_no_part_of_the_share_and_of_the_way_to_a_warning() -> None:
    start, due = at("2026-03-02 09:00"), at("2026-03-12 09:00")
    pauses = [(start + timedelta(days=1), start + timedelta(days=7))]  # six of ten days
    share = [clock.share_used(start, due, start + timedelta(days=n), pauses) for n in range(12)]
    assert share == [0, 25, 25, 25, 25, 25, 25, 25, 50, 75, 100, 100]
    half = clock.climb_at(clock.Rung("owner", 50), start, due, "hour", STATE, pauses)
    assert half == start + timedelta(days=8)
    assert clock.share_used(start, start, start) == clock.share_used(due, start, start) == 100
    assert clock.share_used(start, due, start - timedelta(days=1)) == 0


def test_pauses_that_touch_are_one_and_empty_ones_are_none() -> None:
    nine, ten, noon = (at(f"2026-03-02 {hour}:00") for hour in ("09", "10", "12"))
    assert merged([(ten, noon), (nine, ten)]) == [(nine, noon)]
    assert merged([(nine, noon), (ten, ten)]) == merged([(nine, noon), (noon, ten)])
    assert merged([(ten, ten), (noon, nine)]) == []


@pytest.mark.parametrize(
    ("percent", "start", "due", "unit", "climbed"),
    [
        (50, "2026-03-02 09:00", "2026-03-03 09:00", "hour", "2026-03-02 21:00"),
        (50, "2026-03-02 09:00", "2026-03-03 09:00", "calendar_day", "2026-03-03 09:00"),
        (50, "2026-03-02 09:00", "2026-03-06 18:00", "working_day", "2026-03-04 13:30"),
        (50, "2026-09-29 09:00", "2026-10-09 18:00", "working_day", "2026-10-08 09:00"),
        (90, "2026-03-02 09:00", "2026-03-03 23:59:59", "calendar_day", "2026-03-03 23:59:59"),
        (100, "2026-03-02 09:00", "2026-03-07 23:59:59", "calendar_day", "2026-03-07 23:59:59"),
        (120, "2026-03-02 09:00", "2026-03-02 19:00", "hour", "2026-03-02 19:00"),
        (50, "2026-03-02 09:00", "2026-03-02 07:00", "until", "2026-03-02 07:00"),
        (50, "2026-07-31 09:00", "2026-07-01 23:59:59", "calendar_day", "2026-07-01 23:59:59"),
    ],
)
def test_when_a_warning_comes(percent: int, start: str, due: str, unit: str, climbed: str) -> None:
    rung = clock.Rung("owner", percent)
    assert clock.climb_at(rung, at(start), at(due), unit) == at(climbed)


@pytest.mark.parametrize(
    ("after", "unit", "climbed"),
    [
        (1, "working_day", "2026-03-09 18:00"),
        (24, "hour", "2026-03-07 18:00"),
        (2, "working_hour", "2026-03-09 11:00"),
    ],
)
def test_when_somebody_is_told_of_what_is_overdue(after: int, unit: str, climbed: str) -> None:
    rung = clock.Rung("counsel", None, after, unit)
    due = at("2026-03-06 18:00")
    assert clock.climb_at(rung, at("2026-03-02 09:00"), due, "working_day") == at(climbed)

"""The days of a clock: each has one reason, and the numbers are those of the term."""

from __future__ import annotations

from datetime import datetime

import pytest

from complaints import deadlines, regimes
from complaints.clock import Happening, Terms, read
from complaints.models import Complaint, Deadline
from complaints.views import clock_days
from complaints.workdays import SHANGHAI

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def clock_of(length: int, unit: str, start: str) -> Deadline:
    row = regimes.row("investigate")
    assert row is not None
    return deadlines.new(Complaint(), row, at(start), terms=Terms(length, unit))


def told(deadline: Deadline) -> str:
    """0929起 0930:1 …: month and day, then number or word."""
    return " ".join(
        f"{day.on:%m%d}{f':{day.number}' if day.number else ''}{day.short}"
        for day in clock_days.days_of(deadline)
    )


def test_working_days_are_numbered_and_the_others_named() -> None:
    assert told(clock_of(5, "working_day", "2026-09-29 10:00")) == (
        "0929起 0930:1 1001假 1002假 1003假 1004假 1005假 1006假 1007假 1008:2 1009:3 "
        "1010:4班 1011休 1012:5止"
    )


def test_of_a_moved_end_the_last_day_counts_and_another_is_the_end() -> None:
    assert told(clock_of(3, "calendar_day", "2026-03-04 10:00")) == (
        "0304起 0305:1 0306:2 0307:3延 0308延 0309止"
    )


def test_days_on_hold_are_left_out() -> None:
    deadline = clock_of(3, "working_day", "2026-03-02 10:00")
    tape = [
        Happening(at("2026-03-02 10:00"), "started", Terms(3, "working_day").as_json()),
        Happening(at("2026-03-03 10:00"), "held", {"hold": "1"}),
        Happening(at("2026-03-04 10:00"), "resumed", {"hold": "1"}),
    ]
    due = read(tape).due
    deadline.due_at = due.at
    deadline.explanation["held"] = [day.isoformat() for day in due.held]
    assert told(deadline) == "0302起 0303:1 0304停 0305:2 0306:3止"


def test_the_weeks_are_whole_and_long_terms_are_told_in_stretches() -> None:
    days = clock_days.days_of(clock_of(5, "working_day", "2026-09-29 10:00"))
    weeks = clock_days.weeks_of(days)
    assert {len(week) for week in weeks} == {7}
    assert all(week[0].on.weekday() == 0 for week in weeks)
    long = clock_days.days_of(clock_of(6, "month", "2026-03-02 10:00"))
    assert clock_days.weeks_of(long) == []
    stretches = clock_days.stretches_of(long)
    assert [(s.days, s.length) for s in stretches][:2] == [("03-02", 1), ("03-03 至 09-01", 183)]


@pytest.mark.parametrize("unit", ["hour", "immediate"])
def test_hours_have_no_days(unit: str) -> None:
    deadline = clock_of(0 if unit == "immediate" else 24, unit, "2026-03-02 10:00")
    assert clock_days.days_of(deadline) == []


def test_nothing_needs_a_legend_that_is_not_there() -> None:
    days = clock_days.days_of(clock_of(2, "working_day", "2026-03-02 10:00"))
    assert [kind for kind, _short, _long in clock_days.legend_of(days)] == ["start", "due"]

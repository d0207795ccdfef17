"""When a report falls due, and which days it speaks of."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from analytics.due import Rhythm
from analytics.periods import Half, window
from complaints.workdays import SHANGHAI

OFF = {date(2026, 10, n) for n in range(1, 8)}  # 国庆


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in OFF


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("rhythm", "since", "moments"),
    [
        (Rhythm("daily", 9), "2026-09-04 09:00", ["09-05", "09-06", "09-07"]),
        (Rhythm("daily", 9, working=True), "2026-09-04 09:00", ["09-07", "09-08", "09-09"]),
        (Rhythm("daily", 9, working=True), "2026-09-30 08:59", ["09-30", "10-08", "10-09"]),
        (Rhythm("weekly", 8, weekday=5, working=True), "2026-09-25 08:00", ["10-08", "10-09"]),
        (Rhythm("monthly", 7, day=31), "2026-02-01 00:00", ["02-28", "03-31", "04-30"]),
        (Rhythm("monthly", 0, day=1, working=True), "2026-09-30 00:00", ["10-08", "11-02"]),
    ],
)
def test_it_is_due_on_its_days_and_holidays_move_it(
    rhythm: Rhythm, since: str, moments: list[str]
) -> None:
    moment, found = at(since), []
    for _n in moments:
        moment = rhythm.after(moment, works)
        found.append(f"{moment:%m-%d}")
        assert moment.hour == rhythm.hour
        assert rhythm.latest(moment, works) == moment
        assert rhythm.latest(moment + timedelta(minutes=1), works) == moment
        assert rhythm.latest(moment - timedelta(minutes=1), works) < moment
    assert found == moments


def test_windows_are_whole_days_that_are_over() -> None:
    for today, span, expected in (
        ("2026-03-01", "7d", ("2026-02-22", "2026-02-28")),
        ("2026-03-01", "30d", ("2026-01-30", "2026-02-28")),
        ("2026-03-01", "last_month", ("2026-02-01", "2026-02-28")),
        ("2026-01-15", "last_month", ("2025-12-01", "2025-12-31")),
        ("2026-03-01", "last_half", ("2025-07-01", "2025-12-31")),
        ("2026-07-01", "last_half", ("2026-01-01", "2026-06-30")),
        ("2026-03-01", "year", ("2026-01-01", "2026-02-28")),
        ("2026-01-01", "year", ("2026-01-01", "2026-01-01")),
    ):
        first, last = window(span, date.fromisoformat(today))
        assert (first.isoformat(), last.isoformat()) == expected, (today, span)
    assert Half.read("2026-1") == Half(2026, 1)
    assert Half(2026, 2).before == Half(2026, 1)
    assert Half(2026, 1).before == Half(2025, 2)
    for bad in ("", "2026-3", "1999-1", "2026", "２０２６-1", "2026-1 "):
        assert Half.read(bad) is None

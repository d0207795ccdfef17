"""Which months and years the calendar page shows, as its address names them."""

from __future__ import annotations

from datetime import date, datetime

from complaints.workdays import SHANGHAI

FIRST_YEAR = 2008


def wanted_month(text: str, today: date) -> date | None:
    """The first day of the month in the address (2026-12); None when it is none that is shown."""
    if not text:
        return today.replace(day=1)
    try:
        first = datetime.strptime(text, "%Y-%m").replace(tzinfo=SHANGHAI).date()
    except ValueError:
        return None
    return first if in_reach(first.year, today) else None


def wanted_year(text: str, today: date) -> int | None:
    """The year in the address; None when it is none that is shown."""
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return year if in_reach(year, today) else None


def in_reach(year: int, today: date) -> bool:
    """Years that can be looked at."""
    return FIRST_YEAR <= year <= today.year + 3


def step(first: date, number: int) -> date:
    """The first day of the month so many months away."""
    place = first.year * 12 + first.month - 1 + number
    return date(place // 12, place % 12 + 1, 1)

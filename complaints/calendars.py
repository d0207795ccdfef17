"""The calendar of this installation and the length of its own clocks."""

from __future__ import annotations

from datetime import date

from complaints.clock import Terms
from complaints.regimes import Row
from complaints.workdays import STATE, Calendar


def current() -> Calendar:
    """The State Council's notices, with what was loaded and the enterprise's own days."""
    return STATE


def terms_of(row: Row, on: date) -> Terms:
    """How long the row's clock runs when it starts on that day."""
    return row.terms

"""Days and moments as they are while a test runs: `tests/conftest.py` tells nobody before that."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone


def in_days(days: int) -> str:
    """The day so many days from today, as forms send it."""
    return (today() + timedelta(days=days)).isoformat()


def today() -> date:
    return timezone.localdate()


def noon() -> datetime:
    """The same moment however often a test asks."""
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)


def told(values: dict[str, Any]) -> dict[str, Any]:
    """What a table of cases could not yet say, because it was read before the tests ran."""
    return {name: value() if callable(value) else value for name, value in values.items()}

"""What every test may ask for: the people of `tests/cast.py`; and the language each begins in."""

import pytest
from django.conf import settings
from django.utils import translation

from complaints import calendars
from tests.cast import cast

__all__ = ["cast"]


@pytest.fixture(autouse=True)
def _chinese_first() -> None:
    """A request in English leaves its language with the thread; the next test shall not find it."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _the_calendar_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test loaded is gone with its database; none asks anew in the middle of a count of
    statements.
    """
    monkeypatch.setattr(calendars, "KEEP", float("inf"))
    monkeypatch.setattr(calendars, "_kept", calendars.Kept())

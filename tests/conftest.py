"""What every test may ask for: the people of `tests/cast.py`; and the language each begins in."""

import pytest
from django.conf import settings
from django.utils import translation

from tests.cast import cast

__all__ = ["cast"]


@pytest.fixture(autouse=True)
def _chinese_first() -> None:
    """A request in English leaves its language with the thread; the next test shall not find it."""
    translation.activate(settings.LANGUAGE_CODE)

"""What every test may ask for: the people of `tests/cast.py`; and the language each begins in."""

from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path
from time import sleep
from typing import Any, NoReturn

import pytest
from django.conf import settings as configured
from django.db.backends.postgresql.operations import DatabaseOperations
from django.template.base import Template
from django.test import TransactionTestCase
from django.test.utils import _TestState, instrumented_test_render
from django.utils import timezone, translation
from hypothesis import HealthCheck, settings

from complaints import calendars
from config import garbage
from tests import emptying
from tests.cast import cast

__all__ = ["cast"]
HERE = Path(__file__).parent
# Files that take minutes begin first, so that no process of a run has one left at the end.
LONG = (
    *("browser/test_every_page", "browser", "demo/test_demo", "quickstart", "walks", "outages"),
    *("crawl", "bad_input", "api/test_junk", "complaints/test_random_lives"),
)
# A slow machine is no fault of the code; what must be fast is measured in benchmarks/.
settings.register_profile(
    "any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, the order of the rest kept."""
    items.sort(key=_turn)


def pytest_collection() -> None:
    """A day that a module of tests asked for while it was read is another one by the time its tests
    run, in every run over midnight; so no module is told.
    """
    timezone.datetime = _NotYet


class _NotYet(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> NoReturn:
        raise AssertionError("Ask what time it is within the test: by then it is tomorrow")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """One test has one day: what could be under way at midnight begins after it."""
    began = timezone.localtime()
    left = datetime.combine(began + timedelta(days=1), time.min, began.tzinfo) - began
    if left < (timedelta(minutes=4) if _turn(item) < len(LONG) else timedelta(seconds=20)):
        sleep(left.total_seconds())


def pytest_collection_finish() -> None:
    """What collecting made stays to the end; the collector of garbage need not look through the
    rulebook, the models and thousands of tests again and again. So it is in an installation.
    """
    timezone.datetime = datetime
    garbage.settle()


def _turn(item: pytest.Item) -> int:
    path = item.path.relative_to(HERE).as_posix()
    found = (turn for turn, start in enumerate(LONG) if path.startswith(start))
    return next(found, len(LONG))


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_rows() -> None:
    """Hundreds of tests commit; what they leave is deleted, not every table made anew."""
    DatabaseOperations.sql_flush = emptying.by_rows(DatabaseOperations.sql_flush)
    TransactionTestCase._fixture_teardown = emptying.after_a_test


@pytest.fixture(scope="session", autouse=True)
def _drawn_as_in_an_installation(django_test_environment: None) -> None:
    """The client of the tests keeps a copy of every variable of every part of a page; few files ask
    for them, and have their own way back.
    """
    Template._render = _TestState.saved_data.template_render


@pytest.fixture
def variables_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """`answer.context` holds what a page was drawn from."""
    monkeypatch.setattr(Template, "_render", instrumented_test_render)


@pytest.fixture(autouse=True)
def _chinese_first() -> None:
    """A request in English leaves its language with the thread; the next test shall not find it."""
    translation.activate(configured.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _the_calendar_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test loaded is gone with its database; none asks anew in the middle of a count of
    statements.
    """
    monkeypatch.setattr(calendars, "KEEP", float("inf"))
    monkeypatch.setattr(calendars, "_kept", calendars.Kept())


@pytest.fixture
def undoable(settings: Any) -> None:
    """Letters wait half a minute, as they do in an installation."""
    settings.SEND_UNDO_SECONDS = 30

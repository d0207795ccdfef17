"""Gives the tests a real PostgreSQL and a real Valkey, made for the run and gone after it.

Where DATABASE_URL or REDIS_URL is set, that server is used instead: pytest-django makes its own
databases there, and the cache of a Redis is emptied by tests, so name one that holds nothing else.

Loaded with `-p`, because pytest-django reads the settings before any conftest.py.
"""

import os
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from config import env
from config.state import PROJECT
from quickstart import browser, throw_away, translations


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """The first moment of a run, before pytest-django's own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:  # the servers and the folder are the first process's, by environment
        os.environ["REDIS_URL"] = own_database(env.text("REDIS_URL"), worker)
    else:
        translations.compile_all([PROJECT / "locale"])
        compiled_once()
        throw_away.begin("kesu-test-")
    return (yield)


def compiled_once() -> None:
    """What Python compiles is kept for the hundreds of processes that tests start, as it is by
    default: most containers say that nothing is to be kept, and each would compile it all anew.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def own_database(url: str, worker: str) -> str:
    """The Redis URL of one process of a distributed run: gw0 takes database 1, and so on."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{int(worker.removeprefix('gw')) + 1}"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Browser tests need a Chromium: without one they are skipped, but in CI they fail."""
    if item.get_closest_marker("browser") and not browser.find(env.text("CHROMIUM")):
        if env.flag("CI"):
            pytest.fail(browser.HOW, pytrace=False)
        pytest.skip(browser.HOW)


def pytest_report_header() -> str:
    """Which browser the browser tests drive, or how to get one."""
    found = browser.find(env.text("CHROMIUM"))
    return f"browser: {found}" if found else browser.HOW

"""Gives the tests a real PostgreSQL and a real Valkey, made for the run and gone after it.

Where DATABASE_URL or REDIS_URL is set, that server is used instead: pytest-django makes its own
databases there, and the cache of a Redis is emptied by tests, so name one that holds nothing else.

Loaded with `-p`, because pytest-django reads the settings before any conftest.py.
"""

import atexit
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from config import env
from config.state import PROJECT
from quickstart import browser, places, translations
from quickstart.postgres import THROW_AWAY, Postgres
from quickstart.process import Process, stop_all
from quickstart.servers import Server, bring_up
from quickstart.valkey import Valkey

SWEEPER = Path(__file__).with_name("sweeper.py")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """The first moment of a run, before pytest-django's own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:  # the servers and the folder are the first process's, by environment
        os.environ["REDIS_URL"] = own_database(env.text("REDIS_URL"), worker)
    else:
        translations.compile_all([PROJECT / "locale"])
        _begin()
    return (yield)


def own_database(url: str, worker: str) -> str:
    """The Redis URL of one process of a distributed run: gw0 takes database 1, and so on."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{int(worker.removeprefix('gw')) + 1}"))


def _begin() -> None:
    folder = Path(tempfile.mkdtemp(prefix="kesu-test-"))
    writer = subprocess.Popen(
        [sys.executable, "-S", "-E", str(SWEEPER), str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    os.environ["STATE_DIR"] = str(folder)  # keys, uploads and mails of the tests too
    rooms = places.prepare(folder, env.text("EMBEDDED_USER"))
    servers: tuple[Server, ...] = (Postgres(rooms, THROW_AWAY), Valkey(rooms, durable=False))
    processes: list[Process] = []
    atexit.register(_end, processes, writer)
    for server in servers:
        if env.text(server.variable):
            continue
        process = Process(server.name, rooms.log)
        processes.append(process)
        bring_up(server, process, time.sleep)
        os.environ[server.variable] = server.url


def _end(processes: list[Process], sweeper: subprocess.Popen[bytes]) -> None:
    stop_all(processes, 5, lambda: False)
    if sweeper.stdin:
        sweeper.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        sweeper.wait(timeout=30)


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

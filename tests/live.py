"""The product as it runs: a real web server and a real Celery worker, on the tests' own database.

They are processes of their own. Nothing is eager and nothing is shared but the database, Valkey and
the state folder, so order and loss are those of a real installation.
"""

from __future__ import annotations

import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection

from accounts.models import User
from accounts.sessions.store import SessionStore
from audit import grants
from config.state import state_dir
from quickstart import programs
from quickstart.postgres import APPLICATION
from quickstart.process import Process, stop_all

PATIENCE = 60.0  # seconds; a busy machine with two cores
T = TypeVar("T")


def eventually(
    ask: Callable[[], T], wanted: Callable[[T], bool] = bool, seconds: float = PATIENCE
) -> T:
    """Ask until the answer is the wanted one; the last answer. Raises AssertionError with it."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if wanted(answer):
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds:.0f} s still {answer!r}")
        time.sleep(0.05)  # other processes are asked; nothing tells us when they are ready


def database_url(role: str = "", password: str = "") -> str:
    """The database that the tests use, as an address for other processes; as the owner of its
    tables, or as a role.
    """
    about = connection.settings_dict
    who = f"{quote(role or about['USER'])}:{quote(password or about['PASSWORD'], safe='')}"
    return f"postgres://{who}@{about['HOST']}:{about['PORT']}/{about['NAME']}"


def application_url() -> str:
    """The same as the role as which the site runs, which may do much less; as the owner on a server
    that is not the tests' own and has no such role.
    """
    password = state_dir() / "keys" / "postgres_application_password"
    if not password.exists():
        return database_url()
    open_tables(database_url())
    return database_url(APPLICATION, password.read_text(encoding="ascii"))


@cache
def open_tables(_database: str) -> None:
    """Once for each database of the tests."""
    grants.give(APPLICATION)


def environment(**changes: str) -> dict[str, str]:
    """What a program of the product needs to work on the tests' database."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.site_settings",
        "DATABASE_URL": application_url(),
        "WEB_WORKERS": "1",
        "WORKER_CONCURRENCY": "1",
        "LOG_LEVEL": "INFO",
        **changes,
    }


def fetch(
    address: str, sent: bytes | None = None, **headers: str
) -> tuple[int, str, dict[str, str]]:
    """(status, body, headers) of a GET, of a POST of what is sent; status 0: nobody listens."""
    request = urllib.request.Request(address, sent, headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), dict(refused.headers)
    except OSError:
        return 0, "", {}


class Site:
    """gunicorn with the product. Use as a context manager."""

    def __init__(self, logs: Path, **changes: str) -> None:
        self.changes = changes
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.process = Process("web", logs)

    def start(self) -> Site:
        """Start, and wait until it answers."""
        number = self.socket.fileno()
        os.set_inheritable(number, True)
        self.process.program = programs.web(number, environment(**self.changes), self.process.logs)
        self.process.start()
        eventually(self.answers)
        return self

    def answers(self) -> bool:
        """True when the process serves. Raises AssertionError when it has ended."""
        assert self.process.alive, self.process.tail(40)
        return fetch(f"{self.url}/healthz")[0] == 200

    def kill(self) -> None:
        """kill -9, the workers of the web server too."""
        os.killpg(self.process.pid, signal.SIGKILL)
        eventually(lambda: not self.process.alive)

    def stop(self) -> None:
        """End it as the supervisor does."""
        stop_all([self.process], 10, lambda: False)
        self.socket.close()

    def __enter__(self) -> Site:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class Worker:
    """Celery's worker. Use as a context manager."""

    def __init__(self, logs: Path, **changes: str) -> None:
        self.process = Process("worker", logs, programs.worker(environment(**changes)))

    def start(self) -> Worker:
        """Start, and wait until it takes tasks."""
        self.process.start()
        eventually(self.ready)
        return self

    def ready(self) -> bool:
        """True when it has said so. Raises AssertionError when it has ended."""
        assert self.process.alive, self.process.tail(40)
        try:
            return b" ready." in self.process.log.read_bytes()
        except FileNotFoundError:
            return False

    def kill(self) -> None:
        """kill -9, its children too."""
        os.killpg(self.process.pid, signal.SIGKILL)
        eventually(lambda: not self.process.alive)

    def stop(self) -> None:
        """End it as the supervisor does."""
        stop_all([self.process], 10, lambda: False)

    def __enter__(self) -> Worker:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class Beat:
    """Celery's clock: it asks the worker every few seconds. Use as a context manager."""

    def __init__(self, logs: Path, **changes: str) -> None:
        self.process = Process("beat", logs, programs.beat(environment(**changes)))

    def __enter__(self) -> Beat:
        self.process.start()
        return self

    def __exit__(self, *_: object) -> None:
        stop_all([self.process], 10, lambda: False)


def session_of(user: User, **kept: str) -> str:
    """The key of a fresh session, with this in it: a browser that has it is signed in."""
    store = SessionStore()
    store.update(kept)
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)

"""An installation of its own for tests that stop servers: PostgreSQL, Valkey and programs that
nobody else uses. Nothing is simulated; a server that is down is a program that has ended.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery import Celery, current_app
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from config import env
from quickstart import places
from quickstart.postgres import THROW_AWAY, Postgres
from quickstart.process import Process, stop_all
from quickstart.servers import Server, bring_up
from quickstart.valkey import Valkey
from tests.cast import Cast, assemble
from tests.live import Site, Worker


class Installation:
    """Servers that can be stopped and started, and the programs that use them."""

    def __init__(self, folder: Path) -> None:
        self.rooms = places.prepare(folder, env.text("EMBEDDED_USER"))
        self.postgres = Postgres(self.rooms, THROW_AWAY)
        self.valkey = Valkey(self.rooms, durable=False)
        self.processes: dict[str, Process] = {}
        for server in (self.postgres, self.valkey):
            self.processes[server.name] = Process(server.name, self.rooms.log)
            self.start(server)

    def start(self, server: Server) -> None:
        """Start it, on the port that it had before."""
        before = server.port
        bring_up(server, self.processes[server.name], time.sleep)
        assert before in (0, server.port)

    def stop(self, server: Server) -> None:
        """End it. Its data stay, but Valkey's: what was queued there is lost."""
        stop_all([self.processes[server.name]], 10, lambda: False)

    def make_whole(self) -> None:
        """Start what a test has left down."""
        for server in (self.postgres, self.valkey):
            if not self.processes[server.name].alive:
                self.start(server)

    def end(self) -> None:
        """End everything."""
        stop_all(list(self.processes.values()), 10, lambda: False)

    def call(self, task: str, *arguments: Any) -> None:
        """Ask the worker of this installation for a task, as beat or a start does.

        By an application that is not this process's own: whatever commits later asks the own one,
        and would look for a broker that has ended, half a second each time.
        """
        with Celery("beat", broker=self.valkey.url, set_as_current=False) as beat:
            beat.send_task(task, list(arguments), ignore_result=True)

    def site(self) -> Site:
        """A web server of this installation."""
        return Site(self.rooms.log, REDIS_URL=self.valkey.url)

    def worker(self) -> Worker:
        """A Celery worker of this installation."""
        return Worker(self.rooms.log, REDIS_URL=self.valkey.url)


@pytest.fixture(scope="package")
def servers() -> Iterator[Installation]:
    """The servers, with nothing in them."""
    folder = Path(tempfile.mkdtemp(prefix="kesu-outage-"))
    built = Installation(folder)
    try:
        yield built
    finally:
        built.end()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def tables(
    servers: Installation, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The product's connection leads to the servers of these tests, and the tables are there."""
    with django_db_blocker.unblock():
        before = dict(connection.settings_dict)
        connection.close()
        about = urlsplit(servers.postgres.url)
        connection.settings_dict.update(NAME=about.path.strip("/"), PORT=str(about.port))
        call_command("migrate", verbosity=0)
        yield
        connection.close()
        connection.settings_dict.update(before)


@pytest.fixture
def installation(
    servers: Installation, tables: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Installation]:
    """Whole at the beginning, empty at the end."""
    with django_db_blocker.unblock():
        yield servers
        assert current_app.conf.broker_url == settings.CELERY_BROKER_URL  # see `call`
        connection.close()
        servers.make_whole()
        call_command("flush", verbosity=0, interactive=False)
        connection.close()


@pytest.fixture
def people(installation: Installation) -> Cast:
    """The people of the tests, in the installation."""
    return assemble()

"""The demo as the first start by `./run` has loaded it, once for all tests that ask about it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
import pytest
from django.db import connection
from django.test import override_settings

from quickstart import kept
from quickstart.models import Installation as Place
from tests.quickstart.installation import (
    START_LIMIT,
    Installation,
    Run,
    installation,
    program,
    taken_port,
    wait_for,
)

COPY = "as_loaded"
KEYS = {
    "VAULT_KEYS": "vault_key",
    "BLIND_INDEX_KEY": "blind_index_key",
    "SIGNING_KEY": "signing_key",
}


@dataclass
class Running:
    """A first start that answers, the port that somebody else had, and the copy of its database."""

    installation: Installation
    run: Run
    taken: int
    copy: str

    @property
    def pids(self) -> dict[int, str]:
        """Process → when it was started, as the supervisor has written it down."""
        noted = kept.read(self.installation.folder / "var/run/processes.json", [])
        return {int(pid): str(started) for pid, started in noted}


@dataclass
class Story:
    """What the load said, and the rows that it wrote."""

    said: list[str]

    @property
    def anchor(self) -> Any:
        return Place.objects.get().demo_anchor


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """Started on a port that is taken."""
    with installation() as place, taken_port() as port:
        run = place.start(PORT=str(port))
        copy = as_loaded(place, run)
        run.wait_until_it_runs()
        yield Running(place, run, port, copy)


@pytest.fixture(scope="module")
def demo(running: Running, django_db_setup: None, django_db_blocker: Any) -> Iterator[Story]:
    """The copy is what the models find, with the keys and the files of its installation."""
    with django_db_blocker.unblock(), asking(running):
        yield Story(re.findall(r"loading the demo data \d+/\d+", running.run.text))


def as_loaded(place: Installation, run: Run) -> str:
    """The address of a copy of the database as it was when the demo was whole: what runs from then
    on goes on with the cases.
    """

    def address() -> str:
        assert run.popen.poll() is None, f"./run ended by itself:\n{run.text}"
        urls = kept.read(place.folder / "var/run/embedded.json", {})
        return str(urls.get("OWNER_DATABASE_URL", ""))

    url = wait_for(address, START_LIMIT, f"PostgreSQL did not start:\n{run.text}")
    with closing(psycopg2.connect(url)) as watcher:
        watcher.set_session(isolation_level="REPEATABLE READ", readonly=True)
        wait_for(lambda: address() and is_whole(watcher), START_LIMIT, "the demo was not loaded")
        with watcher.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            return copied(url, cursor.fetchone()[0], place)


def is_whole(watcher: Any) -> bool:
    """Whether the demo is loaded; then what is seen stays as it is now."""
    watcher.rollback()
    with watcher.cursor() as cursor:
        cursor.execute("SELECT to_regclass('quickstart_installation')")
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute("SELECT 1 FROM quickstart_installation WHERE demo_loaded_at IS NOT NULL")
        return cursor.fetchone() is not None


def copied(url: str, snapshot: str, place: Installation) -> str:
    """A database beside the one at the address with what the snapshot sees; its address."""
    dump, copy = place.folder / "as loaded.dump", f"{url.rpartition('/')[0]}/{COPY}"
    with closing(psycopg2.connect(url)) as maker:
        maker.autocommit = True  # CREATE DATABASE stands alone
        maker.cursor().execute(f"CREATE DATABASE {COPY}")
    taking = [program("pg_dump"), "--format=custom", "--compress=0", f"--file={dump}"]
    subprocess.run([*taking, f"--snapshot={snapshot}", url], check=True)
    subprocess.run([program("pg_restore"), "--no-owner", f"--dbname={copy}", str(dump)], check=True)
    return copy


@contextmanager
def asking(running: Running) -> Iterator[None]:
    """Inside, this process has the copied database, the keys and the files."""
    var = running.installation.folder / "var"
    secrets = {name: (var / "keys" / file).read_text("ascii") for name, file in KEYS.items()}
    secrets["VAULT_KEYS"] = f"k1:{secrets['VAULT_KEYS']}"
    to, own = urlsplit(running.copy), dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(
        HOST=to.hostname,
        PORT=to.port,
        USER=to.username,
        PASSWORD=unquote(to.password or ""),
        NAME=to.path.strip("/"),
    )
    try:
        with override_settings(EVIDENCE_DIR=var / "evidence", **secrets):
            yield
    finally:
        connection.close()
        connection.settings_dict.update(own)

"""DATABASE_URL and REDIS_URL: the person's own servers instead of the embedded ones."""

import os
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from quickstart import kept
from tests.quickstart.installation import Visitor, command_of, installation, tree


def elsewhere(url: str, path: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


@pytest.fixture
def own_database() -> Iterator[str]:
    """An empty database on the server of the tests, which stands for the person's own."""
    server = elsewhere(os.environ["DATABASE_URL"], "postgres")
    name = f"own_{secrets.token_hex(6)}"
    connection = psycopg2.connect(server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield elsewhere(server, name)
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    connection.close()


def test_own_servers_are_used_and_none_is_started(own_database: str) -> None:
    servers = {
        "DATABASE_URL": own_database,
        "REDIS_URL": elsewhere(os.environ["REDIS_URL"], "15"),
    }
    with installation() as copy, copy.running("--empty", **servers) as run:
        assert "using your DATABASE_URL" in run.text
        assert "using your REDIS_URL" in run.text
        programs = " ".join(command_of(pid) for pid in tree(run.popen.pid))
        assert "gunicorn" in programs
        assert "postgres -D" not in programs
        assert "valkey-server" not in programs
        assert not (copy.folder / "var/servers/postgres").exists()
        assert kept.read(copy.folder / "var/run/embedded.json", None) == {}
        assert Visitor(run.url).get("/")[:2] == (200, "/setup/")
        refused = copy.manage("check")
        assert refused.returncode != 0
        assert "DATABASE_URL" in refused.stderr
        assert copy.manage("migrate", "--check", **servers).returncode == 0

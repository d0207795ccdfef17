"""pg_dump and pg_restore on the database of the settings."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from django.db import connection

from config import env
from quickstart import binaries
from quickstart.errors import CannotStart


class DatabaseFailed(Exception):
    """A program of PostgreSQL has failed; the text is what it said."""


def program(name: str) -> str:
    """The one in PG_BIN_DIR; else the one of the server's version, else the newest there is.

    An older pg_dump refuses a newer server; a newer pg_restore says what an older server does not
    know.
    """
    chosen = env.text("PG_BIN_DIR")
    if chosen:
        return str(Path(chosen) / name)
    connection.ensure_connection()
    of_server: int = connection.connection.server_version // 10_000
    versions = {path: _major(path) for path in _candidates(name)}
    for path, major in versions.items():
        if major == of_server:
            return path
    return max(versions, key=lambda path: versions[path], default=name)


def _candidates(name: str) -> list[str]:
    found = [shutil.which(name), *map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))]
    with contextlib.suppress(CannotStart):
        found.insert(0, str(binaries.postgres().path.with_name(name)))
    return [path for path in found if path and os.access(path, os.X_OK)]


def _major(path: str) -> int:
    """Of a program that says "pg_dump (PostgreSQL) 18.6"; 0 when it says nothing of the kind."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\) (\d+)", said)
    return int(number[1]) if number else 0


def dump(to: Path) -> None:
    """Everything in the database as of one moment. Raises DatabaseFailed."""
    _run([program("pg_dump"), "--format=custom", f"--file={to}"])


def read_through(dumped: Path) -> None:
    """Read a dump to its end. Raises DatabaseFailed when that is not possible."""
    _run([program("pg_restore"), f"--file={os.devnull}", str(dumped)])


def restore(dumped: Path) -> None:
    """Into the empty database, wholly or not at all. Raises DatabaseFailed."""
    how = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    name = connection.settings_dict["NAME"]
    _run([program("pg_restore"), *how, f"--dbname={name}", str(dumped)])


def is_empty() -> bool:
    """Whether the database has no table yet."""
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        name = Path(command[0]).name
        raise DatabaseFailed(
            f"找不到 {name}：请用 PG_BIN_DIR 指定其所在文件夹 / there is no {name}: name its "
            "folder in PG_BIN_DIR."
        ) from None
    if done.returncode:
        raise DatabaseFailed(f"{Path(command[0]).name}: {done.stderr.strip()}")


def _environment() -> dict[str, str]:
    """The password is not on a command line, which everybody on the machine can read."""
    about = connection.settings_dict
    names = {
        "PGHOST": about["HOST"],
        "PGPORT": about["PORT"],
        "PGUSER": about["USER"],
        "PGPASSWORD": about["PASSWORD"],
        "PGDATABASE": about["NAME"],
        "PGSSLMODE": about.get("OPTIONS", {}).get("sslmode", ""),
        "PGSSLROOTCERT": about.get("OPTIONS", {}).get("sslrootcert", ""),
    }
    return {**os.environ, **{name: str(value) for name, value in names.items() if value}}

"""The embedded PostgreSQL: a real server, its data in the state folder."""

import contextlib
import locale
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import encrypt_password

from config.state import kept_secret
from quickstart import binaries
from quickstart.errors import CannotStart
from quickstart.places import Places
from quickstart.process import Program, wrapped
from quickstart.servers import Server

NAME = "kesu"  # of the database and of the role that owns everything in it
APPLICATION = "kesu_app"  # the role as which the site runs: it owns nothing
BUILTIN_COLLATION_SINCE = 17
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "max_parallel_workers_per_gather": "0",  # they need /dev/shm, which containers keep small
}
THROW_AWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",  # what it happens to measure between two tests would change their plans
}


class Postgres(Server):
    """`options` are added to the server's command line, e.g. THROW_AWAY for tests."""

    name = "postgres"
    variable = "DATABASE_URL"

    def __init__(self, places: Places, options: dict[str, str] | None = None) -> None:
        super().__init__(places)
        self.options = {**OPTIONS, **(options or {})}
        self.binary = binaries.usable(binaries.postgres(), places)
        self.password = kept_secret("postgres_password", 24)
        self.application_password = kept_secret("postgres_application_password", 24)

    @property
    def url(self) -> str:
        return self._url(NAME)

    @property
    def addresses(self) -> dict[str, str]:
        application = self._url(NAME, APPLICATION, self.application_password)
        return {self.variable: application, "OWNER_DATABASE_URL": self.url}

    def _url(self, database: str, role: str = NAME, password: str = "") -> str:
        password = quote(password or self.password, safe="")
        return f"postgres://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        made_by = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != str(self._major()):
            raise CannotStart(
                f"{self.data} was made by PostgreSQL {made_by}, the programs are {self._major()}: "
                "dump with the old ones (pg_dump) and restore, or name the old ones in PG_BIN_DIR."
            )
        end_stale_postmaster(self.data)

    def _major(self) -> int:
        """Major version of the programs; "postgres (PostgreSQL) 18.6" on the command line."""
        text = subprocess.check_output([self.binary, "--version"], text=True)
        return int(text.split()[2].split(".")[0])

    def _initialise(self) -> None:
        """initdb into a new folder that is renamed when whole: an interrupted one leaves nothing.

        Collation is the server's own code-point order, stable across system updates. LC_CTYPE must
        be a UTF-8 locale all the same: with "C", pg_trgm finds no letter in Chinese text.
        """
        new, password = self.data.with_name("postgres.new"), self.data.with_name("password")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self.password, encoding="ascii")
        self.places.give(new)
        self.places.give(password)
        command = [str(self.binary.with_name("initdb")), "-D", str(new), "-U", NAME]
        command += ["-E", "UTF8", f"--locale={utf8_locale()}", "--lc-messages=C"]
        if self._major() >= BUILTIN_COLLATION_SINCE:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--data-checksums", "--auth=scram-sha-256", f"--pwfile={password}"]
        done = subprocess.run(
            wrapped(command, signal.SIGTERM, self.places.account, Path("/")),
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        )
        password.unlink()
        if done.returncode:
            raise CannotStart(f"initdb:\n{done.stderr or done.stdout}")
        new.rename(self.data)

    def program(self) -> Program:
        command = [str(self.binary), "-D", str(self.data), "-p", str(self.port)]
        for name, value in self.options.items():
            command += ["-c", f"{name}={value}"]
        # SIGINT: roll back, write out, end. SIGQUIT: end now, recover at the next start.
        return Program(
            wrapped(command, signal.SIGINT, self.places.account, self.data),
            stop=signal.SIGINT,
            kill=signal.SIGQUIT,
        )

    def ready(self) -> bool:
        try:
            psycopg2.connect(self._url("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def finish(self) -> None:
        with contextlib.closing(psycopg2.connect(self._url("postgres"))) as connection:
            connection.autocommit = True  # CREATE DATABASE stands alone
            cursor = connection.cursor()
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {NAME}")
            self._make_application(connection)

    def _make_application(self, connection: Any) -> None:
        """The role of the site, also in a database begun before there was one. What it may do with
        the tables is granted after they are made (`manage.py bootstrap`).
        """
        cursor = connection.cursor()
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION])
        if not cursor.fetchone():
            cursor.execute(f"CREATE ROLE {APPLICATION}")
        secret = encrypt_password(  # the server's log never has it in clear
            self.application_password, APPLICATION, connection, "scram-sha-256"
        )
        able = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        cursor.execute(f"ALTER ROLE {APPLICATION} {able} PASSWORD %s", [secret])


def utf8_locale() -> str:
    """A UTF-8 locale that this machine has, "C" when it has none."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "zh_CN.UTF-8", "UTF-8"):
            with contextlib.suppress(locale.Error):
                return locale.setlocale(locale.LC_CTYPE, name)
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def end_stale_postmaster(data: Path) -> None:
    """End a server that somebody left on this data folder, or forget one that is long gone.

    The pid in its file may by now belong to another program, which must not be signalled, and which
    would keep PostgreSQL from starting.
    """
    file = data / "postmaster.pid"
    try:
        pid = int(file.read_text(encoding="utf-8", errors="replace").split()[0])
    except (OSError, ValueError, IndexError):
        return
    if str(data) not in _command_line(pid):
        file.unlink(missing_ok=True)
        return
    for number in (signal.SIGINT, signal.SIGQUIT):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if not file.exists() or str(data) not in _command_line(pid):
                return
            time.sleep(0.1)


def _command_line(pid: int) -> str:
    if Path("/proc/self/cmdline").exists():
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return raw.replace(b"\0", b" ").decode(errors="replace")
    command = ["ps", "-o", "args=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout

"""A copy of the project with a life of its own: started by `./run`, watched, stopped, removed.

Real processes and real servers. Waiting is polling with a limit; nothing sleeps for a fixed time.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config import env
from config.state import PROJECT
from quickstart import binaries, kept
from quickstart.errors import CannotStart
from quickstart.leftovers import identity

# What Python has compiled comes along; otherwise every copy compiles all of it once more, and each
# process of it where Python is told to write nothing down, as in most containers.
WRITES_NOTHING = "PYTHONDONTWRITEBYTECODE"
NOT_COPIED = (".git", ".venv", "var", "*_cache", ".hypothesis", "test-results", "*.pyc.*")
RUNNING = re.compile(r"is running:\s+(http://\S+)")
OFFLINE = Path(__file__).with_name("offline")
START_LIMIT = 900.0  # seconds; with the demo, a cold cache and a busy machine
STOP_LIMIT = 10.0  # what is promised


def wait_for(what: Callable[[], Any], limit: float, message: str) -> Any:
    """The first true answer. Raises AssertionError after `limit` seconds."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        answer = what()
        if answer:
            return answer
        time.sleep(0.05)  # another process is waited for; it tells nobody when it is ready
    raise AssertionError(f"{message} (waited {limit:.0f} s)")


def tree(pid: int) -> dict[int, str]:
    """The process and everything below it: pid → when it was started."""
    children: dict[int, list[int]] = {}
    for child, parent in parents():
        children.setdefault(parent, []).append(child)
    found, waiting = {}, [pid]
    while waiting:
        one = waiting.pop()
        found[one] = identity(one)
        waiting += children.get(one, [])
    return {p: started for p, started in found.items() if started}


def parents() -> Iterator[tuple[int, int]]:
    """(process, its parent) of every process."""
    if Path("/proc/self/stat").exists():
        for file in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has just ended
                stat = file.read_text(encoding="utf-8", errors="replace")
                yield int(file.parent.name), int(stat.rpartition(")")[2].split()[1])
        return
    command = ["ps", "-A", "-o", "pid=,ppid="]
    for line in subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout.splitlines():
        yield int(line.split()[0]), int(line.split()[1])


def command_of(pid: int) -> str:
    """The command line of a process, "" when it is gone."""
    if Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        return ""
    command = ["ps", "-o", "args=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def left_of(processes: dict[int, str]) -> list[int]:
    """Those that still run."""
    return [pid for pid, started in processes.items() if identity(pid) == started]


def program(name: str) -> str:
    """pg_dump or pg_restore: beside the server's own programs, else on PATH."""
    try:
        beside = binaries.postgres().path.with_name(name)
    except CannotStart:
        return name
    return str(beside) if beside.exists() else name


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def taken_port() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@dataclass
class Run:
    """One `./run` and what it says."""

    popen: subprocess.Popen[bytes]
    output: Path
    began: float = field(default_factory=time.monotonic)
    took: float = 0.0  # seconds until it printed its address

    @property
    def text(self) -> str:
        """What it has said so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    @property
    def url(self) -> str:
        """The printed address, "" before it is printed."""
        found = RUNNING.search(self.text)
        return found[1] if found else ""

    def wait_until_it_runs(self) -> str:
        """The printed address."""

        def ready() -> str:
            assert self.popen.poll() is None, f"./run ended by itself:\n{self.text}"
            return self.url

        url = str(wait_for(ready, START_LIMIT, f"./run printed no address:\n{self.text}"))
        self.took = time.monotonic() - self.began
        return url

    def stop(self, number: signal.Signals = signal.SIGINT) -> float:
        """Ask it to end, as the terminal does by Ctrl-C; the seconds that it took."""
        began = time.monotonic()
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        self.popen.wait(timeout=60)
        return time.monotonic() - began


class Installation:
    """A copy of the project in a folder of its own, sharing this virtual environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs: list[Run] = []
        shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED))

    def environment(self, **settings: str) -> dict[str, str]:
        """The person's environment without what the tests have set."""
        own = {*env.VARIABLES, *(f"{name}_FILE" for name in env.VARIABLES)}
        dropped = own | {"DJANGO_SETTINGS_MODULE", "PYTHONPATH", WRITES_NOTHING}
        kept_as_is = {
            name: value
            for name, value in os.environ.items()
            if name not in dropped and not name.startswith(("PYTEST", "COV"))
        }
        return {**kept_as_is, "VENV": sys.prefix, "PORT": str(free_port()), **settings}

    def start(self, *arguments: str, **settings: str) -> Run:
        """Begin `./run` in a session of its own, as in a terminal."""
        output = self.folder / f"output {len(self.runs)}.log"
        with output.open("wb") as file:
            popen = subprocess.Popen(
                [sys.executable, "run", *arguments],
                cwd=self.folder,
                env=self.environment(**settings),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        run = Run(popen, output)
        self.runs.append(run)
        return run

    @contextmanager
    def running(self, *arguments: str, **settings: str) -> Iterator[Run]:
        """`./run` once its site answers, stopped in the end."""
        run = self.start(*arguments, **settings)
        run.wait_until_it_runs()
        try:
            yield run
        finally:
            run.stop()

    def manage(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """`manage.py` in another terminal."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.folder,
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def command(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """`./run` with a command that comes to its end."""
        return subprocess.run(
            [sys.executable, "run", *arguments],
            cwd=self.folder,
            env=self.environment(**settings),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def query(self, expression: str) -> Any:
        """A Python expression about the models, worked out by `manage.py shell`."""
        code = f"import json; print('=' + json.dumps({expression}))"
        done = self.manage("shell", "--no-imports", "-c", IMPORTS + code)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.rpartition("=")[2])

    def logins(self) -> dict[str, str]:
        """The demo's people and their passwords, as kept in the state folder."""
        passwords: dict[str, str] = kept.read(self.folder / "var" / "demo_passwords.json", {})
        return passwords

    def remove(self) -> None:
        """End what still runs, and the folder."""
        for run in self.runs:
            run.stop(signal.SIGTERM)
        shutil.rmtree(self.folder.parent)


IMPORTS = (
    "from accounts.models import Team, User; from complaints.models import Complaint; "
    "from django.db import connection; from django.conf import settings; "
)


@contextmanager
def installation() -> Iterator[Installation]:
    """An installation at a path with spaces and Chinese characters, open to the account of the
    embedded servers.
    """
    parent = Path(tempfile.mkdtemp(prefix="kesu-start-"))
    parent.chmod(0o755)
    copy = Installation(parent / "客诉 系统 of ours")
    try:
        yield copy
    finally:
        copy.remove()


class Visitor:
    """A browser without a screen: cookies, forms, redirects."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )

    def get(self, path: str) -> tuple[int, str, str]:
        """(status, where it ended, text) after redirects."""
        return self._send(urllib.request.Request(urllib.parse.urljoin(self.url, path)))

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str, str]:
        """The same for a form on the page at the path, with its hidden token."""
        _status, _where, page = self.get(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, f"no form at {path}"
        data = {"csrfmiddlewaretoken": token[1], **fields}
        address = urllib.parse.urljoin(self.url, path)
        return self._send(
            urllib.request.Request(
                address, urllib.parse.urlencode(data).encode(), {"Referer": address}
            )
        )

    def sign_in(self, username: str, password: str) -> tuple[int, str, str]:
        """The page on which the person lands."""
        return self.post("/login/", {"username": username, "password": password})

    def _send(self, request: urllib.request.Request) -> tuple[int, str, str]:
        try:
            answer = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            path = urllib.parse.urlsplit(answer.url).path
            return answer.status, path, answer.read().decode()


def invented_password() -> str:
    """Long and not guessable; nobody's."""
    return f"Test-{secrets.token_hex(12)}"

"""One started program: its log, its end."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from quickstart.places import Account
from quickstart.terminal import say

WRAPPER = Path(__file__).with_name("child.py")
PROJECT = WRAPPER.parent.parent
LOG_LIMIT = 10 * 1024 * 1024  # bytes; then the log moves to NAME.log.1


@dataclass(frozen=True)
class Program:
    """What to start and how it wants to be ended."""

    command: list[str]
    environment: Mapping[str, str] | None = None
    stop: signal.Signals = signal.SIGTERM
    kill: signal.Signals = signal.SIGKILL
    pass_fds: tuple[int, ...] = ()
    echo: bool = False  # its output is for the person at the terminal


def wrapped(
    command: list[str], dies_by: signal.Signals, account: Account | None, folder: Path | None
) -> list[str]:
    """The command behind child.py."""
    ids = f"{account.uid}:{account.gid}" if account else "-"
    parent = str(os.getpid())
    start = [sys.executable, "-S", "-E", str(WRAPPER), dies_by.name, ids]
    return [*start, str(folder or "-"), parent, *command]


@dataclass
class Process:
    """A program that may be started several times in its life."""

    name: str
    logs: Path
    program: Program = field(default=Program([]), repr=False)
    verbose: bool = False
    started: float = 0.0
    early_deaths: int = 0
    _popen: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _pump: threading.Thread | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self.logs / f"{self.name}.log"

    @property
    def pid(self) -> int:
        """0 before the first start."""
        return self._popen.pid if self._popen else 0

    @property
    def code(self) -> int | None:
        """Exit code; None while it runs, or before it was started."""
        return self._popen.poll() if self._popen else None

    @property
    def alive(self) -> bool:
        """True from its start to its end."""
        return self._popen is not None and self._popen.poll() is None

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches the supervisor alone."""
        program = self.program
        self.started = time.monotonic()
        self._popen = subprocess.Popen(
            program.command,
            cwd=PROJECT,
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=program.pass_fds,
        )
        pipe = self._popen.stdout
        self._pump = threading.Thread(target=self._write_log, args=(pipe,), daemon=True)
        self._pump.start()

    def _write_log(self, pipe: IO[bytes]) -> None:
        with contextlib.ExitStack() as opened:
            log = opened.enter_context(self.log.open("ab", buffering=0))
            for line in pipe:
                if log.tell() > LOG_LIMIT:
                    log.close()
                    self.log.replace(self.log.with_suffix(".log.1"))
                    log = opened.enter_context(self.log.open("ab", buffering=0))
                log.write(line)
                self._show(line.decode(errors="replace").rstrip())

    def _show(self, line: str) -> None:
        if self.program.echo:
            say(f"  {line}")
        elif self.verbose:
            say(f"{self.name:8} | {line}", timed=False)

    def read_all(self) -> None:
        """Wait until the output of an ended program is in its log."""
        if self._pump:
            self._pump.join(timeout=2)

    def tail(self, lines: int = 12) -> str:
        """The end of its log."""
        self.read_all()
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join("  " + line for line in text.splitlines()[-lines:])

    def send(self, number: signal.Signals) -> None:
        """Signal the program, if it still runs."""
        if self._popen and self._popen.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._popen.send_signal(number)

    def sweep(self) -> None:
        """End whatever the ended program left in its session."""
        if self.pid and not self.alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)


def stop_all(processes: list[Process], seconds: float, impatient: Callable[[], bool]) -> None:
    """Ask all to end at once, wait, kill the rest. Returns when none runs."""
    for process in processes:
        process.send(process.program.stop)
    deadline = time.monotonic() + seconds
    while any(p.alive for p in processes) and time.monotonic() < deadline and not impatient():
        time.sleep(0.05)
    for process in processes:
        process.send(process.program.kill)
    deadline = time.monotonic() + 1
    while any(p.alive for p in processes):
        if time.monotonic() > deadline:
            for process in processes:
                process.send(signal.SIGKILL)
        time.sleep(0.05)
    for process in processes:
        process.sweep()

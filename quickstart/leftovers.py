"""Programs that outlived a killed supervisor: found again by pid and time of start, then ended.

A pid alone is never signalled: it may by now belong to somebody else.
"""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from quickstart import kept

PATIENCE = 8.0  # seconds


def identity(pid: int) -> str:
    """When the process was started, as text; "" when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _asked_of_ps(pid)
    fields = stat.rpartition(")")[2].split()  # the name in brackets may contain spaces
    return "" if fields[0] in "ZX" else fields[19]


def _asked_of_ps(pid: int) -> str:
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def note(file: Path, pids: list[int]) -> None:
    """Write down the running programs."""
    kept.write(file, [[pid, identity(pid)] for pid in pids])


def end(file: Path) -> int:
    """End what a killed supervisor left; answers how many there were."""
    try:
        noted = [(int(pid), str(started)) for pid, started in kept.read(file, [])]
    except (TypeError, ValueError):
        return 0
    left = [(pid, started) for pid, started in noted if started and identity(pid) == started]
    found = len(left)
    # PostgreSQL reads SIGINT as "now, in order"; the others end by it as well
    for number, seconds in ((signal.SIGINT, PATIENCE), (signal.SIGKILL, PATIENCE)):
        for pid, _started in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while left and time.monotonic() < deadline:
            left = [(pid, started) for pid, started in left if identity(pid) == started]
            time.sleep(0.05)
    return found

"""What the processes of a web server that we started use: memory and processor time. Linux only;
elsewhere nothing is known (0), and the table says so.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def memory(application: str) -> int:
    """Bytes that belong to the server's processes (PSS: what is shared counts by its share)."""
    total = 0
    for pid in _of(application):
        with contextlib.suppress(OSError):
            lines = (PROC / pid / "smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line[:4] == "Pss:")
    return total


def processor(application: str) -> float:
    """Seconds of processor time that they have used up to now, in the program and in the system."""
    total = 0
    for pid in _of(application):
        with contextlib.suppress(OSError):
            fields = (PROC / pid / "stat").read_text().rpartition(") ")[2].split()
            total += int(fields[11]) + int(fields[12])  # utime, stime
    return total / TICKS


def _of(application: str) -> Iterator[str]:
    """Ids of our descendants that run this application (a module of WSGI)."""
    parents = {}
    for folder in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[folder.name] = (folder / "stat").read_text().rpartition(") ")[2].split()[1]
    for pid in parents:
        above = pid
        while above in parents and above != str(os.getpid()):
            above = parents[above]
        with contextlib.suppress(OSError):
            if above in parents and application.encode() in _words(pid):
                yield pid


def _words(pid: str) -> list[bytes]:
    return (PROC / pid / "cmdline").read_bytes().split(b"\0")

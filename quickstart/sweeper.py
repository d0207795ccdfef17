"""Removes a throw-away folder once the process that made it is gone, however it went.

    python -S -E sweeper.py FOLDER        (holds the reading end of a pipe as its input)

The pipe ends with its writer, also after kill -9. Then the servers in the folder get the time to
stop, which they do by themselves, and the folder goes.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

PATIENCE = 15.0  # seconds


def main() -> None:
    """See the module."""
    folder = Path(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while sys.stdin.buffer.read(1024):
        pass
    deadline = time.monotonic() + PATIENCE
    postmaster = folder / "servers" / "postgres" / "postmaster.pid"
    while postmaster.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    with contextlib.suppress(OSError, ValueError, IndexError):  # only where it did not hear
        os.kill(int(postmaster.read_text(encoding="ascii").split()[0]), signal.SIGQUIT)
    while folder.exists() and time.monotonic() < deadline + PATIENCE:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.1)


main()

"""A program of ours that reads a file, run as a process of its own: whatever the file does to the
libraries that read it, it does to that process, which has little memory, little time, may write no
file, and has nothing to lose.

The programs (`pages`, `tables`, `wordreader`) import no Django, and bound themselves before they
read.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

MEMORY = 1024 * 1024 * 1024  # bytes
SECONDS = 15  # of work; waiting for a busy machine may take as long again
_ROOT = Path(__file__).resolve().parent.parent


class Unreadable(Exception):
    """Damaged, locked with a password, or more than the process may take."""


def run(module: str, word: str, file: BinaryIO) -> bytes:
    """What `python -m evidence.MODULE WORD` writes with the file on its standard input. The file is
    closed. Raises Unreadable.
    """
    with file, _on_disk(file) as source:
        try:
            done = subprocess.run(  # noqa: S603 - our own module, a word of ours
                [sys.executable, "-m", f"evidence.{module}", word],
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                timeout=2 * SECONDS,
                check=True,
                env={"PYTHONDONTWRITEBYTECODE": "1", "OPENPYXL_LXML": "False"},
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise Unreadable from error
    return done.stdout


def _on_disk(file: BinaryIO) -> BinaryIO:
    """A file that another process can read and seek in: itself, or else a copy."""
    try:
        file.fileno()
    except (OSError, AttributeError):
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        return copy
    return file


def bound() -> None:
    """In the other process: after its libraries are loaded, before the file is read."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

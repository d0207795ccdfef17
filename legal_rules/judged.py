"""Whether these very files of law and engine were found sound by this installation before.

A stamp in the state folder holds their hash. Where it is missing, cannot be read or says anything
else, all is judged. A file that changed a moment ago may not be what this process has read: such
a state is judged, and leaves no stamp.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import chinese_calendar
import yaml
from django.conf import settings
from django.core.checks import CheckMessage

from config.state import made
from legal_rules.place import PACKAGE

SETTLED = 60.0  # seconds since the last change of a file, longer than a process takes to read them
KINDS = ("*.py", "*.yaml")


def unless_found_sound(judge: Callable[[], list[CheckMessage]]) -> list[CheckMessage]:
    """What `judge` finds; nothing, without asking it, where it found nothing before."""
    state = state_of(PACKAGE)
    if _stamped() == state:
        return []
    found = judge()
    if not found and _settled(PACKAGE) and state_of(PACKAGE) == state:
        _stamp(state)
    return found


def state_of(folder: Path) -> str:
    """SHA-256 of all that has a part in the judgment: every file of law and program below the
    folder, the interpreter, the reader of YAML and the calendar of holidays.
    """
    versions = (sys.version, yaml.__version__, chinese_calendar.__version__)
    digest = hashlib.sha256("\0".join(versions).encode())
    for path in _files(folder):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(folder)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for kind in KINDS for path in folder.rglob(kind))


def _settled(folder: Path) -> bool:
    return max(path.stat().st_mtime for path in _files(folder)) < time.time() - SETTLED


def _file() -> Path:
    return Path(settings.STATE_DIR) / "run" / "law.judged"


def _stamped() -> str:
    try:
        return _file().read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def _stamp(state: str) -> None:
    """Wholly or not at all; a folder that cannot be written costs the next start its time."""
    file = _file()
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    with contextlib.suppress(OSError):
        made(file.parent)
        new.write_text(state, encoding="ascii")
        new.replace(file)

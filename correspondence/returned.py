"""The folder into which the mail server puts what comes back: one message per file."""

from __future__ import annotations

import logging
import os
from collections import Counter
from datetime import datetime
from pathlib import Path

from django.conf import settings

from correspondence import bounces

logger = logging.getLogger(__name__)
MOST = 500  # files in one go


def place() -> Path:
    """The folder; it need not exist."""
    return Path(settings.BOUNCES_DIR)


def take_all(now: datetime) -> Counter[str]:
    """Take in what lies there, the oldest first; what was read is gone afterwards, for it holds
    addresses. Answers how many of which kind. A file that fails stays, marked, and holds up none.
    """
    taken: Counter[str] = Counter()
    folder = place()
    if not folder.is_dir():
        return taken
    with os.scandir(folder) as entries:
        files = sorted(e.path for e in entries if e.name.endswith(".eml") and e.is_file())
    for file in map(Path, files[:MOST]):
        taken[_one(file, now)] += 1
    return taken


def _one(file: Path, now: datetime) -> str:
    try:
        with file.open("rb") as handle:
            outcome = bounces.take(handle.read(bounces.LARGEST), now)
        file.unlink()
    except Exception:  # the database is away, the file is not ours: the next round tries again
        logger.exception("a returned mail could not be taken in: %s", file.name)
        return "failed"
    return outcome

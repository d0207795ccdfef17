"""Carrying the stored files over to another store, while the site is at work or before it changes.

Files never change, so a file that is there already is only looked at. Killed anywhere, the next run
goes on; nothing is removed before the copy was read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import transaction

from complaints.actions.receiving import is_needed
from complaints.models import Destroyed
from evidence import holding
from evidence.store import PIECE, Store


@dataclass
class Moved:
    """How many files were copied, were there already, were removed where they had been; and the
    hashes of those that are not what their name says, which stay where they are.
    """

    copied: int = 0
    there: int = 0
    removed: int = 0
    altered: list[str] = field(default_factory=list)


def move(source: Store, target: Store, *, remove: bool) -> Moved:
    """Every file of the source into the target. What was lawfully destroyed is not carried over,
    and goes. Raises OSError, also where a store does not answer.
    """
    moved = Moved()
    for sha256 in _names(source):
        with transaction.atomic():
            holding.goes(sha256)  # nobody destroys it or takes it in meanwhile
            if not _is_destroyed(sha256):
                if not _is_there(source, target, sha256, moved):
                    moved.altered.append(sha256)
                    continue
                if not remove:
                    continue
            source.discard(sha256)
            moved.removed += 1
    return moved


def _is_destroyed(sha256: str) -> bool:
    named = Destroyed.objects.filter(files__contains=[{"sha256": sha256}])
    return not is_needed(sha256) and named.exists()


def _names(source: Store) -> Iterator[str]:
    yield from sorted(source.names())  # a list: files go while we walk


def _is_there(source: Store, target: Store, sha256: str, moved: Moved) -> bool:
    """Whether the target has the file now, wholly; False for one that was altered."""
    with suppress(FileNotFoundError):
        if target.digest(sha256) == sha256:
            moved.there += 1
            return True
    with source.open(sha256) as file, target.incoming() as incoming:
        while piece := file.read(PIECE):
            incoming.write(piece)
        if incoming.sha256 != sha256:
            return False
        target.keep(incoming)
    moved.copied += 1
    return target.digest(sha256) == sha256

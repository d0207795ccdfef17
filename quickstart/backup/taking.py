"""Writes a backup, and reads it again before it gets its name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.utils import timezone

from audit.models import Entry
from audit.record import record
from evidence.store import HASH, FileStore, store
from quickstart import owner
from quickstart.backup import archive, keys, server, whole


@dataclass(frozen=True)
class Taken:
    """What is in a backup, and what was not in order when it was taken."""

    size: int
    files: int
    fingerprint: str  # SHA-256 of the manifest: note it elsewhere
    wrong: list[str]


def take(target: Path) -> Taken:
    """A backup of this installation, which may be at work meanwhile.

    First the database as of one moment, then the files, which are never changed: those that come
    meanwhile do no harm. Raises FileExistsError, OSError, server.DatabaseFailed, archive.NotABackup
    (what was written cannot be read again); leaves nothing behind then.
    """
    began = timezone.now()
    _sweep(target.parent)
    with archive.new(target) as handle:
        writer = archive.Writer(handle)
        _add_database(writer, target.with_name(f"{target.name}.dump"))
        wrong = [*_add_evidence(writer), *_missing(writer)]
        writer.finish(
            {
                "made_at": began.isoformat(),
                "entries": Entry.objects.count(),
                "keys": keys.needed(),
                "not_in_order": wrong,
            }
        )
        contents = archive.verify(handle)
        archive.keep(handle, target)
    files = len(writer.members) - 1
    told = {"manifest": contents.fingerprint, "files": files, "not_in_order": len(wrong)}
    record("installation.backed_up", "installation", None, timezone.now(), told)
    return Taken(target.stat().st_size, files, contents.fingerprint, wrong)


def _sweep(folder: Path) -> None:
    """What backups left there that were killed more than a day ago: it holds what they hold."""
    for left in (*folder.glob("kesu-*.tar.part"), *folder.glob("kesu-*.tar.dump")):
        if left.stat().st_mtime < time.time() - 24 * 3600:
            left.unlink(missing_ok=True)


def _add_database(writer: archive.Writer, dump: Path) -> None:
    dump.touch(mode=0o600)
    try:
        with owner.speaking():  # the application may not even read everything
            server.dump(dump)
        server.read_through(dump)
        with dump.open("rb") as source:
            writer.add(archive.DATABASE, source, dump.stat().st_size)
    finally:
        dump.unlink(missing_ok=True)


def _add_evidence(writer: archive.Writer) -> Iterator[str]:
    """Every file; one that is not what its name says goes in as it is, and is told."""
    for sha256 in held():
        try:
            source: IO[bytes] = store().open(sha256)
        except FileNotFoundError:  # destroyed just now
            continue
        with source:
            size = store().size(sha256)
            if writer.add(f"evidence/{sha256}", source, size) != sha256:
                yield f"证据文件被改动 / a file of the evidence was altered: {sha256}"


def held() -> Iterator[str]:
    """The SHA-256 of every file in the store, or of those that items name where it is no folder."""
    files = store()
    if not isinstance(files, FileStore):
        yield from whole.recorded_files()
        return
    for folder in sorted(files.folder.glob("[0-9a-f][0-9a-f]")):
        yield from sorted(path.name for path in folder.iterdir() if HASH.fullmatch(path.name))


def _missing(writer: archive.Writer) -> Iterator[str]:
    """Files that are named and nowhere; one that came meanwhile belongs to a row that did too."""
    for sha256 in whole.recorded_files():
        if f"evidence/{sha256}" not in writer.members and not store().exists(sha256):
            yield f"证据文件缺失 / a file of the evidence is missing: {sha256}"

"""The file of a backup: a tar with `database.dump`, `evidence/SHA-256` and, last, `manifest.json`.

Everything streams, so that a backup of any size needs the same memory. Ordinary tools can read it:
`tar -xf FILE`, `sha256sum`, `pg_restore`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

FORMAT = 1
DATABASE = "database.dump"
MANIFEST = "manifest.json"
EVIDENCE = re.compile(r"evidence/([0-9a-f]{64})")
PIECE = 1024 * 1024  # bytes in memory at once
LONGEST_MANIFEST = 512 * 1024 * 1024


class NotABackup(Exception):
    """The file is none, or not as it was written; the text says what is wrong."""


class _Hashed(io.RawIOBase):
    """Hashes what is read through it."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__()
        self.source, self.hash = source, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self.source.read(size)
        self.hash.update(piece)
        return piece


class Writer:
    """Members one after the other; `members` is what the manifest will say of them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, source: IO[bytes], size: int) -> str:
        """Copy `size` bytes; answers their SHA-256. Raises OSError."""
        hashed = _Hashed(source)
        self._tar.addfile(_info(name, size), hashed)
        self.members[name] = {"size": size, "sha256": hashed.hash.hexdigest()}
        return str(self.members[name]["sha256"])

    def finish(self, about: dict[str, Any]) -> None:
        """Write the manifest, as the end of the file."""
        manifest = {"format": FORMAT, **about, "members": self.members}
        content = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
        self._tar.addfile(_info(MANIFEST, len(content)), io.BytesIO(content))
        self._tar.close()


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, int(time.time()), 0o600
    return info


@contextmanager
def new(target: Path) -> Iterator[IO[bytes]]:
    """A file beside the target, for its owner only; gone unless `keep` has made it the target.
    Raises FileExistsError.
    """
    if target.exists():
        raise FileExistsError(target)
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as handle:
            yield handle
    finally:
        part.unlink(missing_ok=True)


def keep(handle: IO[bytes], target: Path) -> None:
    """What was written is on the disk and has its name. Never over a file that is there."""
    handle.flush()
    os.fsync(handle.fileno())
    os.link(target.with_name(f"{target.name}.part"), target)


@dataclass(frozen=True)
class Contents:
    """A verified backup: what its manifest says, and the SHA-256 of the manifest."""

    manifest: dict[str, Any]
    fingerprint: str


def verify(handle: IO[bytes]) -> Contents:
    """Read everything and compare it with the manifest. Raises NotABackup."""
    handle.seek(0)
    found: dict[str, dict[str, Any]] = {}
    content = b""
    try:
        for name, source, size in _members(handle):
            if name == MANIFEST:
                content = source.read(LONGEST_MANIFEST)
                continue
            found[name] = {"size": size, "sha256": _hash_of(source)}
    except (tarfile.TarError, EOFError) as error:
        raise NotABackup(f"it cannot be read to its end: {error}") from error
    return Contents(_compared(content, found), hashlib.sha256(content).hexdigest())


def evidence(handle: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """(SHA-256, content) of each file of the evidence, in their order."""
    handle.seek(0)
    for name, source, _size in _members(handle):
        match = EVIDENCE.fullmatch(name)
        if match:
            yield match[1], source


def copy_database(handle: IO[bytes], to: IO[bytes]) -> None:
    """The dump, as a file of its own."""
    handle.seek(0)
    for name, source, _size in _members(handle):
        if name == DATABASE:
            while piece := source.read(PIECE):
                to.write(piece)
            return


def _members(handle: IO[bytes]) -> Iterator[tuple[str, IO[bytes], int]]:
    """Name, content and size. Raises NotABackup for what should not be in one, TarError for what
    is no tar.
    """
    with tarfile.open(fileobj=handle, mode="r:") as tar:
        for info in tar:
            tar.members = []  # type: ignore[attr-defined] # it would keep all of them
            source = tar.extractfile(info) if info.isreg() else None
            known = info.name in (DATABASE, MANIFEST) or EVIDENCE.fullmatch(info.name)
            if source is None or not known:
                raise NotABackup(f"{info.name!r} does not belong into a backup.")
            yield info.name, source, info.size


def _hash_of(source: IO[bytes]) -> str:
    found = hashlib.sha256()
    while piece := source.read(PIECE):
        found.update(piece)
    return found.hexdigest()


def _compared(content: bytes, found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(content)
        known, said = manifest["format"] == FORMAT, manifest["members"]
    except (ValueError, KeyError, TypeError):
        raise NotABackup(f"it has no {MANIFEST} at its end; was it cut off?") from None
    if not known:
        raise NotABackup(f"its format is {manifest['format']!r}; this version reads {FORMAT}.")
    if found != said:
        names = sorted(n for n in {*found, *said} if found.get(n) != said.get(n))
        raise NotABackup(f"{', '.join(names[:5])}: not as written ({len(names)} in all).")
    if DATABASE not in found:
        raise NotABackup(f"it has no {DATABASE}.")
    return manifest

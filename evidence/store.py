"""Where the files of the evidence lie: each under its SHA-256, so that a file is there once and its
name proves its content. Everything that reads or writes evidence goes through `store()`.

A file that is being received lies on the disk of this machine until it is whole; `keep` then puts
it under its hash, in one step. What a crash leaves behind is swept after a day (`sweep`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from django.conf import settings

HASH = re.compile(r"[0-9a-f]{64}")
HEAD = 8192  # bytes at the beginning that tell the type
PIECE = 1024 * 1024  # bytes in memory at once
INCOMING = "incoming-"
LEFT_OVER = 24 * 3600  # seconds


class Incoming:
    """A file while it is received: hashed as it is written, gone when it is not kept.

    `size` bytes so far, `head` the beginning; `sha256` of what came so far.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=INCOMING)
        self.path = Path(name)
        self._file = os.fdopen(descriptor, "w+b", buffering=0)
        self._hash = hashlib.sha256()
        self.size, self.head = 0, b""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes. Raises OSError, for a full disk too."""
        if len(self.head) < HEAD:
            self.head += bytes(chunk[: HEAD - len(self.head)])
        self._hash.update(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[self._file.write(rest) or 0 :]
        self.size += len(chunk)

    @property
    def sha256(self) -> str:
        """SHA-256 of everything written, in hexadecimal."""
        return self._hash.hexdigest()

    @property
    def file(self) -> BinaryIO:
        """The same file, for reading what came."""
        return self._file

    def settle(self) -> None:
        """On the disk itself. Raises OSError."""
        os.fsync(self._file.fileno())

    def discard(self) -> None:
        """Gone, unless it is kept already."""
        self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.discard()


class Store(ABC):
    """Files under their hashes. Every method raises OSError when the store cannot be reached or
    written; a name that is not a SHA-256 is a ValueError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def incoming(self) -> Incoming:
        """A new file to be received; discard it, or leave its `with`, when it is not to be kept."""
        return Incoming(self.folder)

    @abstractmethod
    def keep(self, incoming: Incoming) -> str:
        """The received file lies under its hash, wholly or not at all; answers the hash."""

    @abstractmethod
    def open(self, sha256: str) -> BinaryIO:
        """The file for reading, with `seek`. Raises FileNotFoundError."""

    @abstractmethod
    def size(self, sha256: str) -> int:
        """Its length in bytes. Raises FileNotFoundError."""

    @abstractmethod
    def exists(self, sha256: str) -> bool:
        """Whether a file of this hash is there."""

    @abstractmethod
    def discard(self, sha256: str) -> None:
        """Destroy the file, whether it was there or not. The caller knows that no other item of
        any case is this very file.
        """

    def digest(self, sha256: str) -> str:
        """The SHA-256 of what lies there now, worked out again; equal to the name unless the file
        was altered. Raises FileNotFoundError.
        """
        with self.open(sha256) as file:
            return digest(file)


def digest(file: BinaryIO) -> str:
    """SHA-256 of the rest of a file, read in pieces."""
    found, piece = hashlib.sha256(), memoryview(bytearray(PIECE))
    while length := file.readinto(piece):  # type: ignore[attr-defined]
        found.update(piece[:length])
    return found.hexdigest()


class FileStore(Store):
    """A folder outside the web root: `ab/abcd…`, readable by nobody else."""

    def path_of(self, sha256: str) -> Path:
        """Where a file of this hash lies. Raises ValueError for anything but a hash."""
        if not HASH.fullmatch(sha256):
            raise ValueError("not a SHA-256")
        return self.folder / sha256[:2] / sha256

    def keep(self, incoming: Incoming) -> str:
        incoming.settle()
        target = self.path_of(incoming.sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(incoming.path, target)
        _settle_folder(target.parent)
        return incoming.sha256

    def open(self, sha256: str) -> BinaryIO:
        return self.path_of(sha256).open("rb")

    def size(self, sha256: str) -> int:
        return self.path_of(sha256).stat().st_size

    def exists(self, sha256: str) -> bool:
        return self.path_of(sha256).is_file()

    def discard(self, sha256: str) -> None:
        path = self.path_of(sha256)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            _settle_folder(path.parent)


def _settle_folder(folder: Path) -> None:
    """The name of the file is on the disk too, not only its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def store() -> Store:
    """The store that this installation uses."""
    return FileStore(Path(settings.EVIDENCE_DIR))


def sweep(now: float | None = None) -> int:
    """Remove what killed uploads left behind more than a day ago; answers how many files."""
    removed, oldest = 0, (time.time() if now is None else now) - LEFT_OVER
    for path in Path(settings.EVIDENCE_DIR).glob(f"{INCOMING}*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()
                removed += 1
    return removed

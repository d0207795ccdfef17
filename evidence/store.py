"""Where the files of the evidence lie: each under its SHA-256, so that a file is there once and its
name proves its content. Everything that reads or writes evidence goes through `store()`.

A file that is being received lies on the disk of this machine until it is whole; `keep` then puts
it under its hash, in one step. What a crash leaves behind is swept after a day (`sweep`).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self
from uuid import uuid4

from django.conf import settings

HASH = re.compile(r"[0-9a-f]{64}")
FOLDER = re.compile(r"[0-9a-f]{2}")
HEAD = 8192  # bytes at the beginning that tell the type
PIECE = 1024 * 1024  # bytes in memory at once
INCOMING = "incoming-"
LEFT_OVER = 24 * 3600  # seconds


class Incoming:
    """A file while it is received: hashed as it is written, gone afterwards; kept or not.

    `size` bytes so far, `head` the beginning; `sha256` of what came so far. With a `name` it may be
    taken up again by another process, piece by piece; one at a time, else BlockingIOError.
    """

    def __init__(self, folder: Path, name: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if name:
            self.path = folder / f"{INCOMING}{name}"
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        else:
            descriptor, made = tempfile.mkstemp(dir=folder, prefix=INCOMING)
            self.path = Path(made)
        self._file = os.fdopen(descriptor, "r+b", buffering=0)
        self._hash: Any = None if name else hashlib.sha256()
        self.lasting = bool(name)
        self.size, self.head = 0, b""
        if name:
            self._take_up()

    def _take_up(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise
        self.size = self._file.seek(0, os.SEEK_END)
        self.head = os.pread(self._file.fileno(), HEAD, 0)

    def write(self, chunk: bytes) -> None:
        """Take the next bytes. Raises OSError, for a full disk too."""
        if len(self.head) < HEAD:
            self.head += bytes(chunk[: HEAD - len(self.head)])
        if self._hash is not None:
            self._hash.update(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[self._file.write(rest) or 0 :]
        self.size += len(chunk)

    @property
    def sha256(self) -> str:
        """SHA-256 of everything written, in hexadecimal; what came in pieces is read once more."""
        if self._hash is None:
            with self.path.open("rb", buffering=0) as file:
                return digest(file)
        return str(self._hash.hexdigest())

    @property
    def file(self) -> BinaryIO:
        """The same file, for reading what came."""
        return self._file

    def tail(self, length: int) -> bytes:
        """The last bytes."""
        return os.pread(self._file.fileno(), length, max(0, self.size - length))

    def settle(self) -> None:
        """On the disk itself. Raises OSError."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Somebody else may take it up."""
        self._file.close()

    def discard(self) -> None:
        """Gone; what was kept of it stays."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def __del__(self) -> None:
        if not getattr(self, "lasting", True):  # the browser went away in the middle
            self.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.lasting:
            self.close()
        else:
            self.discard()


class Store(ABC):
    """Files under their hashes. Every method raises OSError when the store cannot be reached or
    written; a name that is not a SHA-256 is a ValueError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def incoming(self, name: str = "") -> Incoming:
        """A new file to be received; discard it, or leave its `with`, when it is not to be kept.

        With a `name` one that stays, and is taken up again under this name.
        """
        return Incoming(self.folder, name)

    def incoming_path(self, name: str) -> Path:
        """Where the incoming file of this name lies while it comes."""
        return self.folder / f"{INCOMING}{name}"

    @abstractmethod
    def keep(self, incoming: Incoming) -> str:
        """The received file lies under its hash, wholly or not at all; answers the hash.

        It stays where it came until it is discarded: the case may still refuse it, and the same
        bytes may be destroyed elsewhere, so that it has to be kept once more.
        """

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

    @abstractmethod
    def names(self) -> Iterator[str]:
        """The hashes of all files, in no order."""

    def strangers(self) -> Iterator[str]:
        """What lies in the store and is neither a file under its hash nor one that is coming."""
        return iter(())

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
        with ThreadPoolExecutor(1) as pool:  # the disk writes while we count
            settled = pool.submit(incoming.settle)
            sha256 = incoming.sha256
            settled.result()
        target = self.path_of(sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        second = self.folder / f"{INCOMING}{uuid4().hex}"
        try:
            _second_name(incoming.path, second)
            os.replace(second, target)
        finally:
            second.unlink(missing_ok=True)  # two names of one file: nothing was replaced
        _settle_folder(target.parent)
        return sha256

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

    def names(self) -> Iterator[str]:
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            if HASH.fullmatch(path.name):
                yield path.name

    def strangers(self) -> Iterator[str]:
        for path in self.folder.glob("*"):
            if not (path.is_dir() and FOLDER.fullmatch(path.name)):
                if not path.name.startswith(INCOMING):
                    yield path.name
                continue
            for inside in path.iterdir():
                if not HASH.fullmatch(inside.name) or inside.name[:2] != path.name:
                    yield f"{path.name}/{inside.name}"


def _second_name(file: Path, name: Path) -> None:
    """The same file under a second name; a copy where the disk knows no such thing."""
    try:
        os.link(file, name)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        with file.open("rb") as source, name.open("xb", buffering=0) as copy:
            shutil.copyfileobj(source, copy, PIECE)
            os.fsync(copy.fileno())


def _settle_folder(folder: Path) -> None:
    """The name of the file is on the disk too, not only its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def store() -> Store:
    """The store that this installation uses."""
    return store_at(settings.EVIDENCE_STORE)


def store_at(url: str) -> Store:
    """The one of this address: `s3://…`, or "" for the folder."""
    folder = Path(settings.EVIDENCE_DIR)
    if url:
        from evidence.s3 import S3Store  # needs this module, and an extra package

        return S3Store(folder, url)
    return FileStore(folder)


def sweep(now: float | None = None) -> int:
    """Remove what killed uploads left behind more than a day ago; answers how many files."""
    removed, oldest = 0, (time.time() if now is None else now) - LEFT_OVER
    for path in Path(settings.EVIDENCE_DIR).glob(f"{INCOMING}*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()
                removed += 1
    return removed

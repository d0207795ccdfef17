"""A package that proves itself: BagIt 1.0 (RFC 8493) in a zip file, written in one go.

    with Bag(file, "TS26-000123-1", at) as bag:
        bag.add("data/case.json", b"…")
        bag.copy("data/evidence/01-call.mp3", handle, size, sha256)
        bag.close({"Source-Organization": "…"}, {"README.txt": b"…"}, lambda manifest: {…})

The same content gives the same bytes: members in the order in which they are added, one time for
all, nothing compressed (what is large is compressed already, and no version of zlib can make a
difference). Files go through in pieces, whatever their size.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import IO, Self

PIECE = 1024 * 1024
LONGEST = 120  # bytes of one name: file systems take 255, and some reader adds to it
_BEIJING = timezone(timedelta(hours=8))
_DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
# What some file system or the manifest itself would read as something else.
_UNFIT = re.compile(
    r'[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff<>:"/\\|?*%]'
)
_EDGES = re.compile(r"^[\s.]+|[\s.]+$")  # readers of a manifest cut off any space, not only ours


# From the manifest over everything to the files that seal it; none of them is in a manifest.
Seal = Callable[[bytes], Mapping[str, bytes]]


class DoesNotMatch(Exception):
    """A file is not what its hash says. `str()` is its place in the package."""


@dataclass(frozen=True)
class Member:
    """One file of the package: its path, size in bytes and SHA-256 (hex)."""

    path: str
    size: int
    sha256: str


def safe_name(name: str) -> str:
    """The name as any file system takes it, at most `LONGEST` bytes, its ending kept."""
    plain = _EDGES.sub("", _UNFIT.sub("_", unicodedata.normalize("NFC", name))) or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending.encode()) > 12:
        stem, ending = plain, ""
    room = LONGEST - len(ending.encode()) - len(dot)
    short = stem.encode()[:room].decode(errors="ignore")
    short = _EDGES.sub("", short) or "file"
    return f"{short}.{ending}" if ending else short


class Bag:
    """A bag that is being written into a seekable file; closed with its manifests."""

    def __init__(self, file: IO[bytes], name: str, at: datetime) -> None:
        self.name, self.at = name, at.astimezone(_BEIJING)
        self.payload: list[Member] = []
        self.tags: list[Member] = []
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Abandoned half-way: nothing more is written into a file that nobody wants."""
        if kind is not None:
            self._zip.fp = None

    def add(self, path: str, content: bytes) -> Member:
        """A file that is in memory."""
        member = Member(path, len(content), hashlib.sha256(content).hexdigest())
        self._zip.writestr(self._head(path, len(content)), content)
        return self._noted(member)

    def copy(self, path: str, source: IO[bytes], size: int, sha256: str) -> Member:
        """A file that lies elsewhere, in pieces. Raises DoesNotMatch unless it has this size and
        hash; the package is of no use then.
        """
        hasher, read = hashlib.sha256(), 0
        with self._zip.open(self._head(path, size), "w") as target:
            while piece := source.read(PIECE):
                hasher.update(piece)
                read += len(piece)
                if read > size:
                    break
                target.write(piece)
        if (read, hasher.hexdigest()) != (size, sha256):
            raise DoesNotMatch(path)
        return self._noted(Member(path, size, sha256))

    def close(self, about: Mapping[str, str], beside: Mapping[str, bytes], seal: Seal) -> None:
        """Write what describes the bag: `about` for bag-info.txt, files that stand `beside` the
        data, the manifests, the last of them over all these, and over that one the `seal`.
        """
        octets = sum(member.size for member in self.payload)
        info = {
            **about,
            "Bagging-Date": self.at.date().isoformat(),
            "Payload-Oxum": f"{octets}.{len(self.payload)}",
        }
        lines = [f"{name}: {_one_line(value)}\n" for name, value in info.items()]
        for path, content in beside.items():
            self.add(path, content)
        self.add("bagit.txt", _DECLARED)
        self.add("bag-info.txt", "".join(lines).encode())
        self.add("manifest-sha256.txt", _manifest(self.payload))
        over = _manifest(self.tags)
        self._zip.writestr(self._head("tagmanifest-sha256.txt", len(over)), over)
        for path, content in seal(over).items():
            self.add(path, content)
        self._zip.close()

    def _noted(self, member: Member) -> Member:
        (self.payload if member.path.startswith("data/") else self.tags).append(member)
        return member

    def _head(self, path: str, size: int) -> zipfile.ZipInfo:
        head = zipfile.ZipInfo(f"{self.name}/{path}", self.at.timetuple()[:6])
        head.create_system, head.external_attr = 3, 0o100644 << 16  # a plain file, on any machine
        head.compress_type, head.file_size = zipfile.ZIP_STORED, size
        return head


def _manifest(members: list[Member]) -> bytes:
    ordered = sorted(members, key=lambda member: member.path)
    return "".join(f"{member.sha256}  {member.path}\n" for member in ordered).encode()


def _one_line(value: str) -> str:
    return " ".join(value.split())

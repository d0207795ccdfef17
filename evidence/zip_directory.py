"""The list of entries at the end of a zip, read within bounds before any library sees it.

Two readers of one zip must not read two lists: the end record that counts is the last one whose
comment reaches to the end, a zip64 record beside it must not say something else, and the list has
exactly the length and the number of entries that the record says.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

MOST_ENTRIES = 20_000
LARGEST_DIRECTORY = 8 * 1024 * 1024  # bytes of the list of entries, which is read into memory
ARCHIVES = (b".zip", b".docx", b".xlsx", b".pptx", b".jar", b".ofd", b".wps")

_END = struct.Struct("<4s4H2LH")  # end of central directory
_PLACE_64 = struct.Struct("<4sLQL")  # where the end record of a zip64 file stands
_END_64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LARGE = 0xFFFFFFFF  # a number that stands in the zip64 field instead
STORED, DEFLATED, LOCKED = 0, 8, 1
TAIL = _END.size + 65_535 + _PLACE_64.size  # the end record, and the longest comment after it


class Damaged(Exception):
    """The list of entries cannot be read."""


class TooMuch(Exception):
    """More entries, or more when unpacked, than anybody sends."""


@dataclass(frozen=True)
class Entry:
    """One file in the zip: its name as it is written, its bytes packed and unpacked (as claimed),
    and where it begins.
    """

    name: bytes
    flags: int
    method: int
    packed: int
    size: int
    start: int

    @property
    def is_archive(self) -> bool:
        """Whether it is called a zip, and can be looked into."""
        readable = self.method in (STORED, DEFLATED) and not self.flags & LOCKED
        return readable and self.name.lower().endswith(ARCHIVES)


@dataclass
class Patience:
    """How many archives inside an archive are looked into, and how many bytes of them in all."""

    archives: int = 200
    room: int = 64 * 1024 * 1024


def end_record(tail: bytes) -> int:
    """Where in the last bytes of a file the directory of a zip ends, -1 for none: only an end
    record counts whose comment reaches exactly to the end.
    """
    place = tail.rfind(b"PK\x05\x06")
    while place >= 0:
        if len(tail) >= place + _END.size:
            comment = _END.unpack_from(tail, place)[7]
            if place + _END.size + comment == len(tail):
                return place
        place = tail.rfind(b"PK\x05\x06", 0, place)
    return -1


def entries(file: BinaryIO, size: int) -> list[Entry]:
    """Everything in the zip of `size` bytes. Raises Damaged, TooMuch."""
    count, length, offset, end = _directory(file, size)
    if count > MOST_ENTRIES or length > LARGEST_DIRECTORY:
        raise TooMuch
    start = end - length
    if start < offset:  # bytes may stand before the zip, never are some missing
        raise Damaged
    file.seek(start)
    data = file.read(length)
    if len(data) != length:
        raise Damaged
    found = _listed(data, start - offset)
    if len(found) != count:
        raise Damaged
    return found


def _directory(file: BinaryIO, size: int) -> tuple[int, int, int, int]:
    """(entries, bytes of their list, where it is said to begin, where it ends). Raises Damaged."""
    before = max(0, size - TAIL)
    file.seek(before)
    tail = file.read(TAIL)
    place = end_record(tail)
    if place < 0:
        raise Damaged
    _sign, _disk, _first, _here, count, length, offset, _comment = _END.unpack_from(tail, place)
    named = place - _PLACE_64.size
    if named >= 0 and tail.startswith(b"PK\x06\x07", named):
        large = _directory_64(file, _PLACE_64.unpack_from(tail, named)[2], before + named)
        small = ((count, 0xFFFF), (length, _LARGE), (offset, _LARGE))
        if any(n not in (away, said) for (n, away), said in zip(small, large, strict=False)):
            raise Damaged  # two lists: every program would show another one
        return large
    if count == 0xFFFF or _LARGE in (length, offset):
        raise Damaged
    return count, length, offset, before + place


def _directory_64(file: BinaryIO, offset: int, end: int) -> tuple[int, int, int, int]:
    """The same of a zip64 file, whose record ends where its place is named. Raises Damaged."""
    if offset + _END_64.size > end:
        raise Damaged
    file.seek(end - _END_64.size)
    record = file.read(_END_64.size)
    if len(record) != _END_64.size or not record.startswith(b"PK\x06\x06"):
        raise Damaged
    fields = _END_64.unpack(record)
    return fields[7], fields[8], fields[9], end - _END_64.size


def _listed(data: bytes, shift: int) -> list[Entry]:
    """The entries one after the other, to the end. Raises Damaged, TooMuch."""
    found: list[Entry] = []
    at = 0
    while at < len(data):
        if len(found) == MOST_ENTRIES:
            raise TooMuch
        if at + _ENTRY.size > len(data) or not data.startswith(b"PK\x01\x02", at):
            raise Damaged
        fields = _ENTRY.unpack_from(data, at)
        flags, method, packed, size, start = (fields[n] for n in (3, 4, 8, 9, 16))
        name_end = at + _ENTRY.size + fields[10]
        extra_end = name_end + fields[11]
        numbers = _numbers_64(data[name_end:extra_end], [size, packed, start])
        name = data[at + _ENTRY.size : name_end]
        found.append(Entry(name, flags, method, numbers[1], numbers[0], numbers[2] + shift))
        at = extra_end + fields[12]
    return found


def _numbers_64(extra: bytes, numbers: list[int]) -> list[int]:
    """Sizes and place, those that are too large from the zip64 field. Raises Damaged."""
    if _LARGE not in numbers:
        return numbers
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            large = [n for n, number in enumerate(numbers) if number == _LARGE]
            if length < 8 * len(large) or at + 4 + length > len(extra):
                raise Damaged
            real = struct.unpack_from(f"<{len(large)}Q", extra, at + 4)
            return [real[large.index(n)] if n in large else m for n, m in enumerate(numbers)]
        at += 4 + length
    raise Damaged


def inner(file: BinaryIO, entry: Entry, patience: Patience) -> io.BytesIO | None:
    """An archive in the archive, in memory; None without patience, or where it cannot be read."""
    if patience.archives <= 0 or max(entry.packed, entry.size) > patience.room:
        return None
    patience.archives, patience.room = patience.archives - 1, patience.room - entry.size
    file.seek(entry.start)
    head = file.read(_LOCAL.size)
    if len(head) != _LOCAL.size or not head.startswith(b"PK\x03\x04"):
        return None
    fields = _LOCAL.unpack(head)
    file.seek(fields[9] + fields[10], io.SEEK_CUR)
    data = file.read(entry.packed)
    if entry.method == DEFLATED:
        try:
            data = zlib.decompressobj(-15).decompress(data, entry.size) if entry.size else b""
        except zlib.error:
            return None
    return io.BytesIO(data) if len(data) == entry.size else None

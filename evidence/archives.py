"""Looking into a zip without unpacking it: what it says that it holds, within bounds.

Office documents are zip files too. Nothing here or elsewhere writes an entry to the disk; whoever
reads one reads at most what the directory of the file promised.
"""

from __future__ import annotations

import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from evidence import texts

MOST_ENTRIES = 20_000
LARGEST_DIRECTORY = 8 * 1024 * 1024  # bytes of the list of entries, which is read into memory
SHOWN = 200  # entries by name
# A bomb: beyond the first size, more than so many bytes for each byte of the file; beyond the
# second always.
HARMLESS = 100 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024 * 1024
DENSEST = 200

_END = struct.Struct("<4s4H2LH")  # end of central directory
_PLACE_64 = struct.Struct("<4sLQL")  # where the end record of a zip64 file stands
_END_64 = struct.Struct("<4sQ2H2L4Q")
TAIL = _END.size + 65_535 + _PLACE_64.size  # the end record, and the longest comment after it


class Damaged(Exception):
    """The list of entries cannot be read."""


class TooMuch(Exception):
    """More entries, or more when unpacked, than anybody sends."""


@dataclass(frozen=True)
class Listing:
    """What a zip holds: the first `SHOWN` entries (name, bytes when unpacked), the number of all of
    them, and the bytes of all when unpacked, as the file claims.
    """

    entries: list[tuple[str, int]]
    count: int
    unpacked: int


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


def listing(file: BinaryIO, size: int) -> Listing:
    """What the zip of `size` bytes holds. Raises Damaged, TooMuch."""
    _check_directory(file, size)
    try:
        with zipfile.ZipFile(file) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, struct.error, NotImplementedError) as e:
        raise Damaged from e
    unpacked = sum(one.file_size for one in found)
    if unpacked > MOST_UNPACKED or (unpacked > HARMLESS and unpacked > DENSEST * size):
        raise TooMuch
    return Listing([(_name(one), one.file_size) for one in found[:SHOWN]], len(found), unpacked)


def _name(entry: zipfile.ZipInfo) -> str:
    """As it was typed: a Chinese Windows writes names in GBK and does not say so."""
    if entry.flag_bits & 0x800:  # it is said to be UTF-8
        return texts.plain(entry.filename)
    try:
        return texts.plain(entry.filename.encode("cp437").decode("gb18030"))
    except UnicodeError:
        return texts.plain(entry.filename)


def _check_directory(file: BinaryIO, size: int) -> None:
    """The list of entries is small enough to be read. Raises Damaged, TooMuch."""
    file.seek(max(0, size - TAIL))
    tail = file.read(TAIL)
    place = end_record(tail)
    if place < 0:
        raise Damaged
    _sign, _disk, _start, _here, count, length, _offset, _comment = _END.unpack_from(tail, place)
    if count == 0xFFFF or length == 0xFFFFFFFF:
        count, length = _directory_64(file, tail, place, size)
    if count > MOST_ENTRIES or length > LARGEST_DIRECTORY:
        raise TooMuch


def _directory_64(file: BinaryIO, tail: bytes, place: int, size: int) -> tuple[int, int]:
    """(entries, bytes of their list) of a zip64 file. Raises Damaged."""
    before = place - _PLACE_64.size
    if before < 0 or not tail.startswith(b"PK\x06\x07", before):
        raise Damaged
    offset = _PLACE_64.unpack_from(tail, before)[2]
    if offset + _END_64.size > size:
        raise Damaged
    file.seek(offset)
    record = file.read(_END_64.size)
    if len(record) != _END_64.size or not record.startswith(b"PK\x06\x06"):
        raise Damaged
    fields = _END_64.unpack(record)
    return fields[7], fields[8]

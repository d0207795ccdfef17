"""Looking into a zip: what it says that it holds, archives inside it included, within bounds.

Office documents are zip files too. Nothing here or elsewhere writes an entry to the disk; of
archives inside a little is unpacked in memory, to read their list and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from evidence import texts, zip_directory
from evidence.zip_directory import TAIL, Damaged, Entry, TooMuch, end_record

__all__ = ["SHOWN", "TAIL", "Damaged", "Listing", "TooMuch", "end_record", "listing"]

SHOWN = 200  # entries by name
# A bomb: beyond the first size, more than so many bytes for each byte of the file; beyond the
# second always.
HARMLESS = 100 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024 * 1024
DENSEST = 200
DEEPEST = 4  # archives in one another


@dataclass(frozen=True)
class Listing:
    """What a zip holds: the first `SHOWN` entries (name, bytes when unpacked), the number of all of
    them, and the bytes of all when unpacked, as the file claims.
    """

    entries: list[tuple[str, int]]
    count: int
    unpacked: int


def listing(file: BinaryIO, size: int) -> Listing:
    """What the zip of `size` bytes holds. Raises Damaged, TooMuch."""
    found = zip_directory.entries(file, size)
    unpacked = _claimed(file, size, found, zip_directory.Patience())
    _check(unpacked, size)
    shown = [(_name(one), one.size) for one in found[:SHOWN]]
    return Listing(shown, len(found), sum(one.size for one in found))


def _check(unpacked: int, size: int) -> None:
    if unpacked > MOST_UNPACKED or (unpacked > HARMLESS and unpacked > DENSEST * size):
        raise TooMuch


def _claimed(
    file: BinaryIO, size: int, found: list[Entry], patience: zip_directory.Patience, depth: int = 0
) -> int:
    """Bytes of everything when unpacked, of the archives inside too, as far as the patience goes.

    Raises TooMuch: for entries that lie one in another (a small file that bursts), and for archives
    in archives deeper than anybody packs.
    """
    if sum(one.packed for one in found) > size:
        raise TooMuch
    claimed = sum(one.size for one in found)
    for one in found:
        inner = zip_directory.inner(file, one, patience) if one.is_archive else None
        if inner is None:
            continue
        if depth >= DEEPEST:
            raise TooMuch
        try:
            entries = zip_directory.entries(inner, one.size)
        except Damaged:
            continue  # whoever unpacks it gets nothing out of it either
        claimed += _claimed(inner, one.size, entries, patience, depth + 1)
    return claimed


def _name(entry: Entry) -> str:
    """As it was typed: a Chinese Windows writes names in GBK and does not say so."""
    if entry.flags & 0x800:  # it is said to be UTF-8
        return texts.plain(entry.name.decode("utf-8", "replace"))
    try:
        return texts.plain(entry.name.decode("gb18030"))
    except UnicodeError:
        return texts.plain(entry.name.decode("cp437"))

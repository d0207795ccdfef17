"""A part of a file, as players ask for it when somebody moves the needle (RFC 9110, 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

PIECE = 256 * 1024  # bytes in memory at once
_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class NotInside(Exception):
    """The part that was asked for lies behind the end of the file: 416."""


def part_of(header: str, size: int) -> tuple[int, int] | None:
    """(first, last) byte, both counted in, of a `Range` header; None for the whole file, also for a
    header that is not understood or names several parts, as the standard wants it. Raises
    NotInside.
    """
    asked = _ONE_RANGE.fullmatch(header.strip().replace(" ", "").lower())
    if asked is None or asked[1] == asked[2] == "":
        return None
    if not asked[1]:  # the last so many
        wanted = int(asked[2])
        if not wanted:
            raise NotInside
        return max(size - wanted, 0), size - 1
    first, last = int(asked[1]), int(asked[2] or size)
    if asked[2] and last < first:
        return None
    if first >= size:
        raise NotInside
    return first, min(last, size - 1)


def pieces(file: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    """The bytes of that part, a piece at a time; the file is closed at the end."""
    with file:
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece

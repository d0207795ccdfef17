"""Which characters the fonts of the pages have, and what stands for those they have not.

PDF/A refuses a page with a character that no font has, and a box instead of a name would be wrong.
So such a character is written as its number, 〔U+20BB7〕, and a note says what that is.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO

import pylopdf_fonts_zh_cn

FONTS = (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path())
ROOM = 60  # small letters of one word that surely fit into a line; a longer word may be broken
_BREAK = "\u200b"


def fitted(text: str, room: int = ROOM) -> tuple[str, list[str]]:
    """(the text as the page can show it, the characters it cannot show, each once).

    A word longer than `room` may be broken in it, or it would leave the page.
    """
    composed = unicodedata.normalize("NFC", text)
    known = characters()
    missing: dict[str, None] = {}
    said = []
    for one in composed:
        if one == "\n" or ord(one) in known:
            said.append(one)
        elif not _invisible(one):
            missing[one] = None
            said.append(number_of(one))
    return _breakable("".join(said), room), list(missing)


def number_of(character: str) -> str:
    """〔U+20BB7〕"""
    return f"〔U+{ord(character):04X}〕"


def _invisible(character: str) -> bool:
    """Marks that change or join what stands before them, and have no shape of their own."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs") or (
        "\ufe00" <= character <= "\ufe0f" or 0xE0100 <= ord(character) <= 0xE01EF
    )


def _breakable(text: str, room: int) -> str:
    """The text with places to break in words that are longer than that. Addresses are broken at
    their slashes without help, so that what is copied from the page is what was written.
    """
    said, used = [], 0
    for one in text:
        width = 0 if not one.isascii() or one in " \n/-?" else 3 if one.isupper() else 2
        used = used + width if width else 0
        if used > 2 * room:
            said.append(_BREAK)
            used = width
        said.append(one)
    return "".join(said)


@cache
def characters() -> frozenset[int]:
    """The code points that at least one of the fonts has a glyph for."""
    return frozenset(code for path in FONTS for code in _characters(path))


def _characters(path: Path) -> Iterator[int]:
    """The `cmap` table of an OpenType font: its subtables of formats 4 and 12."""
    with path.open("rb") as file:
        at = _table(file, b"cmap")
        file.seek(at + 2)
        (count,) = struct.unpack(">H", file.read(2))
        offsets = {struct.unpack(">HHI", file.read(8))[2] for _ in range(count)}
        for offset in sorted(offsets):
            file.seek(at + offset)
            (format_,) = struct.unpack(">H", file.read(2))
            if format_ == 12:
                yield from _of_format_12(file)


def _table(file: BinaryIO, tag: bytes) -> int:
    file.seek(4)
    (count,) = struct.unpack(">H", file.read(2))
    file.seek(12)
    for _ in range(count):
        name, _sum, offset, _length = struct.unpack(">4sIII", file.read(16))
        if name == tag:
            return int(offset)
    raise ValueError(f"the font has no {tag!r} table")


def _of_format_12(file: BinaryIO) -> Iterator[int]:
    file.seek(10, 1)
    (groups,) = struct.unpack(">I", file.read(4))
    for _ in range(groups):
        first, last, _glyph = struct.unpack(">III", file.read(12))
        yield from range(first, last + 1)

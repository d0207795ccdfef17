"""The beginning of a text file, readable: decoded, bounded, nothing invisible in it."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO

MOST = 200_000  # bytes that a page shows


@dataclass(frozen=True)
class Text:
    """What is shown, and whether the file goes on behind it."""

    words: str
    cut: bool = False


def read(file: BinaryIO) -> Text:
    """The first 200 kB of a text in UTF-8, UTF-16 with its mark, or GB 18030."""
    with file:
        data = file.read(MOST + 1)
    return Text(plain(decoded(data[:MOST])), len(data) > MOST)


def decoded(data: bytes) -> str:
    """As characters; what is cut or damaged becomes a mark."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:  # a character that the bound cut in half
            return data[: error.start].decode("utf-8-sig")
    return data.decode("gb18030", "replace")


def plain(text: str) -> str:
    """Marks that turn the direction or hide are written out, so that a text reads as it is."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if c in "\n\t" or c.isprintable() else _named(c) for c in text)


def _named(character: str) -> str:
    if unicodedata.category(character) == "Zs" or character in "\u2028\u2029":
        return " "
    return f"〔U+{ord(character):04X}〕"

"""The words of a file of the evidence, for the search: read by a process of its own
(`wordreader`), or why there are none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, BinaryIO

from evidence import apart, wordreader
from evidence.kinds import ALLOWED_TYPES
from evidence.models import ItemText
from evidence.wordreader import READERS, REASONS

_State = ItemText.State
PLAIN = "txt"
_OLD_OFFICE = ("doc", "xls")


@dataclass(frozen=True)
class Words:
    """The text, "" where there is none, and what became of the reading."""

    state: str
    text: str = ""
    cut: bool = False


def kind_of(content_type: str) -> str:
    """The reader of this type; "" where nothing is read (a picture, a recording)."""
    endings = ALLOWED_TYPES.get(content_type, ())
    return next((ending for ending in endings if ending in READERS), "")


def read(file: BinaryIO, content_type: str) -> Words:
    """The words of the file, which is closed. Never raises over what it holds; OSError where the
    store cannot be read.
    """
    kind = kind_of(content_type)
    if not kind:
        file.close()
        return nothing(content_type)
    if kind == PLAIN:  # nothing to take apart: no process is needed
        with file:
            return _kept(wordreader.read(kind, file))
    try:
        return _answered(apart.run("wordreader", kind, file))
    except apart.Unreadable:  # it took more time or memory than it may
        return Words(_State.TOO_MUCH)


def nothing(content_type: str) -> Words:
    """Of a type in which no words are looked for."""
    old = any(ending in _OLD_OFFICE for ending in ALLOWED_TYPES.get(content_type, ()))
    return Words(_State.OLD_FORMAT if old else _State.NO_WORDS)


def _answered(written: bytes) -> Words:
    return _kept(json.loads(written))


def _kept(said: dict[str, Any]) -> Words:
    if (why := said.get("why")) in REASONS:
        return Words(str(why))
    text = str(said.get("text", "")).replace("\0", " ")
    text = text.encode("utf-8", "replace").decode()  # halves of characters cannot be stored
    return Words(_State.READ if text.strip() else _State.EMPTY, text, bool(said.get("cut")))

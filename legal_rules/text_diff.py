"""What changed between two versions of a text (a letter, an article), word by word. Pure: no
Django, no database.

Latin words and numbers are one word each, Chinese is compared character by character; fragments
too short to be read between two changes are taken into them, so that a person reads phrases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "ins", "del"]

_WORD = re.compile(r"[A-Za-z0-9]+(?:[.,:/-][A-Za-z0-9]+)*|\s|.", re.DOTALL)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_CLAUSE = re.compile(r"[^，。；：！？\n]*[，。；：！？\n]|[^，。；：！？\n]+")
READABLE = 3  # characters: a shorter island between two changes is not worth showing
BY_WORD_LIMIT = 1_500_000  # word pairs; beyond that clauses are compared, which stays quick


@dataclass(frozen=True)
class Piece:
    """A run of text that is in both versions, only in the new one, or only in the old one."""

    kind: Kind
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """The new text with what was added and what was left out, in reading order."""
    a, b = _LINE.findall(old), _LINE.findall(new)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        before, after = "".join(a[i1:i2]), "".join(b[j1:j2])
        pieces += [Piece("same", after)] if tag == "equal" else _by_word(before, after)
    return list(_merged(pieces))


def paragraphs(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces cut at line ends, as paragraphs; empty ones are left out."""
    result: list[list[Piece]] = [[]]
    for piece in pieces:
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                result.append([])
            if part:
                result[-1].append(Piece(piece.kind, part))
    return [one for one in result if any(p.text.strip() for p in one)]


def counts(pieces: Sequence[Piece]) -> tuple[int, int]:
    """(places where something was added, places where something was left out)."""
    kinds = [p.kind for p in pieces if p.text.strip()]
    return kinds.count("ins"), kinds.count("del")


def _by_word(old: str, new: str) -> list[Piece]:
    a, b = _WORD.findall(old), _WORD.findall(new)
    if len(a) * len(b) > BY_WORD_LIMIT:
        a, b = _CLAUSE.findall(old), _CLAUSE.findall(new)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        before, after = "".join(a[i1:i2]), "".join(b[j1:j2])
        if tag == "equal":
            pieces.append(Piece("same", after))
            continue
        pieces += [Piece("del", before)] if before else []
        pieces += [Piece("ins", after)] if after else []
    return _readable(pieces)


def _readable(pieces: Sequence[Piece]) -> list[Piece]:
    """Short islands between two changes become part of both."""
    result: list[Piece] = []
    gone = added = ""
    for number, piece in enumerate(pieces):
        island = (
            piece.kind == "same"
            and len(piece.text) < READABLE
            and "\n" not in piece.text
            and 0 < number < len(pieces) - 1
        )
        if piece.kind == "same" and not island:
            result += [Piece("del", gone), Piece("ins", added), piece]
            gone = added = ""
            continue
        gone += piece.text if piece.kind != "ins" else ""
        added += piece.text if piece.kind != "del" else ""
    result += [Piece("del", gone), Piece("ins", added)]
    return [p for p in result if p.text]


def _merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece."""
    held: Piece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if held is not None and held.kind == piece.kind:
            held = Piece(held.kind, held.text + piece.text)
        else:
            if held is not None:
                yield held
            held = piece
    if held is not None:
        yield held

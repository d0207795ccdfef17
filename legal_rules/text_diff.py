"""What changed between two versions of a text (a letter, an article), word by word. Pure: no
Django, no database.

Latin words and numbers are one word each, Chinese is cut into words by a dictionary; a single
character between two changes is taken into them, so that a person reads phrases.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from legal_rules.suggest.text import words

Kind = Literal["same", "ins", "del"]

Step = tuple[str, int, int, int, int]  # as difflib's opcodes

_HAN = r"[㐀-鿿\U00020000-\U0003ffff]"
# What stands on the sign before it: accents, variants, colours of skin, and the next joined sign.
_JOINED = r"(?:[\u0300-\u036f\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]|\u200d.)*"
_WORD = re.compile(
    rf"[A-Za-z0-9_]+(?:[.,:/-][A-Za-z0-9_]+)*|{_HAN}+|\s|.{_JOINED}",
    re.DOTALL,
)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_CLAUSE = re.compile(r"[^，。；：！？\n]*[，。；：！？\n]|[^，。；：！？\n]+")
READABLE = 2  # characters: a shorter island between two changes is not worth showing
BY_WORD_LIMIT = 1_500_000  # word pairs; beyond that clauses are compared, which stays quick
ALIKE_LIMIT = 1_000_000  # pairs of equal lines; beyond that those in every corner count for nothing


@dataclass(frozen=True)
class Piece:
    """A run of text that is in both versions, only in the new one, or only in the old one."""

    kind: Kind
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """The new text with what was added and what was left out, in reading order."""
    a, b = _LINE.findall(old), _LINE.findall(new)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in _steps(a, b):
        before, after = "".join(a[i1:i2]), "".join(b[j1:j2])
        pieces += [Piece("same", after)] if tag == "equal" else _by_word(before, after)
    return list(_merged(pieces))


def _steps(a: Sequence[str], b: Sequence[str]) -> Iterator[Step]:
    """How `a` becomes `b`. What both begin and end with is set aside: it is the same for certain,
    and thousands of equal lines would take difflib a minute.
    """
    ends = min(len(a), len(b))
    head = next((n for n in range(ends) if a[n] != b[n]), ends)
    tail = next((n for n in range(ends - head) if a[-1 - n] != b[-1 - n]), ends - head)
    old, new = a[head : len(a) - tail], b[head : len(b) - tail]
    counted = Counter(new)
    many = sum(counted[one] for one in old) > ALIKE_LIMIT
    if head:
        yield "equal", 0, head, 0, head
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=many).get_opcodes():
        yield tag, i1 + head, i2 + head, j1 + head, j2 + head
    if tail:
        yield "equal", len(a) - tail, len(a), len(b) - tail, len(b)


def _words(text: str) -> list[str]:
    found: list[str] = []
    for run in _WORD.findall(text):
        found += words(run) if len(run) > 1 and re.match(_HAN, run) else [run]
    return found


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
    a, b = _words(old), _words(new)
    if len(a) * len(b) > BY_WORD_LIMIT:
        a, b = _CLAUSE.findall(old), _CLAUSE.findall(new)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in _steps(a, b):
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

"""The dossier of a case as PDF/A-2b on A4, with table of contents, page x of y, the case and its
hash on every page: the same words give the same bytes.

    printed(Dossier(title="…", sections=[Section("一、投诉内容", [Words("…")])], …), at) → bytes
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from letters import pdf
from letters.glyphs import fitted

Say = Callable[[str], str]
_SOURCE = Path(__file__).with_name("dossier.typ")
_IN_A_LINE, _IN_A_CELL = 72, 16  # letters of one word that a line or a column takes: a hash is 64
_WIDEST = 28  # letters of a line in a column that is as wide as needed
_LONG_WORD = re.compile(r"[!-~]{14,}")  # it leaves a gap before it, which must not be spread


@dataclass(frozen=True)
class Words:
    """A paragraph, a heading below that of the section, or a remark in grey."""

    text: str
    kind: Literal["para", "sub", "quiet"] = "para"


@dataclass(frozen=True)
class Table:
    """Rows under a heading that every page repeats. `widths`: shares of the page, 0: as wide as
    needed.
    """

    head: Sequence[str]
    widths: Sequence[float]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """One chapter, which the table of contents names."""

    title: str
    blocks: Sequence[Words | Table]


@dataclass(frozen=True)
class Dossier:
    """All that stands on the pages. `facts`: rows of label, value, label, value; `head`: the hash
    of the last entry of the record; `mark`: of a copy that was handed out, "" on the sealed one.
    """

    title: str
    enterprise: str
    number: str
    head: str
    facts: Sequence[tuple[str, str, str, str]]
    sections: Sequence[Section]
    signs: Sequence[str] = field(default=())
    mark: str = ""


def printed(dossier: Dossier, at: datetime, say: Say = str) -> bytes:
    """The pages; `at` is the moment that the file itself names, `say` what becomes of every text
    before it is set.
    """
    page = Page(say)
    content = page.content(dossier)
    content["note"] = page.note
    return pdf.document(_SOURCE, {"content": json.dumps(content, ensure_ascii=False)}, at)


class Page:
    """Words, tables and chapters as the sources of the pages read them, and the characters that no
    font has.
    """

    def __init__(self, say: Say) -> None:
        self.say = say
        self.missing: dict[str, None] = {}

    def content(self, dossier: Dossier) -> dict[str, Any]:
        words = {name: self.words(getattr(dossier, name)) for name in _TEXTS}
        return {
            **words,
            "facts": self.rows(dossier.facts),
            "signs": [self.words(name) for name in dossier.signs],
            "sections": self.sections(dossier.sections),
        }

    def sections(self, sections: Sequence[Section]) -> list[dict[str, Any]]:
        """The chapters with their paragraphs and tables."""
        return [
            {"title": self.words(s.title), "blocks": [self.block(b) for b in s.blocks]}
            for s in sections
        ]

    def block(self, block: Words | Table) -> Mapping[str, Any]:
        if isinstance(block, Words):
            even = not _LONG_WORD.search(block.text)
            return {"kind": block.kind, "text": self.words(block.text), "even": even}
        rows, head = self.rows(block.rows), self.rows([block.head])[0]
        return {"kind": "table", "head": head, "widths": _fitting(block.widths, rows), "rows": rows}

    def rows(self, rows: Sequence[Sequence[str]]) -> list[list[str]]:
        return [[self.words(cell, _IN_A_CELL) for cell in row] for row in rows]

    def words(self, text: str, room: int = _IN_A_LINE) -> str:
        said, missing = fitted(self.say(text), room)
        self.missing.update(dict.fromkeys(missing))
        return said

    @property
    def note(self) -> str:
        """What the numbers in the text stand for; "" where there are none."""
        return pdf.note_on_missing("zh") if self.missing else ""


def _fitting(widths: Sequence[float], rows: Sequence[Sequence[str]]) -> list[float]:
    """The widths; a column as wide as needed that leaves the others no room has a share."""
    share = max(widths) * 0.6
    return (
        [
            width or (share if max(map(_breadth, column), default=0) > _WIDEST else 0)
            for width, column in zip(widths, zip(*rows, strict=True), strict=True)
        ]
        if rows
        else list(widths)
    )


def _breadth(cell: str) -> int:
    """Of its longest line, in small letters: a Chinese character is two."""
    return max(sum(1 if one.isascii() else 2 for one in line) for line in cell.split("\n"))


_TEXTS = ("title", "enterprise", "number", "head", "mark")

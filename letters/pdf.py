"""A letter as PDF/A-2b on A4, with its fonts inside: the same letter gives the same bytes.

a4(rendered, Head("青禾生活", "TS-26-014377", date(2026, 11, 23))) → bytes
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import typst

from letters.blocks import Block, Heading, Items, Paragraph, Runs
from letters.glyphs import FONTS, ROOM, fitted
from letters.rendering import Rendered, unresolved_mark
from letters.saying import CONCLUDES
from letters.values import day, line

STANDARD: typst.PDFStandard = "a-2b"
_IN_A_CELL = 20  # letters of one word beside three other columns
_LONG_WORD = re.compile(r"[!-~]{14,}")  # it leaves a gap before it, which must not be spread
_A_FEW_LINES, _A_FEW_ROWS = 160, 5  # letters of a paragraph or list that no page parts
_CLOSES = ("敬礼！", "敬礼!", "敬礼")  # after 此致, at the margin
LONGEST = 200_000  # characters of one letter; more is no letter
_SOURCE = Path(__file__).with_name("a4.typ")
_BEIJING = timezone(timedelta(hours=8))
_LABELS = {
    "zh": {"number": "编号", "date": "日期", "matter": "事项"},
    "en": {"number": "No.", "date": "Date", "matter": "About"},
}


class TooLong(ValueError):
    """The letter is longer than any letter is."""


@dataclass(frozen=True)
class Head:
    """What stands around the letter. `mark`: such as 草稿, in red, while it must not be sent.

    `rows`: pairs of label and value in the box under the title.
    """

    enterprise: str
    number: str
    day: date
    contact: str = ""
    mark: str = ""
    rows: Sequence[tuple[str, str]] = field(default=())


def a4(letter: Rendered, head: Head) -> bytes:
    """The pages as PDF. Raises TooLong."""
    stamp = datetime.combine(head.day, datetime.min.time(), _BEIJING)
    return document(_SOURCE, _inputs(letter, head), stamp)


def document(source: Path, inputs: dict[str, str], at: datetime) -> bytes:
    """Any document of ours as PDF/A; `at` is the time that it says it was made."""
    pdf = _compiler(source).compile(
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=STANDARD,
        timestamp=at.replace(microsecond=0),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("one document, not a list of pages")
    return pdf


def pictures(letter: Rendered, head: Head, ppi: float = 96) -> list[bytes]:
    """The pages as PNG, to look at. Raises TooLong."""
    pages = _compiler(_SOURCE).compile(format="png", sys_inputs=_inputs(letter, head), ppi=ppi)
    return [pages] if isinstance(pages, bytes) else list(pages or ())


@cache
def _fonts() -> typst.Fonts:
    folders = list(dict.fromkeys(str(path.parent) for path in FONTS))
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _compiler(source: Path) -> typst.Compiler:
    return typst.Compiler(source.read_bytes(), font_paths=_fonts())


def _inputs(letter: Rendered, head: Head) -> dict[str, str]:
    if len(letter.text) > LONGEST:
        raise TooLong(f"{len(letter.text)} characters, at most {LONGEST}")
    page = _Page(letter.language)
    content = page.content(letter, head)
    content["note"] = page.note()
    return {"letter": json.dumps(content, ensure_ascii=False)}


class _Page:
    """The letter as a4.typ reads it, and the characters that no font has."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.missing: dict[str, None] = {}

    def content(self, letter: Rendered, head: Head) -> dict[str, Any]:
        return {
            "lang": self.lang,
            "labels": _LABELS[self.lang],
            "title": self.words(letter.title),
            "enterprise": self.words(line(head.enterprise)),
            "number": self.words(line(head.number)),
            "contact": self.words(line(head.contact)),
            "mark": self.words(line(head.mark)),
            "date": day(head.day, self.lang),
            "rows": self.rows(head.rows),
            "blocks": list(self.blocks(letter.blocks)),
        }

    def words(self, text: str, room: int = ROOM) -> str:
        said, missing = fitted(text, room)
        self.missing.update(dict.fromkeys(missing))
        return said

    def rows(self, pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
        """Pairs of label and value, two pairs in a row."""
        cells = [self.words(line(text), _IN_A_CELL) for pair in pairs for text in pair]
        cells += [""] * (-len(cells) % 4)
        return [cells[at : at + 4] for at in range(0, len(cells), 4)]

    def blocks(self, blocks: Iterable[Block]) -> Iterable[dict[str, Any]]:
        every = list(blocks)
        for number, block in enumerate(every):
            if isinstance(block, Items):
                rows = [self.runs(row) for row in block.rows]
                kind = "list" if block.start is None else "enum"
                length = sum(len(run["text"]) for row in rows for run in row)
                whole = len(rows) <= _A_FEW_ROWS and length <= _A_FEW_LINES
                yield {"kind": kind, "start": block.start or 0, "rows": rows, "whole": whole}
            elif isinstance(block, Heading):
                yield {"kind": "heading", "level": block.level, "runs": self.runs(block.runs)}
            else:
                runs = self.runs(block.runs)
                yield {
                    "kind": _kind(block, first=number == 0),
                    "runs": runs,
                    "even": not _LONG_WORD.search("".join(run["text"] for run in runs)),
                    "keep": _keeps(block, every[number + 1 : number + 2]),
                }

    def runs(self, runs: Runs) -> list[dict[str, Any]]:
        return [
            {
                "text": self.words(unresolved_mark(run.name, self.lang) if run.name else run.text),
                "strong": run.strong,
                "missing": bool(run.name),
            }
            for run in runs
        ]

    def note(self) -> str:
        """What the numbers in the text stand for; "" where there are none."""
        return note_on_missing(self.lang) if self.missing else ""


def note_on_missing(lang: str) -> str:
    """What 〔U+…〕 in the text stands for."""
    if lang == "en":
        return (
            "Note: 〔U+…〕 stands for a character that the fonts of this document do not have;"
            " it is the character's number in Unicode."
        )
    return "注：〔U+…〕表示本文件字库中没有的字，括号内是该字的 Unicode 编码。"


def _kind(block: Paragraph, *, first: bool) -> str:
    if block.signature:
        return "signature"
    said = "".join(run.text for run in block.runs)
    if (first and said[-1:] in "：:，,") or said in _CLOSES:
        return "flush"
    return "paragraph"


def _keeps(block: Paragraph, after: Sequence[Block]) -> bool:
    """Stays on the page of what follows: the words before a list, before the conclusion of a point
    and before the signature.
    """
    if not after or len("".join(run.text for run in block.runs)) > _A_FEW_LINES:
        return bool(after) and isinstance(after[0], Paragraph) and after[0].signature
    one = after[0]
    if not isinstance(one, Paragraph):
        return isinstance(one, Items)
    first = one.runs[0].text if one.runs else ""
    return one.signature or first in CONCLUDES or "".join(r.text for r in one.runs) in _CLOSES

"""A text with what changed in it and the comments that stand in it, cut into runs for the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from complaints.quoting import Placed
from legal_rules.text_diff import Kind, Piece

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Run:
    """Text of one kind. `at`: its place in the text of now, None for what was left out. `numbers`:
    the comments that end with it. `mark`: of Markdown, not shown; `strong`: between such marks.
    """

    kind: Kind
    text: str
    at: int | None
    commented: bool = False
    numbers: tuple[int, ...] = ()
    mark: bool = False
    strong: bool = False


def marked(pieces: Sequence[Piece], placed: Sequence[Placed]) -> list[list[Run]]:
    """The pieces as paragraphs of runs; blank paragraphs are left out."""
    standing = [p for p in placed if p.start is not None]
    result: list[list[Run]] = [[]]
    for run in _runs(pieces, standing):
        if run.text == "\n":
            result.append([])
        else:
            result[-1].append(run)
    return [one for one in result if any(run.text.strip() for run in one)]


def _runs(pieces: Sequence[Piece], placed: Sequence[Placed]) -> Iterator[Run]:
    """Each line end is a run of its own."""
    cuts = {place for p in placed for place in (p.start or 0, p.end or 0)}
    at = 0
    for piece in pieces:
        for text in _LINE.findall(piece.text):
            line = text.removesuffix("\n")
            if piece.kind == "del":
                yield from (Run("del", line, None),) if line else ()
            else:
                yield from _cut(piece.kind, line, at, cuts, placed)
                at += len(text)
            if line != text:
                yield Run(piece.kind, "\n", None)


def _cut(kind: Kind, line: str, at: int, cuts: set[int], placed: Sequence[Placed]) -> Iterator[Run]:
    """A line cut where comments begin and end."""
    inside = sorted(cut for cut in cuts if at < cut < at + len(line))
    for start, end in zip([at, *inside], [*inside, at + len(line)], strict=True):
        if start == end:
            continue
        over = [p for p in placed if (p.start or 0) < end and start < (p.end or 0)]
        ends = tuple(p.number for p in over if p.end == end)
        yield Run(kind, line[start - at : end - at], start, bool(over), ends)

"""The letter before counsel with its marks of Markdown drawn instead of spelled out.

Nothing is left out: the marks stay in their places in the text, so that what is selected is found
again, and only marks that the letter knows are drawn. Anything else is shown as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from complaints.views.review_marks import Run

_MARK = re.compile(r"^#{1,6} |\*\*")
_FENCE = re.compile(r"^:::(?: signature)?$")


@dataclass(frozen=True)
class Paragraph:
    """Runs of one line. kind: text, heading, sign (beneath the letter), fence (not shown)."""

    kind: str
    runs: tuple[Run, ...]


def drawn(paragraphs: Sequence[Sequence[Run]]) -> list[Paragraph]:
    """The letter's lines with heavy words, headings and the signature's place."""
    result, signing = [], False
    for runs in paragraphs:
        text = "".join(run.text for run in runs)
        if _FENCE.match(text):
            signing = text != ":::"
            result.append(Paragraph("fence", tuple(replace(run, mark=True) for run in runs)))
            continue
        kind = "heading" if text.startswith("#") and _MARK.match(text) else "text"
        result.append(Paragraph("sign" if signing else kind, tuple(_dressed(runs))))
    return result


def _dressed(runs: Sequence[Run]) -> Iterator[Run]:
    """The runs cut at their marks; what stands between two pairs of stars is strong. What was left
    out and what stands now have stars of their own.
    """
    heavy = {"old": False, "new": False}
    begun = False
    for run in runs:
        which = "old" if run.kind == "del" else "new"
        parts = list(_parts(run.text, begun))
        begun = True
        at = run.at
        for number, (text, mark) in enumerate(parts):
            last = number == len(parts) - 1
            numbers = run.numbers if last else ()
            yield replace(run, text=text, at=at, numbers=numbers, mark=mark, strong=heavy[which])
            at = None if at is None else at + len(text)
            if mark and text == "**":
                heavy = _toggled(heavy, run.kind, which)


def _toggled(heavy: dict[str, bool], kind: str, which: str) -> dict[str, bool]:
    """Stars that stand in both texts turn both."""
    both = kind == "same"
    return {name: on != (both or name == which) for name, on in heavy.items()}


def _parts(text: str, begun: bool) -> Iterator[tuple[str, bool]]:
    """(text, whether it is a mark); a heading's mark counts at the beginning of a line only."""
    at = 0
    for found in _MARK.finditer(text):
        if begun and found.group() != "**":
            continue
        if found.start() > at:
            yield text[at : found.start()], False
        yield found.group(), True
        at = found.end()
    if at < len(text):
        yield text[at:], False

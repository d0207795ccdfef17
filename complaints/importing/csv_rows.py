"""CSV text → records. One broken record costs that one only: the next line starts afresh."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

DELIMITERS = ",;\t"
csv.field_size_limit(16 * 1024 * 1024)  # a cell that is too long is refused with a sentence later


@dataclass(frozen=True)
class Record:
    """The cells of one record; `broken` says why it could not be read, "" when it could."""

    cells: list[str]
    broken: str = ""


def split_lines(text: str) -> list[str]:
    """Physical lines, each with its line feed. Other separators that Unicode knows are characters
    of a cell.
    """
    lines = [line + "\n" for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    if lines[-1] == "\n":
        lines.pop()
    return lines


def delimiter_of(lines: Sequence[str]) -> tuple[str, int]:
    """The delimiter, and how many lines to skip: Excel's line `sep=;` names it, else the first
    lines are counted.
    """
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].rstrip("\n")) == 5:
        return lines[0][4], 1
    for line in lines[:10]:
        outside = "".join(line.split('"')[::2])
        counts = {mark: outside.count(mark) for mark in DELIMITERS}
        if any(counts.values()):
            return max(DELIMITERS, key=lambda mark: counts[mark]), 0
    return ",", 0


def length(cells: Sequence[str]) -> int:
    """How many cells up to the last that is not empty."""
    return max((i + 1 for i, cell in enumerate(cells) if cell.strip()), default=0)


def _parse(text: str, delimiter: str) -> list[str] | None:
    """The cells of exactly one record; None when the quotes do not fit together."""
    try:
        found = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return found[0] if found else []


def _ends(lines: Sequence[str]) -> list[int]:
    """For each line, one past the line that completes its quotes; 0 when none does."""
    even_at = {0: 0, 1: 0}  # parity of the quotes before a line → the nearest such line below
    ends = [0] * len(lines)
    parities = [0]
    for line in lines:
        parities.append((parities[-1] + line.count('"')) % 2)
    for at in range(len(lines) - 1, -1, -1):
        even_at[parities[at + 1]] = at + 1
        ends[at] = even_at[parities[at]]
    return ends


def records(lines: Sequence[str], delimiter: str) -> Iterator[Record]:
    """Every record in order.

    A record of several lines is believed only when it is not wider than the records before it: else
    an opening quote that was never closed would join strangers.
    """
    width, at = 0, 0
    ends = _ends(lines)
    while at < len(lines):
        end = ends[at]
        cells = _parse("".join(lines[at:end]), delimiter) if end else None
        if end != at + 1 and (cells is None or (width and length(cells) > width)):
            cells, end = _parse(lines[at], delimiter), at + 1
        if cells is None:
            reason = _("引号不成对：单元格里的引号要写成两个，整格再用引号括起来")
            yield Record([lines[at].rstrip("\n")], reason)
        else:
            yield Record(cells)
            width = max(width, length(cells)) if end == at + 1 else width
        at = end

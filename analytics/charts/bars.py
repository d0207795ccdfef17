"""Bars that lie, one per row, in HTML (`<progress>`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What is counted, how many, and what would be too many (None: nothing is said of that)."""

    label: str
    value: float
    url: str = ""
    limit: float | None = None
    chinese: bool = False  # words of the file, not of the page
    note: str = ""

    @property
    def over(self) -> float:
        """By how many it is more than it should be."""
        return max(0.0, self.value - self.limit) if self.limit is not None else 0.0


@dataclass(frozen=True)
class Bars:
    """Rows on one scale; `most` is where it ends."""

    rows: Sequence[Row]
    most: float

    @property
    def empty(self) -> bool:
        """There is no row, or all are 0."""
        return not any(row.value for row in self.rows)

    @property
    def over(self) -> list[Row]:
        """The rows that are over their limit, the furthest first."""
        return sorted((row for row in self.rows if row.over), key=lambda row: -row.over)


def bars(rows: Sequence[Row]) -> Bars:
    """The rows as they come; the scale has room for the limits."""
    ends = [max(row.value, row.limit or 0.0) for row in rows]
    return Bars(rows, max([*ends, 1.0]))

"""Tables of figures before they become a workbook or pages: what stands in a column, and of what
kind it is. Pure: no Django, no file formats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a cell holds. A share is a fraction of one: 0.853 is shown as 85.3 %."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"  # one decimal
    MONEY = "money"  # yuan
    SHARE = "share"
    DAY = "day"
    MOMENT = "moment"  # in Asia/Shanghai


Value = str | int | Decimal | date | datetime | None


@dataclass(frozen=True)
class Cell:
    """A value of another kind than its column's, or with the address of its rows."""

    value: Value
    kind: Kind
    url: str = ""


@dataclass(frozen=True)
class Column:
    """A heading, what stands below it, and how wide that is, in small letters."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 14


Row = Sequence[Value | Cell]


@dataclass(frozen=True)
class Point:
    """One day or week of a line: its label on the axis ("" for none), its number, and whether it is
    above the upper limit.
    """

    label: str
    value: float
    beyond: bool = False


@dataclass(frozen=True)
class Line:
    """A line over time with the mean and the upper control limit (None: not known)."""

    points: Sequence[Point]
    mean: float | None
    upper: float | None
    words: str  # what the chart says, for those who cannot see it
    legend: tuple[str, str] = ("", "")  # of the mean and of the limit


@dataclass(frozen=True)
class Table:
    """One part: a sheet of its own, a heading on paper.

    `total`: the last row, which is what the others come to. `printed`: what paper has instead,
    where the sheet has more than a page takes. `bars`: the column that paper shows as bars beside
    it; `heat`: whether paper shades the numbers.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row | None = None
    note: str = ""
    printed: Table | None = None
    bars: int | None = None
    heat: bool = False
    line: Line | None = None


@dataclass(frozen=True)
class Paper:
    """All of it. `facts`: pairs of label and value (window, filters, when it was computed, who
    fetched it, what for). `mark`: behind every page. `lang`: zh or en.
    """

    title: str
    enterprise: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    at: datetime
    mark: str = ""
    lang: str = "zh"
    notes: Sequence[str] = field(default=())


def of(value: Value | Cell, column: Column) -> Cell:
    """The cell, of the kind of its column where it has none of its own."""
    return value if isinstance(value, Cell) else Cell(value, column.kind)

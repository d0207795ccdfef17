"""A heat map as a table: how dark each cell is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

LEVELS = 6  # shades above the one of nothing


@dataclass(frozen=True)
class Cell:
    """One number. `level` 0 (nothing) to 6; `column`: what the number is of, for who hears it;
    `at`: its row and column, from 1.
    """

    value: float
    level: int
    column: str
    url: str = ""
    at: str = ""


@dataclass(frozen=True)
class HeatRow:
    """One row with its name and its sum."""

    label: str
    cells: list[Cell]
    total: float


@dataclass(frozen=True)
class Heat:
    """The table. `opens`: where each column leads, "" for nowhere."""

    columns: Sequence[str]
    rows: list[HeatRow]
    opens: Sequence[str] = field(default=())

    @property
    def heads(self) -> list[tuple[str, str]]:
        """Name and address of each column."""
        return list(zip_longest(self.columns, self.opens, fillvalue=""))

    @property
    def empty(self) -> bool:
        """Nothing in any cell."""
        return not any(row.total for row in self.rows)


def level(value: float, largest: float) -> int:
    """The shade: by the square root, because counts spread by their root and small ones would all
    look like nothing.
    """
    if value <= 0 or largest <= 0:
        return 0
    return min(LEVELS, 1 + math.floor(LEVELS * math.sqrt(value / largest) * (1 - 1e-9)))


Value = tuple[float, str]  # number and address


def heat(
    rows: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, str]],
    values: Mapping[tuple[str, str], Value],
    opens: Mapping[str, str] | None = None,
) -> Heat:
    """`rows`, `columns`: (key, name) in their order; `values` by both keys; `opens`: where a column
    leads, by its key.
    """
    largest = max((value for value, _url in values.values()), default=0.0)
    found = []
    for line, (key, name) in enumerate(rows, 1):
        cells = []
        for place, (column, title) in enumerate(columns, 1):
            value, address = values.get((key, column), (0.0, ""))
            shade = level(value, largest)
            cells.append(Cell(value, shade, title, address, f"{line}-{place}"))
        found.append(HeatRow(name, cells, sum(cell.value for cell in cells)))
    leads = [(opens or {}).get(key, "") for key, _title in columns]
    return Heat([title for _key, title in columns], found, leads)

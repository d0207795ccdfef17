"""Small cells of tables that leave the house: counts below 10 could single somebody out.

They are hidden, and with them so many larger ones that no hidden count can be worked out from the
totals, although a reader knows that one marked "<10" is 1 to 9, and one marked "*" is 10 or more.
Pure: no Django, no database.

A table with its totals is a network: what a total is of is a node, counts are arcs; columns that
are put together in groups (provinces in large regions) make it one level deeper. A hidden count can
be another one exactly when it lies on a cycle along which hidden counts may go up and down by one,
so that all totals stay as they are (Cox 1995; Willenborg & de Waal 2001, chapter 6).
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

LEAST = 10  # what is fewer, and not 0, is hidden
Node = tuple[str, int, int]
_ALL: Node = ("all", 0, 0)
_WHOLE: Node = ("whole", 0, 0)
_HIDES = 1_000_000  # what hiding one more costs: as few as possible, then the smallest


class Mark(StrEnum):
    """What stands in the place of a count; the count itself for `SHOWN`."""

    SHOWN = ""
    SMALL = f"<{LEAST}"
    APART = "*"  # as many or more, so that the small ones cannot be worked out


@dataclass(frozen=True)
class Marks:
    """Of a table: its cells by row, the totals of its rows, and of its columns; the same for the
    groups of columns.
    """

    cells: Sequence[Sequence[Mark]]
    rows: Sequence[Mark]
    columns: Sequence[Mark]
    of_groups: Sequence[Sequence[Mark]]
    groups: Sequence[Mark]


@dataclass
class _Cell:
    """A count between two nodes: part of what comes together at `start`, and of what does at `end`.
    `level`: 0 for a cell, more for totals.
    """

    start: Node
    end: Node
    n: int
    level: int = 0
    mark: Mark = Mark.SHOWN

    def may(self, *, rise: bool, mark: Mark | None = None) -> bool:
        """Whether it could be one more, or one less, for all that a reader knows."""
        mark = self.mark if mark is None else mark
        if mark is Mark.SMALL:
            return self.n < LEAST - 1 if rise else self.n > 1
        return mark is Mark.APART and (rise or self.n > LEAST)


def alone(n: int) -> Mark:
    """Of a count that no total is made of."""
    return Mark.SMALL if 0 < n < LEAST else Mark.SHOWN


def of_list(counts: Sequence[int]) -> list[Mark] | None:
    """Counts whose sum is known. None: they cannot be shown, some would be given away.

    Raises ValueError for counts below nought.
    """
    cells = [_Cell(_ALL, _WHOLE, n) for n in counts]
    return [cell.mark for cell in cells] if _hide(cells, sum(counts)) else None


def of_table(counts: Sequence[Sequence[int]], groups: Sequence[int] | None = None) -> Marks | None:
    """Counts by row and column, with the totals of both, and of columns put together; the total of
    all is known. `groups`: of each column the number of its group, from 0; without it all are one.

    None and ValueError as for a list.
    """
    width = len(counts[0]) if counts else 0
    groups = [0] * width if groups is None else groups
    number = range(max(groups, default=-1) + 1)
    cells = [
        [_Cell(("part", i, groups[j]), ("column", j, 0), n) for j, n in enumerate(row)]
        for i, row in enumerate(counts)
    ]
    by_group = [
        [_Cell(("row", i, 0), ("part", i, g), _sum(row, groups, g), 1) for g in number]
        for i, row in enumerate(counts)
    ]
    rows = [_Cell(_ALL, ("row", i, 0), sum(row), 2) for i, row in enumerate(counts)]
    across = [sum(row[j] for row in counts) for j in range(width)]
    columns = [_Cell(("column", j, 0), ("group", groups[j], 0), n, 1) for j, n in enumerate(across)]
    below = [_Cell(("group", g, 0), _WHOLE, _sum(across, groups, g), 2) for g in number]
    if not _hide([*chain(*cells), *chain(*by_group), *rows, *columns, *below], sum(across)):
        return None
    return Marks(
        [_marks(row) for row in cells],
        _marks(rows),
        _marks(columns),
        [_marks(row) for row in by_group],
        _marks(below),
    )


def _sum(counts: Sequence[int], groups: Sequence[int], group: int) -> int:
    return sum(n for n, g in zip(counts, groups, strict=True) if g == group)


def _marks(cells: Iterable[_Cell]) -> list[Mark]:
    return [cell.mark for cell in cells]


def _hide(cells: Sequence[_Cell], total: int) -> bool:
    """Mark them; whether that is enough."""
    if any(cell.n < 0 for cell in cells):
        raise ValueError("a count is below nought")
    for cell in cells:
        cell.mark = alone(cell.n)
    small = [cell for cell in cells if cell.mark is Mark.SMALL]
    if not small:
        return True
    safe: set[int] = set()  # whoever lies on a cycle can move along it, and stays able to
    return total >= LEAST and all(id(cell) in safe or _keep(cell, cells, safe) for cell in small)


def _keep(cell: _Cell, cells: Sequence[_Cell], safe: set[int]) -> bool:
    """See to it that the cell could be another number; whether that is possible."""
    ways = [
        found
        for rise in (True, False)
        if cell.may(rise=rise) and (found := _cycle(cell, cells, rise=rise)) is not None
    ]
    if not ways:
        return False
    _cost, along = min(ways, key=lambda way: way[0])
    safe.update(map(id, along))
    for other in along:
        if other.mark is Mark.SHOWN:
            other.mark = Mark.APART
    return True


def _cycle(cell: _Cell, cells: Sequence[_Cell], *, rise: bool) -> tuple[int, list[_Cell]] | None:
    """The cheapest others that have to move when this one does (Dijkstra)."""
    start, end = _ends(cell, rise=rise)[::-1]
    arcs = _arcs(other for other in cells if other is not cell)
    waiting: list[tuple[int, int, Node]] = [(0, 0, start)]
    known: dict[Node, tuple[int, list[_Cell]]] = {start: (0, [])}
    number = 0
    while waiting:
        cost, _order, node = heapq.heappop(waiting)
        if node == end:
            return known[end]
        if cost > known[node][0]:
            continue
        for further, more, other in arcs[node]:
            if further not in known or cost + more < known[further][0]:
                number += 1
                known[further] = (cost + more, [*known[node][1], other])
                heapq.heappush(waiting, (cost + more, number, further))
    return None


def _arcs(cells: Iterable[_Cell]) -> dict[Node, list[tuple[Node, int, _Cell]]]:
    """From each node: where to, what it costs, and by which cell."""
    found: defaultdict[Node, list[tuple[Node, int, _Cell]]] = defaultdict(list)
    for cell in cells:
        shown = cell.mark is Mark.SHOWN
        if shown and cell.n < LEAST:
            continue  # 0 is shown
        mark, cost = (Mark.APART, _price(cell)) if shown else (cell.mark, 0)
        for rise in (True, False):
            if cell.may(rise=rise, mark=mark):
                start, end = _ends(cell, rise=rise)
                found[start].append((end, cost, cell))
    return found


def _price(cell: _Cell) -> int:
    """Of hiding it too: totals last, because they say the most."""
    return _HIDES + cell.level * _HIDES // 4 + min(cell.n, _HIDES // 4)


def _ends(cell: _Cell, *, rise: bool) -> tuple[Node, Node]:
    """From where to where it leads when there is one more of it, or one less."""
    return (cell.start, cell.end) if rise else (cell.end, cell.start)

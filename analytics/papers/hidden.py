"""What is hidden in tables that leave the house (`analytics/small_cells.py`), by the keys of parts.

Tables of what complaints are about are looked at: category, region, channel, product, brand, right
and cause. Inside the house nothing is hidden: who reads there may open the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from django.utils.translation import gettext as _

from analytics.papers.tables import Cell, Column, Kind, Table, Value
from analytics.small_cells import LEAST, Mark, alone, of_list, of_table
from complaints.places import area_of

if TYPE_CHECKING:
    from analytics.overview import Heat, Overview, Part

Marked = Mapping[str, Mark]  # key → mark, of those that are hidden
INSIDE: Marked = {}
Named = TypeVar("Named")


@dataclass(frozen=True)
class HeatMarks:
    """Of categories by regions: cells, totals of categories and of regions that are hidden."""

    cells: Mapping[tuple[str, str], Mark] = field(default_factory=dict)
    rows: Marked = field(default_factory=dict)
    columns: Marked = field(default_factory=dict)


NONE_HIDDEN = HeatMarks()


@dataclass(frozen=True)
class Hidden:
    """Of categories, provinces (`heat`) and large regions (`areas`) together, because the totals of
    one are the numbers of another. None: nothing of it can be shown.
    """

    heat: HeatMarks | None
    areas: HeatMarks | None
    categories: Marked | None


SHOWN = Hidden(NONE_HIDDEN, NONE_HIDDEN, INSIDE)


def of_heat(found: Overview) -> Hidden:
    """What has to be hidden in all of them; where it is too few by province, by large region alone,
    where it is too few for that, by category alone.
    """
    heat, areas = found.heat, found.areas
    keys = [key for key, _label in areas.columns]
    marks = of_table(_counts(heat), [keys.index(area_of(r)) for r, _label in heat.columns])
    if marks is not None:
        finer = _heat_marks(heat, marks.cells, marks.rows, marks.columns)
        coarser = _heat_marks(areas, marks.of_groups, marks.rows, marks.groups)
        return Hidden(finer, coarser, finer.rows)
    marks = of_table(_counts(areas))
    if marks is not None:
        coarser = _heat_marks(areas, marks.cells, marks.rows, marks.columns)
        return Hidden(None, coarser, coarser.rows)
    return Hidden(None, None, of_parts(found.by_category))


def _counts(heat: Heat) -> list[list[int]]:
    return [
        [heat.cells[c, r].n if (c, r) in heat.cells else 0 for r, _label in heat.columns]
        for c, _label in heat.rows
    ]


def _heat_marks(
    heat: Heat, cells: Sequence[Sequence[Mark]], rows: Sequence[Mark], columns: Sequence[Mark]
) -> HeatMarks:
    """`heat.rows` are the same, in the same order, for provinces and large regions."""
    down, across = [key for key, _label in heat.rows], [key for key, _label in heat.columns]
    marked = {
        (c, r): mark
        for c, of_row in zip(down, cells, strict=True)
        for r, mark in zip(across, of_row, strict=True)
        if mark
    }
    return HeatMarks(marked, _said(down, rows), _said(across, columns))


def of_parts(parts: Sequence[Part]) -> Marked | None:
    """Of bars whose sum is known. None: nothing of it can be shown."""
    marks = of_list([part.n for part in parts])
    return None if marks is None else _said([part.key for part in parts], marks)


def each_alone(parts: Sequence[Part]) -> Marked:
    """Of bars that no sum is made of."""
    return _said([part.key for part in parts], [alone(part.n) for part in parts])


def _said(keys: Sequence[str], marks: Sequence[Mark]) -> Marked:
    return {key: mark for key, mark in zip(keys, marks, strict=True) if mark}


def put(value: Value | Cell, mark: Mark | None) -> Value | Cell:
    """The value, or the mark in its place."""
    return Cell(str(mark), Kind.TEXT) if mark else value


def in_order(rows: Sequence[Named], hidden: Marked, keys: Sequence[tuple[str, str]]) -> list[Named]:
    """What is hidden behind what is shown and by its name: its place would tell its size.
    `keys`: key and label of each row.
    """
    named = list(zip(rows, keys, strict=True))
    shown = [row for row, (key, _label) in named if key not in hidden]
    apart = sorted((pair for pair in named if pair[1][0] in hidden), key=lambda pair: pair[1][1])
    return shown + [row for row, _key in apart]


def note_with(hidden: object, note: str = "") -> str:
    """The note of a table, and what the marks mean where there are any."""
    if not hidden:
        return note
    words = _("“<{n}”为少于 {n} 件；“*”为防止从合计推算出这些数字而一并隐去的数字。")
    words = words.format(n=LEAST)
    return f"{note} {words}".strip()


def withheld(name: str, columns: Sequence[Column]) -> Table:
    """A table of which nothing can be shown."""
    words = _("件数太少，为免从中认出当事人，不列出分布。可以放宽日期或者筛选后再导出。")
    return Table(name, columns, [[words, *[None for _column in columns[1:]]]])

"""Tables on a page: the same as on paper, each number with the address of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from analytics.papers.printed import said
from analytics.papers.tables import Cell, Kind, Row, Table, of

NARROW = 3  # columns


@dataclass(frozen=True)
class Shown:
    """One cell: its words, whether it is a number, and where its rows are listed."""

    text: str
    number: bool
    url: str = ""


@dataclass(frozen=True)
class OnPage:
    """One table in words."""

    name: str
    head: Sequence[Shown]
    rows: Sequence[Sequence[Shown]]
    total: Sequence[Shown]
    note: str

    @property
    def narrow(self) -> bool:
        """Whether half a page is enough for it."""
        return len(self.head) <= NARROW


def in_rows(tables: Sequence[Table]) -> list[list[OnPage]]:
    """The tables as they stand on a page: two narrow ones beside each other."""
    found: list[list[OnPage]] = []
    for table in map(on_page, tables):
        if found and len(found[-1]) == 1 and table.narrow and found[-1][0].narrow:
            found[-1].append(table)
        else:
            found.append([table])
    return found


def on_page(table: Table) -> OnPage:
    """The table as a page shows it; days become weeks and many rows a few, as on paper."""
    short = table.printed or table
    head = [Shown(c.title, c.kind is not Kind.TEXT) for c in short.columns]
    rows = [_row(short, row) for row in short.rows]
    total = _row(short, short.total) if short.total is not None and rows else []
    name = _("新增投诉") if short.line else table.name  # weeks or months, and no chart of days
    return OnPage(name, head, rows, total, short.note)


def _row(table: Table, row: Row) -> list[Shown]:
    cells = [of(value, column) for value, column in zip(row, table.columns, strict=True)]
    return [
        Shown(said(cell), column.kind is not Kind.TEXT, cell.url if _has_rows(cell) else "")
        for cell, column in zip(cells, table.columns, strict=True)
    ]


def _has_rows(cell: Cell) -> bool:
    """No cases are behind a count of none; behind a median of nothing there may be many."""
    return bool(cell.value) or (cell.value is not None and cell.kind is not Kind.COUNT)

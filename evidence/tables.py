"""The cells of a spreadsheet (xlsx, csv) as a page shows them, within bounds: read by a process of
its own (`apart`).

This module is also that program (`python -m evidence.tables KIND`, the file on standard input): it
imports no Django.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from evidence import apart, texts
from evidence.apart import Unreadable

__all__ = ["KINDS", "Book", "Sheet", "Unreadable", "read"]
KINDS = ("xlsx", "csv")
SHEETS, ROWS, COLUMNS, CELL = 20, 300, 40, 300  # as many of each are shown


@dataclass(frozen=True)
class Sheet:
    """One sheet: its first rows, all of one width; `cut` where it goes on behind or beside them."""

    title: str
    rows: list[list[str]]
    cut: bool
    hidden: bool = False


@dataclass(frozen=True)
class Book:
    """The first sheets, and how many there are."""

    sheets: list[Sheet]
    count: int


def read(file: BinaryIO, kind: str) -> Book:
    """Of one of the KINDS; the file is closed. Raises Unreadable."""
    try:
        said = json.loads(apart.run("tables", kind, file))
    except ValueError as error:
        raise Unreadable from error
    return Book([Sheet(**sheet) for sheet in said["sheets"]], said["count"])


# --- the other process


def main(kind: str) -> None:
    """Write the sheets as one line of JSON."""
    said = _book(sys.stdin.buffer) if kind == "xlsx" else _csv(sys.stdin.buffer)
    sys.stdout.write(json.dumps(said))


def _book(file: BinaryIO) -> dict[str, Any]:
    import openpyxl

    apart.bound()
    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    found = []
    for sheet in book.worksheets[:SHEETS]:
        sheet.reset_dimensions()  # some programs write wrong ones, which would hide cells
        rows = sheet.iter_rows(max_row=ROWS + 1, max_col=COLUMNS + 1, values_only=True)
        shown = _sheet(sheet.title, rows)
        found.append({**shown, "hidden": sheet.sheet_state != "visible"})
    return {"sheets": found, "count": len(book.worksheets)}


def _csv(file: BinaryIO) -> dict[str, Any]:
    apart.bound()
    data = file.read(texts.MOST + 1)
    text, cut = texts.decoded(data[: texts.MOST]), len(data) > texts.MOST
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    shown = _sheet("", csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    return {"sheets": [{**shown, "cut": shown["cut"] or cut}], "count": 1}


def _sheet(title: str, rows: Iterable[Iterable[Any]]) -> dict[str, Any]:
    came = [[_cell(value) for value in row] for row in islice(rows, ROWS + 1)]
    wide = max((len(row) for row in map(_without_end, came)), default=0)
    shown = [_evenly(row, min(wide, COLUMNS)) for row in came[:ROWS]]
    while shown and not any(shown[-1]):
        shown.pop()
    return {"title": title, "rows": shown, "cut": len(came) > ROWS or wide > COLUMNS}


def _without_end(row: list[str]) -> list[str]:
    """Without the empty cells behind the last full one."""
    full = len(row)
    while full and not row[full - 1]:
        full -= 1
    return row[:full]


def _evenly(row: list[str], wide: int) -> list[str]:
    return [*row[:wide], *[""] * (wide - len(row))]


def _cell(value: Any) -> str:
    """As written: a day without its midnight, nothing for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        text = value.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    else:
        text = str(value)
    return texts.plain(text[:CELL] + ("…" if len(text) > CELL else ""))


if __name__ == "__main__":
    main(sys.argv[1])

"""The file of rejected rows: 行号 and 原因, then the columns as they came; corrected, it can be
imported again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from complaints.importing.headings import OWN_COLUMNS
from complaints.importing.table import LOST, Row, Table, escaped

BOM = "\ufeff"  # by which spreadsheet programs know UTF-8


def write(table: Table, rejected: Iterable[tuple[Row, str]]) -> bytes:
    """CSV in UTF-8 with BOM. Cells that a spreadsheet would take for formulas are neutralised.

    A row that could not be split into columns stands to the right of them, so that it is refused
    again until somebody has put its parts where they belong.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*OWN_COLUMNS, *map(escaped, table.columns)])
    for row, reasons in rejected:
        cells = list(row.cells)
        if len(cells) == 1 and any(place is None for place, _sentence in row.damage):
            cells = [*[""] * len(table.columns), *cells]
        safe = (escaped(cell.replace("\udcff", LOST)) for cell in cells)
        writer.writerow([row.number, escaped(reasons), *safe])
    return (BOM + out.getvalue()).encode()

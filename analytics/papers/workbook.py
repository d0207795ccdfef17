"""Tables as a workbook of Excel: dates are dates, numbers are numbers, headings stay in view.

A text that a spreadsheet would take for a formula gets an apostrophe, as in every other export.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from analytics.papers.tables import Cell, Column, Kind, Paper, Row, Table, of
from complaints.importing.table import escaped
from complaints.workdays import SHANGHAI

FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.NUMBER: "#,##0.0",
    Kind.MONEY: '"¥"#,##0.00',
    Kind.SHARE: "0.0%",
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
_LONGEST = 32_000  # characters of a cell that Excel takes: 32,767
_NAME = 31  # characters of the name of a sheet
_HEAD = PatternFill("solid", start_color="FFE8ECF2")
_RULE = Border(bottom=Side(style="thin", color="FF6B7280"))
_ABOVE = Border(top=Side(style="thin", color="FF6B7280"))
_BOLD, _GREY = Font(bold=True), Font(color="FF4B5563", italic=True)


def written(paper: Paper, about: str) -> bytes:
    """The file; `about` is the name of the first sheet, which says what the others show."""
    book = Workbook()
    first = book.active
    if not isinstance(first, Worksheet):
        raise TypeError("a new workbook begins with a sheet")
    _about(first, paper, about)
    taken = {first.title}
    for table in paper.tables:
        _sheet(book.create_sheet(_free(table.name, taken)), table)
    _properties(book, paper)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _properties(book: Workbook, paper: Paper) -> None:
    made = paper.at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    book.properties.creator, book.properties.title = _words(paper.enterprise), _words(paper.title)
    book.properties.created = book.properties.modified = made


def _free(name: str, taken: set[str]) -> str:
    """A name for a sheet that is not there yet, without what Excel does not take."""
    bare = "".join(" " if one in "[]:*?/\\" else one for one in name).strip("'")[:_NAME]
    found, n = bare, 2
    while found in taken:
        found, n = f"{bare[: _NAME - 3]} {n}", n + 1
    taken.add(found)
    return found


def _about(sheet: Worksheet, paper: Paper, name: str) -> None:
    sheet.title = name[:_NAME]
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, 90
    sheet.append([_words(paper.title)])
    sheet["A1"].font = Font(bold=True, size=14)
    for label, value in [("", paper.enterprise), *paper.facts, *(("", n) for n in paper.notes)]:
        sheet.append([_words(label), _words(value)])
        row = sheet.max_row
        sheet.cell(row, 1).font = _BOLD
        sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(row, 1).alignment = Alignment(vertical="top")
    _paged(sheet)


def _sheet(sheet: Worksheet, table: Table) -> None:
    for number, column in enumerate(table.columns, 1):
        cell = sheet.cell(1, number, _words(column.title))
        cell.font, cell.fill, cell.border = _BOLD, _HEAD, _RULE
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    for row in table.rows:
        _row(sheet, table.columns, row)
    if table.rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    if table.total is not None:
        _row(sheet, table.columns, table.total, total=True)
    if table.note:
        number = sheet.max_row + 2
        sheet.cell(number, 1, _words(table.note)).font = _GREY
    sheet.freeze_panes = "B2" if len(table.columns) > 2 else "A2"
    sheet.print_title_rows = "1:1"
    _paged(sheet)


def _paged(sheet: Worksheet) -> None:
    """On A4, as wide as the paper, with numbers of the pages."""
    sheet.page_setup.paperSize = 9
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "&P / &N"


def _row(sheet: Worksheet, columns: Sequence[Column], row: Row, *, total: bool = False) -> None:
    number = sheet.max_row + 1
    for place, (value, column) in enumerate(zip(row, columns, strict=True), 1):
        found = of(value, column)
        cell = sheet.cell(number, place, _plain(found))
        if found.kind in FORMATS:
            cell.number_format = FORMATS[found.kind]
        else:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        if total:
            cell.font, cell.border = _BOLD, _ABOVE


def _plain(cell: Cell) -> object:
    """The value as Excel keeps it: it knows no time zones."""
    if isinstance(cell.value, datetime):
        return cell.value.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)
    return _words(cell.value) if isinstance(cell.value, str) else cell.value


def _words(text: str) -> str:
    return escaped(ILLEGAL_CHARACTERS_RE.sub("", text))[:_LONGEST]

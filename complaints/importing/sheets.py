"""A file of any kind → a table. What it is, is decided by its content, never by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

import filetype
from django.conf import settings
from django.utils.translation import gettext as _

from complaints.importing import headings
from complaints.importing.csv_rows import delimiter_of, length, records, split_lines
from complaints.importing.encoding import decode, is_damaged
from complaints.importing.table import (
    LOST,
    MAX_COLUMNS,
    MAX_ROWS,
    Row,
    Table,
    unescaped,
    unique_names,
)
from complaints.importing.xlsx_rows import Cells, Workbook
from evidence.receive import FileRefused

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXT_LIKE = {"application/pdf", "application/rtf", "application/postscript"}
RowOf = Callable[[Sequence[Sequence[str]]], int | None]
_HEADINGS_WITHIN = 10  # rows; some lists have a title and a date above their headings


def read(data: bytes, *, limit: int = MAX_ROWS, row_of: RowOf = headings.row_of) -> Table:
    """The table in the file; at most `limit` rows of it (`more` then says that there are further
    ones). `row_of` knows which of the first rows holds the headings.

    Raises FileRefused: empty, too large, of a wrong kind, without headings, or more than MAX_ROWS
    rows.
    """
    check_kind(data)
    reader = _read_workbook if data.startswith(_ZIP) else _read_text
    return reader(data, limit, row_of)


def check_kind(data: bytes) -> None:
    """Raises FileRefused, with what to do, for everything that is neither a workbook nor text."""
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        raise FileRefused(_("文件是空的（0 字节或只有空白）；请重新选择文件"))
    if len(data) > settings.UPLOAD_LIMIT:
        size = settings.UPLOAD_LIMIT // 1024 // 1024
        raise FileRefused(_("文件超过 {limit} MB；请拆成几个文件分别导入").format(limit=size), 413)
    if data.startswith(_OLD_OFFICE):
        raise FileRefused(
            _("这是旧版 .xls 或加了密码的文件；请在表格软件中打开，另存为不加密的 .xlsx 后再试"),
            415,
        )
    head = data[:8192]
    kind = None if data.startswith(_ZIP) else filetype.guess(head)
    # a list may begin with letters that are a picture's mark too (BM…), but has no NUL
    if kind is not None and (b"\0" in head or kind.mime in _TEXT_LIKE):
        raise FileRefused(
            _("这不是表格文件，内容是 {type}；请选择 .csv 或 .xlsx 文件").format(type=kind.mime),
            415,
        )


def _read_workbook(data: bytes, limit: int, row_of: RowOf) -> Table:
    book = Workbook(data)
    table = _table(book.rows(), limit, row_of, strict=False)
    table.about = [_("Excel 工作簿，工作表“{sheet}”").format(sheet=book.sheet[:40])]
    if book.others:
        table.about.append(_("另有 {n} 张工作表没有读取").format(n=book.others))
    if book.hidden:
        table.about.append(_("有隐藏的行，也一并读取"))
    table.epoch = book.epoch
    return table


def _read_text(data: bytes, limit: int, row_of: RowOf) -> Table:
    text, encoding = decode(data)
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml", "<table", "{\\rtf")):
        raise FileRefused(
            _("这是网页格式的文件，不是真正的表格；请在表格软件中打开，另存为 .xlsx 后再试"), 415
        )
    lines = split_lines(text)
    delimiter, skip = delimiter_of(lines)
    found: Iterator[Cells] = (
        (r.cells, [(None, r.broken)] if r.broken else _damage(r.cells))
        for r in records(lines[skip:], delimiter)
    )
    table = _table(chain([([], [])] * skip, found), limit, row_of, strict=True)
    names = {",": _("逗号"), ";": _("分号"), "\t": _("制表符")}
    table.about = [
        _("CSV，{encoding} 编码，以{delimiter}分隔").format(
            encoding=encoding, delimiter=names.get(delimiter, f"“{delimiter}”")
        )
    ]
    return table


def _damage(cells: Sequence[str]) -> list[tuple[int | None, str]]:
    return [(i, _lost()) for i, cell in enumerate(cells) if is_damaged(cell)]


def _lost() -> str:
    return _("有无法识别的内容（文字编码损坏，或没有结果的公式）；请改正这一格后再导入")


def _table(found: Iterable[Cells], limit: int, row_of: RowOf, *, strict: bool) -> Table:
    """Headings, then rows; blank rows are left out but counted. `strict`: a row wider than the
    headings is broken.
    """
    numbered = ((n, c, d) for n, (c, d) in enumerate(found, start=1) if length(c) or d)
    first = list(islice(numbered, _HEADINGS_WITHIN))
    place = row_of([cells for _n, cells, _d in first])
    if place is None:
        raise FileRefused(_("文件里没有内容；请确认第一行是列名，下面是数据"))
    names = first[place][1][: length(first[place][1])]
    if len(names) > MAX_COLUMNS:
        raise FileRefused(_("列太多（最多 {n} 列）；请只留要导入的列").format(n=MAX_COLUMNS))
    ours = len(headings.OWN_COLUMNS) if tuple(names[:2]) == headings.OWN_COLUMNS else 0
    table = Table(unique_names([unescaped(name) for name in names[ours:]], _("第 {n} 列")), [])
    if not table.columns:
        raise FileRefused(_("文件里没有内容；请确认第一行是列名，下面是数据"))
    for number, cells, damage in chain(first[place + 1 :], numbered):
        if len(table.rows) >= limit:
            table.more = True
            break
        table.rows.append(_row(number, cells, damage, len(table.columns), ours, strict))
    if table.more and limit >= MAX_ROWS:
        raise FileRefused(_("超过 {n} 行；请拆成几个文件分别导入").format(n=MAX_ROWS), 413)
    if not table.rows:
        raise FileRefused(_("只有列名，没有数据；请确认数据在第一张工作表里"))
    return table


def _row(
    number: int,
    cells: list[str],
    damage: list[tuple[int | None, str]],
    width: int,
    ours: int,
    strict: bool,
) -> Row:
    """`ours`: how many columns of our own stand in front; in such a file a cell that we marked as
    lost has to be mended first.
    """
    if any(place is None for place, _sentence in damage):
        return Row(number, tuple(cells), tuple(damage))
    cells = [unescaped(cell) for cell in cells[ours:]]
    damage = [(i - ours, s) for i, s in damage if i is not None and ours <= i < ours + width]
    if ours:
        damage += [(i, _lost()) for i, cell in enumerate(cells[:width]) if LOST in cell]
    if strict and length(cells) > width:
        sentence = _(
            "这一行有 {n} 格，列名只有 {width} 个；内容里有逗号、分号或换行时，整格要用引号括起来"
        )
        broken = (None, sentence.format(n=length(cells), width=width))
        return Row(number, tuple(cells), (broken, *damage))
    padded = [*cells[:width], *[""] * (width - len(cells))]
    return Row(number, tuple(padded), tuple(damage))

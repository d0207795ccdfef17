"""XLSX bytes → rows of text. Formulas are never evaluated: their saved result is taken, or the
cell is named.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from complaints.importing.table import EXCEL_EPOCH, LOST, MAC_EPOCH, MAX_COLUMNS
from evidence.receive import FileRefused

_UNPACKED_LIMIT = 300 * 1024 * 1024  # bytes; a package that unpacks to more is a bomb or not a list
_DIGITS = 15  # a spreadsheet's number holds no more; longer ones have lost their last digits
_FORMULA = re.compile(rb"<(\w+:)?f[ />]")
_HIDDEN = re.compile(rb"<(?:\w+:)?row [^>]*\bhidden=.(?:1|true)")
Cells = tuple[list[str], list[tuple[int | None, str]]]


class Workbook:
    """The first sheet with content. `epoch` is day 0 of its date numbers, `sheet` its name,
    `others` how many more there are,
    `hidden` whether rows are hidden somewhere.

    Raises FileRefused when it is no workbook, is locked, or unpacks beyond measure.
    """

    def __init__(self, data: bytes) -> None:
        formulas, self.hidden = _check_package(data)
        import openpyxl  # 12 MB of every process that needs none

        try:
            self._saved = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            self._typed = self._saved
            if formulas:  # a second look, which costs as much as the first
                self._typed = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
            names = [w.title for w in self._saved.worksheets if w.sheet_state == "visible"]
            names = names or [w.title for w in self._saved.worksheets]
            self.sheet = next((name for name in names if _has_content(self._saved[name])), names[0])
        except (
            Exception
        ) as error:  # openpyxl raises whatever a broken package makes it stumble over
            raise _unreadable() from error
        self.others = len(names) - 1
        self.epoch = MAC_EPOCH if self._saved.epoch.year == MAC_EPOCH.year else EXCEL_EPOCH

    def rows(self) -> Iterator[Cells]:
        """The texts of each row, and what is wrong with which of its cells. Raises FileRefused
        when the package breaks off.
        """
        saved, typed = self._saved[self.sheet], self._typed[self.sheet]
        for sheet in (saved, typed):
            sheet.reset_dimensions()  # what a file says about its own size is often wrong
        found = saved.iter_rows()
        pairs = zip(found, typed.iter_rows(), strict=False) if typed is not saved else None
        try:
            for number, (values, formulas) in enumerate(pairs or ((r, ()) for r in found), start=1):
                yield _row(number, values, formulas)
        except Exception as error:
            raise _unreadable() from error


def _has_content(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(any(cell.value is not None for cell in row) for row in sheet.iter_rows(max_row=50))


def _row(number: int, values: Any, formulas: Any) -> Cells:
    texts: list[str] = []
    damage: list[tuple[int | None, str]] = []
    for index, cell in enumerate(values[: MAX_COLUMNS + 1]):
        is_formula = index < len(formulas) and formulas[index].data_type == "f"
        text, wrong = _text(cell.value, cell.data_type, is_formula)
        texts.append(text)
        if wrong:
            from openpyxl.utils import get_column_letter

            place = f"{get_column_letter(index + 1)}{number}"
            damage.append((index, wrong.format(cell=place)))
    return texts, damage


def _text(value: Any, kind: str, is_formula: bool) -> tuple[str, str]:
    """The text of a cell, and a sentence with {cell} when it cannot be taken."""
    if value is None:
        lost = _(
            "单元格 {cell} 是公式，文件里没有它的计算结果；请在表格软件中打开并保存一次，或改成数值"
        )
        return (LOST, lost) if is_formula else ("", "")
    if kind == "e":
        wrong = _("单元格 {cell} 的公式出错（{error}）；请改正，或改成数值")
        return LOST, wrong.replace("{error}", str(value))
    if isinstance(value, bool):
        return ("true" if value else "false"), ""
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, (date, time, timedelta)):
        return _moment(value), ""
    return str(value).replace("_x000D_", ""), ""


def _number(value: float) -> tuple[str, str]:
    """As a person would write it: 3980, 3980.5; never 3.98e3 or the noise of binary fractions."""
    if abs(value) >= 10**_DIGITS:
        return f"{value:.0f}{LOST}", _(
            "单元格 {cell} 的号码被存成了数字，末几位已经丢失；"
            "请把这一列设为“文本”，重新填写完整号码"
        )
    if float(value).is_integer():
        return str(int(value)), ""
    return format(value, f".{_DIGITS}g"), ""


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        rounded = value + timedelta(
            microseconds=500_000
        )  # seconds as day fractions are never exact
        rounded = rounded.replace(microsecond=0)
        if rounded.time() == time(0):
            return rounded.date().isoformat()
        return rounded.isoformat(" ")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _check_package(data: bytes) -> tuple[bool, bool]:
    """Whether there are formulas, and hidden rows. Raises FileRefused for what is no workbook or
    unpacks too far.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            if "xl/workbook.xml" not in package.namelist():
                raise FileRefused(
                    _("这不是 .xlsx 表格（里面没有工作簿）；请另存为 .xlsx 或“CSV UTF-8”后再试"),
                    415,
                )
            if sum(entry.file_size for entry in entries) > _UNPACKED_LIMIT:
                raise FileRefused(
                    _("表格解开后超过 300 MB，没有读取；请只留要导入的列，另存为新文件后再试"), 413
                )
            sheets = [e for e in entries if e.filename.startswith("xl/worksheets/")]
            formulas = any(_stands_in(package, entry, _FORMULA) for entry in sheets)
            return formulas, any(_stands_in(package, entry, _HIDDEN) for entry in sheets)
    except (zipfile.BadZipFile, OSError, ValueError, zlib.error) as error:
        raise _unreadable() from error


def _stands_in(package: zipfile.ZipFile, entry: zipfile.ZipInfo, mark: re.Pattern[bytes]) -> bool:
    """Whether such an element stands in the sheet; a mark in a text cannot look like one."""
    tail = b""
    with package.open(entry) as part:
        while chunk := part.read(1024 * 1024):
            if mark.search(tail + chunk):
                return True
            tail = chunk[-400:]
    return False


def _unreadable() -> FileRefused:
    return FileRefused(
        _("表格文件已损坏，读不出来；请在表格软件中打开，另存为新的 .xlsx 后再试"), 415
    )

"""Lists for the tests: invented complaints, as CSV and as workbooks."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import openpyxl

HEADINGS = ("外部编号", "日期", "标题", "内容", "来源")
ROWS = (
    ("W-1", "2026-03-02", "净水器漏水", "装好第三天就漏水，客服三次都说派人，一直没来。", "热线"),
    ("W-2", "2026/3/4 9:30", "", "办卡时说随时可退，现在说概不退换。", "来信"),
    ("W-3", "2026年3月5日", "快递丢了", "快递显示签收，\n我没有收到，商家也不理。😠", "微信"),
)


def as_csv(
    rows: Sequence[Sequence[Any]],
    headings: Sequence[str] = HEADINGS,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> bytes:
    """The list as a spreadsheet program would save it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> bytes:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    book.active.title = "投诉"
    book.active.append(list(headings))
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The workbook's bytes."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def many(count: int, start: int = 1) -> list[tuple[str, ...]]:
    """Different complaints, numbered."""
    return [
        (f"M-{n}", "2026-03-02", f"第 {n} 件", f"第 {n} 件：买来的台灯第 {n} 天就不亮了。", "热线")
        for n in range(start, start + count)
    ]


WORKBOOK_DAY = datetime(2026, 3, 2)  # noqa: DTZ001  # a workbook knows no time zone
WORKBOOK_MOMENT = datetime(2026, 3, 2, 14, 40)  # noqa: DTZ001

"""Tables as PDF/A-2b on A4, with the fonts inside: the same figures give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from analytics.charts.scale import ticks
from analytics.papers.tables import Cell, Column, Kind, Line, Paper, Row, Table, of
from complaints.workdays import SHANGHAI
from letters import pdf
from letters.glyphs import fitted

CONTENT_TYPE = "application/pdf"
_SOURCE = Path(__file__).with_name("paper.typ")
_IN_A_LINE, _IN_A_CELL = 72, 16  # letters of one word that a line or a column takes
_NARROW = 9  # columns from which on a table is set smaller
_BAR = 3.0  # share of the page that bars take
_WORDS = {
    "zh": {
        "pages": "第 {page} 页 共 {all} 页",
        "nothing": "没有数据",
        "grade": "密级：内部",
    },
    "en": {"pages": "Page {page} of {all}", "nothing": "No data", "grade": "Internal"},
}


def printed(paper: Paper) -> bytes:
    """The pages; they say that they were made at the time of the paper."""
    page = _Page(paper.lang)
    content = page.content(paper)
    content["note"] = pdf.note_on_missing(paper.lang) if page.missing else ""
    return pdf.document(_SOURCE, {"content": json.dumps(content, ensure_ascii=False)}, paper.at)


class _Page:
    """The paper as paper.typ reads it, and the characters that no font has."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.missing: dict[str, None] = {}

    def content(self, paper: Paper) -> dict[str, Any]:
        return {
            **_WORDS[self.lang],
            "lang": self.lang,
            "title": self.words(paper.title),
            "enterprise": self.words(paper.enterprise),
            "mark": self.words(paper.mark),
            "facts": [[self.words(label), self.words(value)] for label, value in paper.facts],
            "notes": [self.words(note) for note in paper.notes],
            "tables": [self.table(table) for table in paper.tables],
        }

    def table(self, table: Table) -> dict[str, Any]:
        table = table.printed or table
        columns, rows = table.columns, table.rows
        most = _most(rows, table.columns, table.bars)
        deepest = _deepest(rows) if table.heat else Decimal(0)
        lines = [
            [
                self.cell(value, column, most, deepest if 0 < n < len(row) - 1 else Decimal(0))
                for n, (value, column) in enumerate(zip(row, columns, strict=True))
            ]
            for row in rows
        ]
        if table.total is not None and rows:
            last = zip(table.total, columns, strict=True)
            lines.append([self.cell(cell, column, Decimal(0), Decimal(0)) for cell, column in last])
        return {
            "name": self.words(table.name),
            "head": [
                {"text": self.words(c.title), "number": c.kind is not Kind.TEXT} for c in columns
            ],
            "widths": _widths(table),
            "rows": lines,
            "total": table.total is not None,
            "bars": -1 if table.bars is None else table.bars,
            "small": len(columns) >= _NARROW,
            "note": self.words(table.note),
            "line": self.line(table.line) if table.line and table.line.points else None,
        }

    def cell(self, value: Any, column: Column, most: Decimal, deepest: Decimal) -> dict[str, Any]:
        found = of(value, column)
        number = Decimal(found.value) if isinstance(found.value, int | Decimal) else Decimal(0)
        return {
            "text": self.words(said(found), _IN_A_CELL),
            "number": column.kind is not Kind.TEXT,
            "bar": float(number / most) if most else 0.0,
            "shade": float(number / deepest) if deepest else 0.0,
        }

    def line(self, line: Line) -> dict[str, Any]:
        highest = max([p.value for p in line.points] + [line.upper or 0.0])
        steps = ticks(highest)
        last = len(line.points) - 1

        def down(value: float) -> float:
            return round(1 - value / steps[-1], 4)

        levels = [(line.mean, line.legend[0], False), (line.upper, line.legend[1], True)]
        return {
            "words": self.words(line.words),
            "ticks": [{"label": f"{value:g}", "y": down(value)} for value in steps],
            "lines": [
                {"y": down(value), "label": self.words(words), "dashed": dashed}
                for value, words, dashed in levels
                if value is not None
            ],
            "points": [
                {
                    "x": n / last if last else 0.5,
                    "y": down(point.value),
                    "label": point.label,
                    "beyond": point.beyond,
                }
                for n, point in enumerate(line.points)
            ],
        }

    def words(self, text: str, room: int = _IN_A_LINE) -> str:
        found, missing = fitted(text, room)
        self.missing.update(dict.fromkeys(missing))
        return found


def _most(rows: Sequence[Row], columns: Sequence[Column], bars: int | None) -> Decimal:
    """The longest bar."""
    if bars is None:
        return Decimal(0)
    values = [of(row[bars], columns[bars]).value for row in rows]
    return max((Decimal(v) for v in values if isinstance(v, int | Decimal)), default=Decimal(0))


def _deepest(rows: Sequence[Row]) -> Decimal:
    """The largest number of a heat map, its totals left aside."""
    inner = (cell for row in rows for cell in row[1:-1])
    return max((Decimal(n) for n in inner if isinstance(n, int | Decimal)), default=Decimal(0))


def _widths(table: Table) -> list[float]:
    """Shares of the page: numbers are as wide as needed, texts share what is left."""
    found: list[float] = []
    for number, column in enumerate(table.columns):
        found.append(column.width / 10 if column.kind is Kind.TEXT else 0)
        if number == table.bars:
            found.append(_BAR)
    return found


def said(cell: Cell) -> str:
    """The value in words, for paper: — where nothing is known."""
    value, kind = cell.value, cell.kind
    if value is None:
        return "—"
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if isinstance(value, date | str):
        return value.isoformat() if isinstance(value, date) else value
    if kind is Kind.SHARE:
        return f"{value * 100:.1f}%"
    if kind is Kind.MONEY:
        return f"¥{value:,.2f}"
    return f"{value:,.1f}" if kind is Kind.NUMBER else f"{value:,}"

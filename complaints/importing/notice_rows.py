"""A notice's file → rows of text: CSV, XLSX, YAML or JSON, each row with its line. Knows nothing of
calendars.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import filetype
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.importing.csv_rows import delimiter_of, records, split_lines
from complaints.importing.encoding import decode, is_damaged
from complaints.importing.table import EXCEL_EPOCH, LOST
from complaints.importing.xlsx_rows import Workbook
from evidence.receive import FileRefused
from legal_rules.reasoning import source
from legal_rules.reasoning.source import LawError, Table

MOST_BYTES = 512 * 1024
MOST_ROWS = 400
HEADINGS_WITHIN = 10  # rows; the name of the notice may stand above them
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
COLUMNS = {
    "date": "date day 日期 时间 年月日",
    "type": "type kind 类型 类别 安排 放假或补班 放假补班 状态",
    "name": "name holiday 名称 节日 节假日 假日 假期 说明 备注",
}
_BY_HEADING = {word: column for column, words in COLUMNS.items() for word in words.split()}


@dataclass(frozen=True)
class Mistake:
    """Why a file is not taken: in which line ("" for the file as a whole: 0), and a sentence."""

    line: int
    sentence: str

    def __str__(self) -> str:
        if not self.line:
            return self.sentence
        return _("第 {n} 行：{what}").format(n=self.line, what=self.sentence)


class NoticeRefused(FileRefused):
    """A notice cannot be taken: every mistake that was found."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(_("；").join(str(m) for m in mistakes), 422)
        self.mistakes = list(mistakes)


def refused(sentence: str, line: int = 0) -> NoticeRefused:
    """One mistake that ends the reading."""
    return NoticeRefused([Mistake(line, sentence)])


@dataclass(frozen=True)
class RawDay:
    """One row as it stands in the file; `date` is text, or a date where the format knows dates."""

    line: int
    date: str | date
    type: str | bool
    name: str


@dataclass
class RawNotice:
    """What stands in the file. `year` 0 and "" where it does not say; `epoch` of date numbers."""

    rows: list[RawDay] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    year: int = 0
    title: str = ""
    number: str = ""
    epoch: date = EXCEL_EPOCH


def read(data: bytes) -> RawNotice:
    """The rows of the file, whatever its kind. Raises NoticeRefused for what holds no rows."""
    _check(data)
    if data.startswith(_ZIP):
        try:
            book = Workbook(data)
            found = _from_table((cells, [s for _i, s in damage]) for cells, damage in book.rows())
        except FileRefused as broken:
            raise refused(broken.message) from broken
        found.epoch = book.epoch
        return found
    try:
        text, _encoding = decode(data)
    except FileRefused as unknown:
        raise refused(unknown.message) from unknown
    if is_damaged(text):
        line = text[: text.index("\udcff")].count("\n") + 1
        raise refused(_("有无法识别的文字（编码损坏）；请另存为 UTF-8 后再试"), line)
    return _from_tree(text) if _is_tree(text) else _from_csv(text)


def _check(data: bytes) -> None:
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        raise refused(_("文件是空的；请重新选择文件"))
    if len(data) > MOST_BYTES:
        most = MOST_BYTES // 1024
        raise refused(_("文件超过 {n} KB；一年的放假通知只有几十行，请核对").format(n=most))
    if data.startswith(_OLD_OFFICE):
        raise refused(
            _("这是旧版 .xls 或加了密码的文件；请在表格软件中打开，另存为不加密的 .xlsx 后再试")
        )
    kind = None if data.startswith(_ZIP) else filetype.guess(data[:8192])
    if kind is not None and (b"\0" in data[:8192] or kind.mime == "application/pdf"):
        raise refused(
            _(
                "这不是日历文件，内容是 {type}；请按通知的文字填成 .csv、.xlsx、.yaml 或 .json"
            ).format(type=kind.mime)
        )


# --- tables


def _from_csv(text: str) -> RawNotice:
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise refused(_("这是网页，不是日历文件；请按通知的文字填成 .csv 或 .xlsx"))
    lines = split_lines(text)
    delimiter, skip = delimiter_of(lines)
    found = ((r.cells, [r.broken] if r.broken else []) for r in records(lines[skip:], delimiter))
    return _from_table(found, first=skip + 1)


Cells = tuple[Sequence[str], Sequence[str]]  # cells of a row, and what is wrong with it


def _from_table(found: Iterable[Cells], first: int = 1) -> RawNotice:
    """Headings within the first rows; above them the name of the notice may stand."""
    notice, columns = RawNotice(), {}
    numbered = enumerate(found, start=first)
    above: list[str] = []
    for line, (cells, _wrong) in numbered:
        columns = _columns(cells)
        if {"date", "type"} <= set(columns):
            break
        above += [cell.strip() for cell in cells if cell.strip()]
        if line >= first + HEADINGS_WITHIN:
            break
    if not {"date", "type"} <= set(columns):
        raise refused(_("找不到列名；表头要有“日期”“类型”“名称”三列（或 date、type、name）"))
    notice.title = next((text for text in above if "通知" in text), "")[:200]
    for line, (cells, wrong) in numbered:
        if wrong or any(cell.strip() for cell in cells):
            _take(notice, line, cells, wrong, columns)
    return notice


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Which of our columns stands where; the first that fits."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        plain = unicodedata.normalize("NFKC", cell).strip().strip("*：:").lower()
        column = _BY_HEADING.get("".join(plain.split()))
        if column:
            found.setdefault(column, place)
    return found


def _take(
    notice: RawNotice,
    line: int,
    cells: Sequence[str],
    wrong: Sequence[str],
    columns: Mapping[str, int],
) -> None:
    if len(notice.rows) >= MOST_ROWS:
        raise refused(_("超过 {n} 行；一个文件只写一年").format(n=MOST_ROWS), line)
    if wrong:
        notice.mistakes += [Mistake(line, sentence) for sentence in wrong]
        return
    texts = {
        name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()
    }
    if any(LOST in text for text in texts.values()):
        notice.mistakes.append(Mistake(line, _("有读不出来的内容；请改正这一行")))
        return
    notice.rows.append(RawDay(line, texts["date"], texts["type"], texts.get("name", "")))


# --- YAML and JSON


def _is_tree(text: str) -> bool:
    """A mapping or a list of YAML or JSON, and no table: its first line of content says so."""
    for line in text.lstrip("\ufeff").splitlines():
        start = line.strip()
        if start and not start.startswith(("#", "---")):
            return start.startswith(("{", "[", "- ")) or _begins_a_mapping(start)
    return False


def _begins_a_mapping(line: str) -> bool:
    key, colon, _rest = line.partition(":")
    return bool(colon) and key.strip('"').isidentifier() and "," not in key


def _from_tree(text: str) -> RawNotice:
    """`{year, title, number, days: [{date, type, name}]}`; also the widely used shape with
    `isOffDay` and `papers`.
    """
    wrong: list[LawError] = []
    lang = get_language() or "zh-hans"
    try:
        top = source.parse(text.lstrip("\ufeff"), "", wrong)
        days = top.tables("days")
    except LawError as bad:
        if bad.code == "no_mapping":
            raise refused(_("最外层要写 year 与 days 两项：days 下面一天一项"), 1) from bad
        raise refused(bad.sentence_for(lang), bad.line) from bad
    notice = RawNotice(
        mistakes=[Mistake(bad.line, bad.sentence_for(lang)) for bad in wrong],
        year=top["year"] if isinstance(top.get("year"), int) else 0,
        title=str(top.get("title") or "")[:200],
        number=str(top.get("number") or "")[:80],
    )
    if len(days) > MOST_ROWS:
        raise refused(_("超过 {n} 行；一个文件只写一年").format(n=MOST_ROWS), days[MOST_ROWS].line)
    notice.rows = list(_days(days))
    return notice


def _days(days: Sequence[Table]) -> Iterator[RawDay]:
    for day in days:
        written: Any = day.get("date")
        given = day.get("type", day.get("kind", day.get("isOffDay", "")))
        yield RawDay(
            day.line,
            written if isinstance(written, date) else str(written or ""),
            given if isinstance(given, bool) else str(given or ""),
            str(day.get("name") or ""),
        )

"""The parts of a statute's file: dates and articles, and the notebook of what is wrong in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from legal_rules.reasoning.load import ARTICLE
from legal_rules.reasoning.source import Rows, Table
from legal_rules.vocabulary import INSTRUMENTS

LONGEST = 60_000  # characters of one article
FIRST, LAST = date(1949, 10, 1), date(2100, 12, 31)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Mistake:
    """What is wrong, where, and what to do. `article`: its label, where one is meant."""

    file: str
    line: int
    what: str
    article: str = ""

    def __str__(self) -> str:
        article = _("（{article}）").format(article=self.article) if self.article else ""
        return f"{self.file}:{self.line}{article} {self.what}"


@dataclass(frozen=True)
class Dates:
    """`start`: since when this wording, which is later than `effective` once it was amended."""

    adopted: date | None
    promulgated: date | None
    effective: date
    start: date
    until: date | None


@dataclass(frozen=True)
class ArticleRow:
    """One article: number, 第…条, chapter ("" for none) and its words."""

    no: str
    label: str
    chapter: str
    text: str


@dataclass
class Notes:
    """Collects mistakes while a file is read, so that all of them are told at once."""

    file: str
    mistakes: list[Mistake] = field(default_factory=list)

    def add(self, row: Table, key: str, what: str, article: str = "") -> None:
        self.mistakes.append(Mistake(self.file, row.lines.get(key, row.line), what, article))

    def text(self, row: Table, key: str, most: int, article: str = "") -> str:
        """A text that has to be there; "" and a note when it is not."""
        value = row.get(key)
        if key not in row:  # said already
            return ""
        if not isinstance(value, str) or not value.strip():
            self.add(row, key, _("“{key}”应为文字，不能为空").format(key=key), article)
            return ""
        return self._kept(row, key, value, most, article)

    def optional(self, row: Table, key: str, most: int, article: str = "") -> str:
        """A text, "" for null or nothing."""
        value = row.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.add(row, key, _("“{key}”应为文字或 null").format(key=key), article)
            return ""
        return self._kept(row, key, value, most, article)

    def _kept(self, row: Table, key: str, value: str, most: int, article: str) -> str:
        value = value.strip()
        if len(value) > most:
            message = _("“{key}”最多 {most} 字，现有 {n} 字").format(
                key=key, most=most, n=len(value)
            )
            self.add(row, key, message, article)
        if not self.storable(value):
            self.add(row, key, _("“{key}”有不能保存的字符；请删去").format(key=key), article)
        return value

    @staticmethod
    def storable(value: str) -> bool:
        """False for what an escape can smuggle past the reader: NUL, half of a pair."""
        return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)

    def day(self, row: Table, key: str) -> date | None:
        """A date, None for null or nothing."""
        value: Any = row.get(key)
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value) if _DAY.fullmatch(value) else value
            except ValueError:
                message = _("没有“{value}”这一天；日期请写成 2026-11-23")
                self.add(row, key, message.format(value=value))
                return None
        if value is None:
            return None
        if not isinstance(value, date) or not FIRST <= value <= LAST:
            message = _("“{key}”不是可能的日期；请写成 2026-11-23").format(key=key)
            self.add(row, key, message)
            return None
        return value


def dates(page: Table, notes: Notes, *, ended: bool) -> Dates:
    """When the wording of the file is law."""
    adopted, promulgated = (notes.day(page, f"{name}_date") for name in ("adopted", "promulgated"))
    effective = notes.day(page, "effective_date")
    if "effective_date" in page and page["effective_date"] is None:
        notes.add(page, "effective_date", _("“effective_date”不能为空；请写施行日期"))
    until = notes.day(page, "effective_to")
    if ended and page.get("effective_to") is None:
        notes.add(
            page, "effective_to", _("已被取代或者废止的，请用 effective_to 写明最后有效的一天")
        )
    if effective is None:
        return Dates(adopted, promulgated, date.min, date.min, until)
    start = max(effective, promulgated or effective, *_amended(page, notes, effective))
    known = INSTRUMENTS.get(str(page.get("id")))
    start = max(start, known.start) if known else start
    if until is not None and until < start:
        message = _("“effective_to”（{until}）早于文本开始有效的 {start}；请核对")
        notes.add(page, "effective_to", message.format(until=until, start=start))
    return Dates(adopted, promulgated, effective, start, until)


def _amended(page: Table, notes: Notes, first: date) -> list[date]:
    """The days named by `amendments`."""
    found = [first]
    for value in page["amendments"] if isinstance(page.get("amendments"), list) else ():
        for text in _DAY.findall(str(value)):
            try:
                found.append(date.fromisoformat(text))
            except ValueError:
                message = _("没有“{value}”这一天；日期请写成 2026-11-23").format(value=text)
                notes.add(page, "amendments", message)
    return found


def articles(page: Table, notes: Notes) -> list[ArticleRow]:
    """Every article, in the order of the file."""
    rows = page.get("articles")
    if "articles" in page and (not isinstance(rows, Rows) or not rows):
        notes.add(page, "articles", _("“articles”应为条文的列表，至少一条"))
    found: dict[str, tuple[ArticleRow, int]] = {}
    for place, row in enumerate(rows if isinstance(rows, Rows) else ()):
        if not isinstance(row, Table):
            line = rows.lines[place] if isinstance(rows, Rows) else page.line
            notes.mistakes.append(Mistake(notes.file, line, _("每一条应有 no、label、text")))
            continue
        one = _article(row, notes)
        if one.no in found:
            message = _("第 {line} 行已经有编号“{no}”的条文；请改正编号或者删去一条")
            notes.add(row, "no", message.format(line=found[one.no][1], no=one.no), one.label)
        elif one.no:
            found[one.no] = one, row.line
    return [one for one, _line in found.values()]


def _article(row: Table, notes: Notes) -> ArticleRow:
    label = row["label"] if isinstance(row.get("label"), str) else str(row.get("no", ""))[:12]
    for key in row:
        if key not in ("no", "label", "chapter", "text"):
            message = _("不认识“{key}”；条文只有 no、label、chapter、text").format(key=key[:60])
            notes.add(row, key, message, label)
    for key in ("no", "label", "text"):
        if key not in row:
            notes.add(row, "", _("这一条缺少“{key}”").format(key=key), label)
    no = row.get("no")
    if "no" in row and not (isinstance(no, str) and ARTICLE.fullmatch(no)):
        message = _("条文编号应为加引号的数字，例如 '55' 或 '253-1'")
        notes.add(row, "no", message, label)
        no = ""
    if isinstance(row.get("text"), str) and not row["text"].strip():
        notes.add(row, "text", _("条文是空的；请写入条文，或者删去这一条"), label)
        text = ""
    else:
        text = notes.text(row, "text", LONGEST, label)
    return ArticleRow(
        no=str(no or ""),
        label=notes.text(row, "label", 40, label),
        chapter=notes.optional(row, "chapter", 200, label),
        text=text,
    )

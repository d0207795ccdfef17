"""A file with the State Council's yearly notice → days off and make-up days. Strict: one mistake
and nothing is taken, because a day that is wrong moves the dates of the law.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.importing import dates
from complaints.importing.notice_rows import Mistake, NoticeRefused, RawDay, RawNotice, read
from complaints.validation import Refused
from complaints.workdays import FIXED

OFF, WORK = "off", "work"
_TYPES = {
    OFF: "off holiday rest dayoff 放假 休 休假 休息 假 节假日 放假日 调休放假 true",
    WORK: "work workday makeup make-up 补班 上班 班 补休上班 调休上班 调班 上班日 工作日 false",
}
_BY_WORD = {word: kind for kind, words in _TYPES.items() for word in words.split()}
# Every notice names these; one without is cut off. 国庆节 and 中秋节 are often one holiday.
FESTIVALS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (gettext_lazy("元旦"), ("元旦", "new year")),
    (gettext_lazy("春节"), ("春节", "spring festival", "chinese new year")),
    (gettext_lazy("清明节"), ("清明", "tomb", "qingming")),
    (gettext_lazy("劳动节"), ("劳动", "五一", "labour", "labor")),
    (gettext_lazy("端午节"), ("端午", "dragon boat")),
    (gettext_lazy("中秋节"), ("中秋", "mid-autumn")),
    (gettext_lazy("国庆节"), ("国庆", "national day")),
)
FIRST_YEAR = 2008  # since then 清明, 端午 and 中秋 are days off
SECOND_OF_MAY = 2025  # since then 2 May is a day off by law
NAME_LIMIT = 80  # characters


@dataclass(frozen=True)
class NoticeDay:
    """A day off, or a day of a weekend that is worked."""

    date: date
    kind: str
    name: str


@dataclass(frozen=True)
class Notice:
    """One year's notice, its days in order."""

    year: int
    title: str
    number: str
    days: tuple[NoticeDay, ...]


def parse(data: bytes, *, year: int | None, latest: int) -> Notice:
    """The notice that the file holds; `year` None: the one that the file speaks of. `latest`: the
    last year that can have been published.

    Raises NoticeRefused with every mistake and its line.
    """
    raw = read(data)
    mistakes = list(raw.mistakes)
    found: dict[date, tuple[int, NoticeDay]] = {}
    read_rows = [(row, day) for row in raw.rows if (day := _day(row, raw, mistakes))]
    of = _year(raw, year, [day.date for _row, day in read_rows], latest)
    for row, day in read_rows:
        problem = _misplaced(day, of) or _twice(day, found)
        if problem:
            mistakes.append(Mistake(row.line, problem))
        else:
            found[day.date] = (row.line, day)
    days = tuple(day for _line, day in sorted(found.values(), key=lambda f: f[1].date))
    if not mistakes:
        mistakes = [Mistake(0, sentence) for sentence in _missing(of, days)]
    if mistakes:
        raise NoticeRefused(sorted(mistakes, key=lambda m: m.line))
    return Notice(of, raw.title, raw.number, days)


def _day(row: RawDay, raw: RawNotice, mistakes: list[Mistake]) -> NoticeDay | None:
    """The row understood; None when it is not, and why is noted."""
    reasons = []
    day, kind = None, _kind(row.type)
    try:
        day = _date(row.date, raw)
    except Refused as refusal:
        reasons.append(str(refusal))
    if not kind:
        words = str(row.type)[:20]
        reasons.append(_("类型“{value}”不明；请写“放假”或“补班”").format(value=words))
    name = " ".join(row.name.split())
    if kind == OFF and not name:
        reasons.append(_("放假日没有名称；请写节日名称，例如“春节”"))
    if len(name) > NAME_LIMIT:
        reasons.append(_("名称超过 {n} 字").format(n=NAME_LIMIT))
    mistakes += [Mistake(row.line, reason) for reason in reasons]
    return NoticeDay(day, kind, name) if day and not reasons else None


def _kind(written: str | bool) -> str:
    """off or work; "" when it is neither. `isOffDay` is a truth value."""
    if isinstance(written, bool):
        return OFF if written else WORK
    plain = unicodedata.normalize("NFKC", written).strip().lower()
    return _BY_WORD.get("".join(plain.split()), "")


def _date(written: str | date, raw: RawNotice) -> date:
    """Raises Refused."""
    if isinstance(written, date):
        return written
    if not written.strip():
        raise Refused(_("没有日期"))
    value = dates.read(written, epoch=raw.epoch).value
    if isinstance(value, datetime):
        raise Refused(_("只写日期，不写时间"))
    return value


def _year(raw: RawNotice, asked: int | None, days: Sequence[date], latest: int) -> int:
    """Of which year the file speaks. Raises NoticeRefused."""
    if not raw.rows and not raw.mistakes:
        raise NoticeRefused([Mistake(0, _("文件里没有日期；请确认表头下面一天一行"))])
    usual = Counter(day.year for day in days).most_common(1)
    told = raw.year or (usual[0][0] if usual else asked or latest)
    if asked is not None and told != asked:
        words = _("文件是 {year} 年的，您选择的是 {asked} 年；请核对").format(
            year=told, asked=asked
        )
        line = raw.rows[0].line if raw.rows else 0
        raise NoticeRefused([Mistake(line, words), *raw.mistakes])
    if not FIRST_YEAR <= told <= latest:
        words = _("{year} 年的通知不能载入；可以载入 {first} 年至 {last} 年的")
        words = words.format(year=told, first=FIRST_YEAR, last=latest)
        raise NoticeRefused([Mistake(0, words), *raw.mistakes])
    return told


def _misplaced(day: NoticeDay, year: int) -> str:
    """Why the day cannot stand in that year's notice; "" when it can.

    A notice for January may name the last days of December: 2018-12-29 was worked for 2019.
    """
    if day.date.year != year and (day.date.year, day.date.month) != (year - 1, 12):
        return _("{day} 不在 {year} 年；一个文件只写一年的通知").format(day=day.date, year=year)
    if day.kind == WORK and day.date.weekday() < 5:
        return _("{day} 不是周六、周日，不能是补班日").format(day=day.date)
    return ""


def _twice(day: NoticeDay, found: dict[date, tuple[int, NoticeDay]]) -> str:
    if day.date not in found:
        return ""
    return _("{day} 在第 {n} 行已经写过").format(day=day.date, n=found[day.date][0])


def _missing(year: int, days: Iterable[NoticeDay]) -> list[str]:
    """What every notice has and this one has not: it is cut off, or not a notice."""
    rows = list(days)
    names = " ".join(day.name for day in rows if day.kind == OFF).lower()
    lacking = [str(title) for title, words in FESTIVALS if not any(w in names for w in words)]
    sentences = []
    if lacking:
        words = _("缺少{names}；通知不完整，没有载入")
        sentences.append(words.format(names=_("、").join(lacking)))
    kinds = {day.date: day.kind for day in rows}
    for month, day in FIXED:
        on = date(year, month, day)
        worked = kinds.get(on) == WORK or (on.weekday() < 5 and kinds.get(on) != OFF)
        if worked and not ((month, day) == (5, 2) and year < SECOND_OF_MAY):
            sentences.append(_("{day} 是法定节假日，文件里却不放假；请核对").format(day=on))
    return sentences

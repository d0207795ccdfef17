"""One statute from one YAML file: every mistake is found and named, with line and article.

    read(Path("law/cpl_2013.yaml")) → Statute        raises Refused with all mistakes of the file

How a file is written: docs/operations.md, "Whole statutes".
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from legal_rules.reasoning import source
from legal_rules.reasoning.source import LawError, Table
from reading_room import library
from reading_room.statute_rows import ArticleRow, Dates, Mistake, Notes, articles, dates

LARGEST = 8 * 1024 * 1024  # bytes of one file: the longest code of China has a tenth of it
RESERVED = ("rules", "deadlines")  # law/rules/, law/deadlines/ are addresses of their own
STATUS = re.compile(r"status_on_(\d{4})_(\d{2})_(\d{2})")
STATUSES = ("in_force", "superseded", "repealed", "promulgated_not_yet_effective")
ENDED = ("superseded", "repealed")
REQUIRED: dict[str, int] = {  # a text, and the most characters that it may have
    "title": 200,
    "short_name": 100,
    "issuing_body": 200,
    "instrument_type": 40,
    "status_basis": 4_000,
    "text_source": 40,
}
OPTIONAL: dict[str, int] = {"number": 200, "notes": 8_000, "consolidated_to": 1_000}
DATED = ("adopted_date", "promulgated_date", "effective_date")
OTHER = ("id", "articles_in_instrument", "articles_included", "completeness", "articles")
MORE = ("sources", "cross_check", "amendments", "original_effective_date", "effective_to")
KNOWN = {*REQUIRED, *OPTIONAL, *DATED, *OTHER, *MORE, "replaces"}


class Refused(ValueError):
    """A file that is not taken, with everything that is wrong in it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Statute:
    """What a file says. `texts`: its fields by name; `details`: what is kept as it stands."""

    code: str
    texts: dict[str, str]
    dates: Dates
    status: str
    status_day: date
    complete: bool
    articles_in_instrument: int | None
    replaces: str
    details: dict[str, Any]
    articles: tuple[ArticleRow, ...]

    @property
    def sha256(self) -> str:
        """Of everything that the file says, whatever its layout and comments."""
        content = json.dumps(
            {**vars(self), "dates": vars(self.dates), "articles": [vars(a) for a in self.articles]},
            ensure_ascii=False,
            sort_keys=True,
            default=str,
        )
        return hashlib.sha256(content.encode()).hexdigest()


def read(path: Path) -> Statute:
    """The statute of one file. Raises Refused."""
    try:
        page = source.parse(_text(path), path.name)
    except LawError as bad:
        what = bad.message_for(get_language() or "zh-hans")
        raise Refused([Mistake(path.name, bad.line, what)]) from bad
    notes = Notes(path.name)
    statute = _statute(page, notes)
    if notes.mistakes:
        raise Refused(sorted(notes.mistakes, key=lambda m: m.line))
    return statute


def _text(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            data = handle.read(LARGEST + 1)
    except OSError as bad:
        why = _("打不开：{why}").format(why=bad.strerror or type(bad).__name__)
        raise Refused([Mistake(path.name, 1, why)]) from bad
    if len(data) > LARGEST:
        most = LARGEST // 1024 // 1024
        why = _("文件超过 {most} MB；一个文件只放一部法规").format(most=most)
        raise Refused([Mistake(path.name, 1, why)])
    if (at := data.find(b"\0")) >= 0:
        why = _("有空字符（NUL），文件可能已损坏；请重新导出")
        raise Refused([Mistake(path.name, data.count(b"\n", 0, at) + 1, why)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        line = data.count(b"\n", 0, bad.start) + 1
        raise Refused(
            [
                Mistake(
                    path.name, line, _("不是 UTF-8 文本，或者文件不完整；请重新导出，另存为 UTF-8")
                )
            ]
        ) from bad


def _statute(page: Table, notes: Notes) -> Statute:
    _keys(page, notes)
    status, day = _status(page, notes)
    found = dates(page, notes, ended=status in ENDED)
    texts = {name: notes.text(page, name, most) for name, most in REQUIRED.items()}
    texts |= {name: notes.optional(page, name, most) for name, most in OPTIONAL.items()}
    rows = articles(page, notes)
    return Statute(
        code=_code(page, "id", notes),
        texts=texts,
        dates=found,
        status=status,
        status_day=day,
        complete=_complete(page, notes),
        articles_in_instrument=_number(page, "articles_in_instrument", notes),
        replaces=_code(page, "replaces", notes) if page.get("replaces") is not None else "",
        details=_details(page, notes),
        articles=tuple(rows),
    )


def _keys(page: Table, notes: Notes) -> None:
    for key in page:
        if key not in KNOWN and not STATUS.fullmatch(key):
            notes.add(page, key, _("不认识“{key}”；请核对拼写").format(key=key[:60]))
    for key in (*REQUIRED, *DATED, *OTHER):
        if key not in page:
            notes.add(page, "", _("缺少“{key}”；请补上（没有内容写 null）").format(key=key))


def _code(page: Table, key: str, notes: Notes) -> str:
    code = page.get(key)
    if isinstance(code, str) and library.is_code(code) and code not in RESERVED:
        return code
    if key in page:
        notes.add(
            page,
            key,
            _(
                "“{key}”应由小写字母、数字、下划线组成（不能是 rules、deadlines），例如 cpl_2013"
            ).format(key=key),
        )
    return ""


def _status(page: Table, notes: Notes) -> tuple[str, date]:
    """The state of the law and the day on which somebody looked."""
    named = [key for key in page if STATUS.fullmatch(key)]
    if len(named) != 1:
        notes.add(page, "", _("应有且只有一个 status_on_年_月_日，例如 status_on_2026_11_23"))
        return "in_force", date.min
    year, month, day = map(int, named[0].removeprefix("status_on_").split("_"))
    try:
        looked = date(year, month, day)
    except ValueError:
        notes.add(page, named[0], _("“{key}”里没有这一天").format(key=named[0]))
        looked = date.min
    if page[named[0]] not in STATUSES:
        known = "、".join(STATUSES)
        notes.add(page, named[0], _("效力状态应为其中之一：{known}").format(known=known))
        return "in_force", looked
    return str(page[named[0]]), looked


def _number(page: Table, key: str, notes: Notes) -> int | None:
    number = page.get(key)
    if number is None or (type(number) is int and 0 < number < 10_000):
        return number
    notes.add(page, key, _("“{key}”应为条数（整数），不知道写 null").format(key=key))
    return None


def _complete(page: Table, notes: Notes) -> bool:
    """Whether all articles are there. Says so when the file counts otherwise than it holds."""
    count = len(rows) if isinstance(rows := page.get("articles"), list) else 0
    included, whole = page.get("articles_included"), page.get("articles_in_instrument")
    if "articles_included" in page and included != count:
        message = _("写的是收入 {n} 条，文件里有 {count} 条；文件可能不完整")
        notes.add(page, "articles_included", message.format(n=included, count=count))
    if "completeness" in page and page["completeness"] not in ("all", "selected"):
        notes.add(page, "completeness", _("“completeness”应为 all（全部）或 selected（部分）"))
    complete = page.get("completeness") == "all"
    if complete and whole is not None and whole != count:
        message = _("写的是全部（共 {n} 条），文件里有 {count} 条；请补全，或者写 selected")
        notes.add(page, "completeness", message.format(n=whole, count=count))
    return complete


def _details(page: Table, notes: Notes) -> dict[str, Any]:
    """What is kept as it stands: sources, comparisons, amendments, the first day of the law."""
    kept: dict[str, Any] = {}
    for key in ("sources", "cross_check", "amendments"):
        value = page.get(key)
        if value is not None and not isinstance(value, list):
            notes.add(page, key, _("“{key}”应为列表").format(key=key))
        elif value:
            kept[key] = json.loads(json.dumps(value, ensure_ascii=False, default=str))
    raw = json.dumps(kept, ensure_ascii=False)
    if "\\u0000" in raw or not notes.storable(raw):
        notes.add(page, "sources", _("有不能保存的字符；请删去"))
    original = notes.day(page, "original_effective_date")
    return kept | ({"original_effective_date": original.isoformat()} if original else {})

"""A row → what a registration takes. Each cell is read on its own, so that one row names all that
is wrong with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints import places
from complaints.choices import Claim, Priority, Risk
from complaints.importing import dates
from complaints.importing.headings import FIELDS
from complaints.importing.table import EXCEL_EPOCH, Problem, Row, masked_numbers
from complaints.validation import Refused, money
from legal_rules.vocabulary import CATEGORIES

# What people write in lists beside the codes and the names on screens.
CLAIM_WORDS: dict[str, str] = {
    **dict.fromkeys(("退款", "退钱", "退费", "全额退款", "退还货款"), "refund"),
    **dict.fromkeys(("退换", "更换", "换新"), "replacement"),
    **dict.fromkeys(("退货退款",), "return"),
    **dict.fromkeys(("维修", "修复"), "repair"),
    **dict.fromkeys(("重做",), "redo"),
    **dict.fromkeys(("赔偿", "赔付", "补偿", "索赔"), "compensation"),
    **dict.fromkeys(
        ("退一赔三", "三倍赔偿", "十倍赔偿", "假一赔三", "假一赔十"), "increased_damages"
    ),
    **dict.fromkeys(("道歉",), "apology"),
    **dict.fromkeys(("解释", "说明", "答复"), "explanation"),
    **dict.fromkeys(("停止骚扰", "停止短信"), "stop_calls"),
    **dict.fromkeys(("注销账号", "删除信息"), "delete_data"),
    **dict.fromkeys(("更正",), "correction"),
}
PRIORITY_WORDS = {
    "一般": "normal",
    "低": "normal",
    "高": "urgent",
    "加急": "urgent",
    "紧急": "urgent",
}
YES, NO = {"是", "true", "yes", "y", "1", "√"}, {"否", "false", "no", "n", "0", "×"}
_SEPARATORS = re.compile(r"[、，,;；/|\n]+")


@dataclass
class Reading:
    """What a row says. `values` is nested as a registration is; `columns` says which column a
    field came from.
    """

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)

    def put(self, code: str, value: Any) -> None:
        """Set a field by its code; a dot leads into a part."""
        whole, dot, part = code.partition(".")
        if dot:
            self.values.setdefault(whole, {})[part] = value
        else:
            self.values[whole] = value

    def refuse(self, column: str, message: str) -> None:
        """One more reason against the row; long numbers in it are masked, it will be kept and
        shown.
        """
        self.problems.append(Problem(column, masked_numbers(message)))

    def note(self, column: str, message: str) -> None:
        """Something worth knowing that is no reason against the row."""
        self.notes.append(Problem(column, masked_numbers(message), note=True))


def read_row(
    row: Row, columns: Iterable[str], mapping: Mapping[str, str], *, epoch: date = EXCEL_EPOCH
) -> Reading:
    """The values of the mapped columns, in the types that a registration takes, with problems and
    notes.
    """
    reading = Reading(row)
    names = list(columns)
    for index, message in row.damage:
        if index is None or mapping.get(names[index]):
            reading.refuse("" if index is None else names[index], message)
    if any(index is None for index, _message in row.damage):
        return reading
    damaged = {index for index, _message in row.damage}
    for index, column in enumerate(names):
        code, cell = mapping.get(column, ""), tidy(row.cells[index])
        if not code or index in damaged:
            continue
        reading.columns[code] = column
        if cell:
            _read_cell(reading, code, column, cell, epoch)
    if not reading.problems:
        _say_what(reading)
    return reading


def _read_cell(reading: Reading, code: str, column: str, cell: str, epoch: date) -> None:
    try:
        if code == "region":
            _read_region(reading, column, cell)
        elif code in _DATES:
            found = dates.read(cell, epoch=epoch)
            reading.put(code, found.value if code == "received_at" else found.day)
            if found.note:
                reading.note(column, found.note)
        else:
            reading.put(code, _READERS.get(code, _as_it_is)(cell))
    except Refused as refusal:
        reading.refuse(column, str(refusal))


def _read_region(reading: Reading, column: str, cell: str) -> None:
    """A province by code, name or address; what else stands there is no reason against the row."""
    if found := places.code_of(cell) or places.of_address(cell):
        reading.put("region", found)
        return
    sentence = _("“{value}”看不出是哪个省级行政区，地区按地址判断；登记后可以再选")
    reading.note(column, sentence.format(value=cell[:40]))


def _say_what(reading: Reading) -> None:
    """A complaint needs words: the title stands in for an empty narrative, nothing stands in for
    both.
    """
    values = reading.values
    if values.get("narrative"):
        return
    column = reading.columns.get("narrative", reading.columns.get("title", ""))
    if values.get("title"):
        values["narrative"] = values["title"]
        reading.note(column, _("没有经过，以事由作为经过登记"))
    else:
        reading.refuse(column, _("没有投诉内容；请填写经过，或至少填写事由"))


def tidy(cell: str) -> str:
    """Trimmed; soft line breaks of office programs become line breaks; a byte-order mark inside is
    dropped.
    """
    return cell.replace("\x0b", "\n").replace("\x0c", "\n").replace("\ufeff", "").strip()


def _as_it_is(cell: str) -> str:
    return cell


def _number(cell: str) -> str:
    """A number that stands for itself. One that a spreadsheet rounded has lost digits and cannot
    be used.
    """
    if re.fullmatch(r"\d(\.\d+)?[eE]\+\d{1,2}", cell):
        raise Refused(
            _(
                "“{value}”是被表格软件缩写的号码，末几位已经丢失；请把这一列设为“文本”，重新填写完整号码"
            ).format(value=cell[:40])
        )
    return cell


def yuan(cell: str) -> Any:
    """3980, ¥3,980.00, 3 980, 3980元, １２３.4, 人民币3980元整; 万, ranges and 39 8 are refused."""
    plain = unicodedata.normalize("NFKC", cell)
    plain = re.sub(r"(?<=\d) (?=\d{3}(?!\d))|(?<!\d) | (?!\d)", "", plain)  # 3 980, never 39 8
    plain = re.sub(r"^(?:人民币|rmb|cny|¥|￥)+", "", plain, flags=re.IGNORECASE)
    plain = re.sub(r"(?:元整|元|圆|块钱?|rmb|cny)$", "", plain, flags=re.IGNORECASE)
    return money(plain)


def _coded(known: Mapping[str, str], names: Iterable[str], what: str | Promise, cell: str) -> str:
    """The code for a code or a word. Raises Refused with the names of all that is possible."""
    code = known.get(unicodedata.normalize("NFKC", cell).strip().lower())
    if code is None:
        raise Refused(
            _(
                "“{value}”不是已有的{what}；可用：{possible}。也可以把这一列设为“不导入”，登记后再选"
            ).format(value=cell[:40], what=str(what), possible="；".join(names))
        )
    return code


@lru_cache(maxsize=4)
def _categories(language: str) -> tuple[dict[str, str], list[str]]:
    """By code or by name in either language; and the names to offer."""
    known = {c.id: c.id for c in CATEGORIES.values()}
    for category in CATEGORIES.values():
        known[category.name.zh.lower()] = known[category.name.en.lower()] = category.id
    return known, [c.name_for(language) for c in CATEGORIES.values()]


def _category(cell: str) -> str:
    return _coded(*_categories(get_language() or "zh"), FIELDS["category"].label, cell)


_CHOICES: dict[str, tuple[Any, Mapping[str, str]]] = {
    "claims": (Claim, CLAIM_WORDS),
    "risk_flags": (Risk, {}),
    "priority": (Priority, PRIORITY_WORDS),
}


@lru_cache(maxsize=16)
def _choices(code: str, language: str) -> tuple[dict[str, str], list[str]]:
    """By code, by name in the active language, by usual words; and the names to offer."""
    choices, words = _CHOICES[code]
    known = {str(label).lower(): str(value) for value, label in choices.choices}
    known |= dict(words) | {str(value): str(value) for value in choices.values}
    return known, [str(label) for label in choices.labels]


def _choice(code: str, cell: str) -> str:
    return _coded(*_choices(code, get_language() or ""), FIELDS[code].label, cell)


def _several(code: str, cell: str) -> list[str]:
    return [_choice(code, part.strip()) for part in _SEPARATORS.split(cell) if part.strip()]


def _yes_or_no(cell: str) -> bool:
    wanted = unicodedata.normalize("NFKC", cell).strip().lower()
    if wanted in YES:
        return True
    if wanted in NO:
        return False
    raise Refused(_("“{value}”应写成“是”或“否”").format(value=cell[:40]))


_DATES = {"received_at", "transaction_date"}
_READERS: dict[str, Callable[[str], Any]] = {
    "price_paid": yuan,
    "loss_claimed": yuan,
    "category": _category,
    "claims": partial(_several, "claims"),
    "risk_flags": partial(_several, "risk_flags"),
    "priority": partial(_choice, "priority"),
    "confidential": _yes_or_no,
    "external_reference": _number,
    "order_number": _number,
    "batch": _number,
    "consumer.phone": _number,
    "consumer.id_number": _number,
    "consumer.bank_account": _number,
}

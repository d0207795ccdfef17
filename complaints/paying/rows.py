"""A row of a list of payments → what is to be paid, or why it cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.masking import texts
from complaints.choices import PaymentWay
from complaints.importing import dates
from complaints.importing.table import EXCEL_EPOCH, masked_numbers
from complaints.importing.values import yuan
from complaints.paying import proof
from complaints.paying.columns import COLUMNS, LANGUAGES
from complaints.validation import Refused, text

CELL, NOTE = 120, 500  # characters that are kept of a cell
_MARKED = re.compile(r"""="([^"]*)"|['’`](\w.*)""")  # how lists keep the zeros of 000123
_OTHER_MONEY = re.compile(r"[$€£₩]|usd|eur|gbp|hkd|jpy|美元|欧元|港[币元]|日元|英镑", re.IGNORECASE)
UNREADABLE, BAD_DATE, CURRENCY = "unreadable", "bad_date", "currency"


@dataclass(frozen=True)
class Entry:
    """What a row says is paid."""

    number: int
    case: str
    measure: str
    amount: Decimal
    paid_on: date
    way: str
    reference: str
    note: str


@dataclass(frozen=True)
class Reading:
    """The entry, or an outcome with its sentence."""

    entry: Entry | None
    outcome: str = ""
    message: str = ""


def kept(
    cells: Sequence[str], places: Mapping[str, int], *, epoch: date = EXCEL_EPOCH
) -> dict[str, str]:
    """What is kept of a row: its known cells, long numbers in words masked. A damaged byte stands
    as �; a bare number of days since another `epoch` as its day.
    """
    found = {}
    for code, index in places.items():
        cell = " ".join(cells[index].replace("\udcff", "\ufffd").replace("\x00", "").split())
        if code not in ("note", "measure"):
            cell = _unmarked(cell)
        if code == "paid_on" and epoch != EXCEL_EPOCH and re.fullmatch(r"\d{5}", cell):
            cell = (epoch + timedelta(days=int(cell))).isoformat()
        limit = NOTE if code == "note" else CELL
        words = masked_numbers(cell) if code in ("note", "measure") else cell
        found[code] = texts.like(words, words[:limit])
    return found


def _unmarked(cell: str) -> str:
    """A cell without what keeps a spreadsheet from taking it for a number: ="000123", '000123."""
    found = _MARKED.fullmatch(cell)
    return (found[1] or found[2] or "") if found else cell


def read(number: int, cells: Mapping[str, str], way: str, today: date) -> Reading:
    """What the row says. `way` is for rows that name none."""
    wrong: list[tuple[str, str]] = []
    values: dict[str, object] = {}
    readers = {
        "case": (UNREADABLE, _case),
        "currency": (CURRENCY, _currency),
        "amount": (UNREADABLE, _amount),
        "paid_on": (BAD_DATE, lambda cell: _day(cell, today)),
        "way": (UNREADABLE, lambda cell: way_of(cell) if cell else way),
        "reference": (UNREADABLE, proof.reference),
        "note": (UNREADABLE, lambda cell: text(cell, NOTE)),
    }
    for code, (outcome, reader) in readers.items():
        try:
            values[code] = reader(cells.get(code, ""))
        except _OtherMoney as refusal:
            wrong.append((CURRENCY, f"{COLUMNS[code].label}：{refusal}"))
        except Refused as refusal:
            wrong.append((outcome, f"{COLUMNS[code].label}：{refusal}"))
    if wrong:
        outcomes = {outcome for outcome, _sentence in wrong}
        whole = outcomes.pop() if len(outcomes) == 1 else UNREADABLE
        return Reading(None, whole, joined(sentence for _outcome, sentence in wrong))
    values.pop("currency")
    entry = Entry(number=number, measure=plain(cells.get("measure", "")), **values)  # type: ignore[arg-type]
    return Reading(entry)


def joined(sentences: Iterable[str]) -> str:
    """All sentences in one."""
    return _("；").join(sentences)


class _OtherMoney(Refused):
    """Money of another country."""


def plain(words: str) -> str:
    """Words as they are compared."""
    return "".join(unicodedata.normalize("NFKC", words).lower().split())


def _case(cell: str) -> str:
    number = "".join(unicodedata.normalize("NFKC", cell).upper().split())
    if not number:
        raise Refused(_("没有填写；合并的单元格请先拆开，每一行都要填"))
    return number


def _currency(cell: str) -> str:
    if not proof.is_yuan(cell):
        raise _OtherMoney(proof.only_yuan_sentence(cell))
    return "CNY"


def _amount(cell: str) -> Decimal:
    if _OTHER_MONEY.search(cell):
        raise _OtherMoney(proof.only_yuan_sentence(cell))
    if not cell:
        raise Refused(_("没有填写；合并的单元格请先拆开，每一行都要填"))
    amount = yuan(cell)
    if not amount:
        raise Refused(_("请填写付款金额；应大于零"))
    return Decimal(amount)


def _day(cell: str, today: date) -> date:
    if not cell:
        raise Refused(_("请填写付款日期"))
    found = dates.read(cell).day
    if found > today:
        raise Refused(_("{day} 还没有到；付款以后再登记").format(day=found.isoformat()))
    return found


@lru_cache(maxsize=1)
def _ways() -> dict[str, str]:
    """By code or by name in either language."""
    found = {str(w.value): str(w.value) for w in PaymentWay}
    for language in LANGUAGES:
        with translation.override(language):
            found |= {plain(str(w.label)): str(w.value) for w in PaymentWay}
    more = {"转账": "bank", "银行": "bank", "对公转账": "bank", "网银": "bank"}
    more |= {"banktransfer": "bank", "wechatpay": "wechat", "微信": "wechat"}
    return {**found, **more, "原路": "original", "原路退款": "original"}


def way_of(cell: str) -> str:
    """The code of a way. Raises Refused."""
    code = _ways().get(plain(cell))
    if code is None:
        names = _("、").join(str(w.label) for w in PaymentWay)
        sentence = _("“{value}”不是付款方式；可用：{names}")
        raise Refused(sentence.format(value=cell[:40], names=names))
    return code

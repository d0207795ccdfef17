"""Which column of a list of payments is which: names in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.importing.headings import normalised

LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True)
class Column:
    """A column: its code, its name, usual headings (normalised), whether a list must have it."""

    code: str
    label: str | Promise
    headings: tuple[str, ...]
    required: bool = False


def _column(code: str, label: str | Promise, headings: str, *, required: bool = False) -> Column:
    return Column(code, label, tuple(headings.split()), required)


COLUMNS: dict[str, Column] = {
    c.code: c
    for c in (
        _column(
            "case",
            _("案件编号"),
            "案件编号 案件 案件号 投诉编号 投诉单号 case casenumber caseno "
            "complaint complaintnumber",
            required=True,
        ),
        _column("measure", _("措施"), "措施 付款项目 项目 事项 款项 measure item for"),
        _column(
            "amount",
            _("付款金额"),
            "付款金额 金额 实付金额 实付 支付金额 amount amountpaid paid sum",
            required=True,
        ),
        _column("currency", _("币种"), "币种 货币 currency"),
        _column(
            "paid_on",
            _("付款日期"),
            "付款日期 日期 支付日期 付款时间 支付时间 交易日期 交易时间 paidon paymentdate date",
            required=True,
        ),
        _column("way", _("付款方式"), "付款方式 支付方式 方式 渠道 way method paymentmethod"),
        _column(
            "reference",
            _("流水号"),
            "流水号 付款流水号 交易流水号 银行流水号 交易号 回单号 凭证号 reference "
            "paymentreference transactionid transactionno ref",
            required=True,
        ),
        _column("note", _("备注"), "备注 附言 摘要 用途 note remark memo"),
    )
}
_BY_HEADING = {heading: c.code for c in COLUMNS.values() for heading in c.headings}


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    """The columns by their names in both languages, as our template has them."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with translation.override(language):
            found |= {normalised(str(c.label)): c.code for c in COLUMNS.values()}
    return found


def column_of(heading: str) -> str:
    """The column under this heading, by name or by code; "" for one that is not ours."""
    if heading.strip() in COLUMNS:
        return heading.strip()
    name = normalised(heading)
    return _BY_HEADING.get(name) or _by_name().get(name, "")


def row_of(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows holds the headings: the one with most known ones."""
    if not rows:
        return None
    known = [len({c for cell in row if (c := column_of(cell))}) for row in rows]
    return max(range(len(rows)), key=lambda i: (known[i], -i))


def places(headings: Sequence[str]) -> dict[str, int]:
    """Where each known column stands; of several the one that bears its very name, else the
    first.
    """
    found = {code: indexes[0] for code, indexes in _own_or_all(headings).items()}
    return dict(sorted(found.items(), key=lambda each: each[1]))


def twice(headings: Sequence[str]) -> list[list[str]]:
    """Headings of columns that a list must have, of which nobody can tell which one is meant."""
    found = _own_or_all(headings)
    doubled = (found[c.code] for c in COLUMNS.values() if c.required and c.code in found)
    return [[headings[i] for i in indexes] for indexes in doubled if len(indexes) > 1]


def _own_or_all(headings: Sequence[str]) -> dict[str, list[int]]:
    """Per column the places that bear its very name; where none does, all that may be meant."""
    found: dict[str, list[int]] = {}
    for index, heading in enumerate(headings):
        if code := column_of(heading):
            found.setdefault(code, []).append(index)
    for code, indexes in found.items():
        own = [i for i in indexes if _is_own_name(headings[i], code)]
        found[code] = own or indexes
    return found


def _is_own_name(heading: str, code: str) -> bool:
    return heading.strip() == code or _by_name().get(normalised(heading)) == code


def missing(found: Sequence[str]) -> list[str]:
    """The names of columns that a list must have and this one has not."""
    return [str(c.label) for c in COLUMNS.values() if c.required and c.code not in found]

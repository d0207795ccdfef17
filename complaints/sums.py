"""Whether the sums of a proposal are what their formulas and the rulebook come to. Pure of models.

A sum made by hand without a formula agrees with everything: whether it is enough is asked elsewhere
(`facts.owed_by_law`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from complaints.arithmetic import result_of
from complaints.choices import MeasureKind

Given = Mapping[str, Decimal | None]


class Reckoned(Protocol):
    """What is needed of a measure."""

    @property
    def position(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def formula(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def proposed_amount(self) -> Decimal | None: ...


def given(result: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """Claim → the sum that an analysis gives, None where it gives the claim without one."""
    rows = [*result.get("possible_remedies", []), *result.get("remedies", [])]
    return {row["remedy"]: Decimal(row["amount"]) if row["amount"] else None for row in rows}


def worked_out(formula: str) -> tuple[Decimal | None, Decimal | None]:
    """(what the formula comes to, what it says behind its `=`), None where it is no number."""
    left, *rest = re.split("[=＝]", formula)
    return result_of(left), result_of(rest[-1]) if rest else None


def disagreeing(measures: Iterable[Reckoned], by_law: Given) -> list[str]:
    """One sentence for each measure that does not agree: which, both sums, and what to do."""
    found = (_by_hand(m) or _by_law(m, by_law) for m in measures)
    return [words for words in found if words]


def _by_hand(m: Reckoned) -> str:
    """3 × 3,980.00 = 11,000.00, or another sum beside it."""
    right, said = worked_out(m.formula)
    wrong = next((s for s in (said, m.amount) if s is not None and s != right), None)
    if right is None or wrong is None:
        return ""
    words = _(
        "第 {n} 项“{kind}”：{formula} 应得 {right} 元，写的是 {wrong} 元；"
        "请改正算式或金额，已送审的请先退回"
    )
    return words.format(
        n=m.position,
        kind=_named(m),
        formula=re.split("[=＝]", m.formula)[0].strip(),
        right=f"{right:,.2f}",
        wrong=f"{wrong:,.2f}",
    )


def _by_law(m: Reckoned, by_law: Given) -> str:
    """What was taken from the analysis is no more what it gives."""
    if not m.remedy or by_law.get(m.remedy, _NOTHING) == m.proposed_amount:
        return ""
    now = by_law.get(m.remedy)
    words = _(
        "第 {n} 项“{kind}”：拟定时规则得出 {kept}，按现在的事实和规则得出 {now}；"
        "请更新分析，重新填写这一项后再保存，已送审的请先退回"
    )
    return words.format(n=m.position, kind=_named(m), kept=_yuan(m.proposed_amount), now=_yuan(now))


_NOTHING = Decimal(-1)  # the claim is not given any more


def _named(m: Reckoned) -> str:
    return str(MeasureKind(m.kind).label)


def _yuan(amount: Decimal | None) -> str:
    return _("{amount} 元").format(amount=f"{amount:,.2f}") if amount is not None else _("无金额")

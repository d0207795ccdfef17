"""Counsel's sign-off of single rules (`sign_off.py` says how), and its mark on an analysis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from legal_rules import rulebook
from legal_rules.reasoning.rules import Rule
from legal_rules.reasoning.telling import lines
from legal_rules.sign_off import NOT_READ, Act, SignOff, Words


class _Rules(SignOff[Rule]):
    verb, plural = "rule", "rules"
    words = Words(
        not_allowed=_("只有法务可以签署规则或者撤销签署"),
        unknown=_("没有规则“{rule}”"),
        changed=_("规则“{title}”在您打开之后有变动，没有签署；请核对现在的内容后再签署"),
        by_other=_("{name}刚刚签署了这条规则，没有重复签署"),
        not_signed=_("这条规则现在没有有效的签署，无可撤销"),
    )

    def pieces(self) -> Mapping[str, Rule]:
        return rulebook.current().rules

    def sha256(self) -> str:
        return rulebook.current().sha256

    def lines(self, piece: Rule, lang: str) -> list[str]:
        return lines(piece, rulebook.current().rules, lang)


RULES = _Rules()


def mark(result: dict[str, Any], last: Act | None = NOT_READ) -> dict[str, Any]:
    """The analysis with each of its rules marked as signed or draft by the acts of counsel.

    The engine and the snapshots know no acts: what they give and keep follows from facts and law.
    """
    signed = RULES.signed(last)
    rules = [{**rule, "signed": rule["id"] in signed} for rule in result.get("rules", [])]
    return {**result, "rules": rules}

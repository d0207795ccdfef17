"""Counsel's sign-off of the table of deadlines, regime by regime (`sign_off.py` says how).

Texts and acts stand beside those of the rules, under `deadlines.<regime>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from legal_rules import deadline_table
from legal_rules.deadline_telling import lines
from legal_rules.deadline_terms import Regime
from legal_rules.sign_off import SignOff, Words


class _Regimes(SignOff[Regime]):
    prefix, verb, plural = "deadlines.", "deadlines", "regimes"
    words = Words(
        not_allowed=_("只有法务可以签署期限或者撤销签署"),
        unknown=_("没有期限表“{id}”"),
        changed=_("“{title}”的期限在您打开之后有变动，没有签署；请核对现在的内容后再签署"),
        by_other=_("{name}刚刚签署了这些期限，没有重复签署"),
        not_signed=_("这些期限现在没有有效的签署，无可撤销"),
    )

    def pieces(self) -> Mapping[str, Regime]:
        return deadline_table.current().regimes

    def sha256(self) -> str:
        return deadline_table.current().sha256

    def lines(self, piece: Regime, lang: str) -> list[str]:
        return lines(piece, deadline_table.current(), lang)


REGIMES = _Regimes()


def note(now: datetime) -> int:
    """Write down every regime that says something new; how many did. Idempotent."""
    return REGIMES.note(now)

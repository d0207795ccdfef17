"""What must hold of the sums of an offer before it goes to counsel and before counsel signs.

Written as the guards of `guards.py` are: a sentence, or nothing.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.guards import Situation


def below_minimum_is_explained(s: Situation) -> str:
    if not s.offer_is_below_minimum or s.resolution is None or s.resolution.below_reason.strip():
        return ""
    return _("方案金额低于法律分析得出的最低额；请写明低于最低额的理由，或补足金额后再送审")


def limit_is_approved(s: Situation) -> str:
    found = s.approval
    if found.holds:
        return ""
    if found.refused:
        words = _("方案金额超出拟订人的权限，{name}没有批准：{note}。请退回修改")
        return words.format(name=found.approval.decided_by.name, note=found.approval.note)
    words = _("方案金额超出拟订人的权限（{limit} 元），请先由主管或更高一级批准")
    return words.format(limit=f"{found.limit:,.2f}")

"""What must hold before a case is completed: every measure is carried out, with its proof."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from complaints.guards import Situation


def commitments_are_kept_or_waived(s: Situation) -> str:
    """Each is kept with the proof that its kind asks for, money to the last cent, or waived."""
    still_open = s.open_commitments
    if still_open:
        names = _("、").join(_still(c) for c in still_open[:3])
        sentence = _("还有 {count} 项承诺没有兑现：{names}。请登记兑现凭证，或登记消费者书面放弃")
        return sentence.format(count=len(still_open), names=names)
    unproven = s.unproven_commitments
    if not unproven:
        return ""
    names = _("、").join(_still(c) for c in unproven[:3])
    return _(
        "{count} 项已登记兑现，但没有付足的付款记录：{names}。请登记付款金额、日期和流水号"
    ).format(count=len(unproven), names=names)


def _still(commitment: Any) -> str:
    """A promise, with what of its money is not paid."""
    if not commitment.paid:
        return str(commitment.text)
    still = f"{commitment.standing.open:,.2f}"
    return _("{what}（还差 {open} 元）").format(what=commitment.text, open=still)

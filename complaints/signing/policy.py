"""How many of counsel sign: two where the sum or the risk is high."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from complaints.choices import Risk
from complaints.models import Complaint, Opinion, Resolution

TWO_FOR = frozenset({Risk.SAFETY.value, Risk.GROUP.value})


def total_of(resolution: Resolution) -> Decimal:
    """The sum of the offer, in yuan."""
    amounts = (m.amount for m in resolution.measures.all())
    return sum((a for a in amounts if a is not None), Decimal("0.00"))


def signatures_needed(complaint: Complaint, resolution: Resolution) -> int:
    """One, or two."""
    high = total_of(resolution) > settings.SECOND_SIGNATURE_ABOVE
    return 2 if high or TWO_FOR.intersection(complaint.risk_flags) else 1


def signers(signatures: Iterable[Opinion]) -> set[int]:
    """The people behind them: two signatures are those of two."""
    return {opinion.by_id for opinion in signatures}


def why_two() -> str:
    """For whom a second signature is missing."""
    limit = f"{settings.SECOND_SIGNATURE_ABOVE:,}"
    return _("金额超过 {limit} 元，或者涉及人身安全、群体性风险的方案须由两位法务签署").format(
        limit=limit
    )

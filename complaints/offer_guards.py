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

"""What the demo's counsel signed of the law before the first case, and the few rules left as drafts
so that a visitor sees them taken over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from complaints.situation import CaseSituation
from legal_rules import rulebook, signatures
from quickstart.demo.cases import Case
from quickstart.demo.stories import common

DRAFTS = ("price_law.41", "pipl.69.1", "spc_prepaid.14")
EARLIER = timedelta(days=3)


def sign(by: User, first_act: datetime) -> int:
    """Sign every rule but the drafts, before the first act; nothing that is signed already."""
    wanted = [name for name in rulebook.current().rules if name not in DRAFTS]
    return signatures.sign_many(wanted, by=by, comment=common().read, now=first_act - EARLIER)


def taken_over(case: Case, situation: CaseSituation) -> dict[str, str]:
    """A reason for every draft rule under a proposal, for whoever signs it."""
    return {
        each.rule.id: case.said([], common().taken_over, place)
        for place, each in enumerate(situation.draft_rules)
    }

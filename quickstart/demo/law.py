"""What the demo's counsel signed of the law before the first case, and the few rules and deadlines
left as drafts so that a visitor sees them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from complaints.situation import CaseSituation
from legal_rules import deadline_table, rulebook
from legal_rules.regime_signatures import REGIMES
from legal_rules.signatures import RULES
from letters import library
from letters.signatures import TEMPLATES
from quickstart.demo.cases import Case
from quickstart.demo.stories import common

DRAFT_REGIMES = ("air", "tourism")  # rest on sources that are not here
DRAFT_TEMPLATES = ("satisfaction.en",)
DRAFTS = ("price_law.41", "pipl.69.1", "spc_prepaid.14")
EARLIER = timedelta(days=3)


def sign(by: User, first_act: datetime) -> int:
    """Sign every rule and regime of deadlines but the drafts, before the first act; nothing that is
    signed already. Answers how many rules were drafts.
    """
    wanted = [name for name in rulebook.current().rules if name not in DRAFTS]
    regimes = [name for name in deadline_table.current().regimes if name not in DRAFT_REGIMES]
    words, now = common().read, first_act - EARLIER
    signed = RULES.sign_many(wanted, by=by, comment=words, now=now)
    REGIMES.sign_many(regimes, by=by, comment=words, now=now)
    templates = [name for name in library.current().templates if name not in DRAFT_TEMPLATES]
    TEMPLATES.sign_many(templates, by=by, comment=words, now=now)
    return signed


def taken_over(case: Case, situation: CaseSituation) -> dict[str, str]:
    """A reason for every draft rule under a proposal, for whoever signs it."""
    return {
        each.rule.id: case.said([], common().taken_over, place)
        for place, each in enumerate(situation.draft_rules)
    }

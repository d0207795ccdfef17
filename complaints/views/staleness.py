"""What a frozen analysis does not know, as the pages that rest on it show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from accounts.models import User
from complaints import snapshots
from complaints.actions import analysis
from complaints.models import Analysis, Complaint, FactAnswer

SHOWN = 6  # changes named beside the work; all of them on the page of comparisons


@dataclass(frozen=True)
class Stale:
    """What changed since the analysis was frozen; `may_renew`: this person may freeze it anew.

    Rules that are open as before and only ask more are counted in `more`.
    """

    changes: list[str]
    more: int
    may_renew: bool
    since: datetime


def stale(
    complaint: Complaint,
    frozen: Analysis | None,
    user: User,
    answers: Sequence[FactAnswer] | None = None,
    most: int = SHOWN,
) -> Stale | None:
    """None while the analysis holds, and where there is none yet."""
    if frozen is None or not snapshots.is_stale(complaint, frozen, answers):
        return None
    lang = get_language() or "zh-hans"
    found = snapshots.changes(complaint, frozen, lang, answers)
    told = [each.sentence for each in found if each.kind != "rule" or each.before != each.after]
    shown = told[:most]
    return Stale(
        shown,
        len(found) - len(shown),
        analysis.may_renew(complaint, user),
        frozen.at,
    )

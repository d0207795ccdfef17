"""What is said of the offer of a case on its page: void signature, conditions, the limit of its
author, and how far it stays below what is owed.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from accounts.models import User
from complaints import authority, facts, limits
from complaints.lifecycle import State
from complaints.models import Approval
from complaints.signing import differences

WITH_A_SIGNATURE = (State.IN_REVIEW, State.OFFERED)
WITH_AN_OFFER = (State.RESOLVING, *WITH_A_SIGNATURE)


class Offer:
    """Part of the page of a case; everything stands in the statement of the case."""

    user: User
    complaint: Any

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        raise NotImplementedError

    @cached_property
    def analysis(self) -> dict[str, Any]:
        """The legal analysis of the moment."""
        raise NotImplementedError

    @property
    def voided(self) -> dict[str, Any] | None:
        """Since when and why the signature under the offer holds no more; None while it does."""
        found = (self.complaint.resolution or {}).get("voided")
        if not found or not found["at"] or self.complaint.state not in WITH_A_SIGNATURE:
            return None
        at = datetime.fromisoformat(found["at"])
        return {"at": at, "why": differences.sentence(found["changed"])}

    @cached_property
    def approval(self) -> dict[str, Any] | None:
        """What was asked of an offer above its author's limit, and whether this person decides."""
        asked = (self.complaint.resolution or {}).get("approval")
        if not asked or self.complaint.state != State.IN_REVIEW:
            return None
        at = datetime.fromisoformat(asked["at"])
        waits = asked["approved"] is None
        may = waits and self._may_decide(Decimal(str(asked["amount"])))
        level = Approval.Level(asked["level"]).label
        return {**asked, "at": at, "level": level, "may_decide": may}

    def _may_decide(self, amount: Decimal) -> bool:
        mine = self.complaint.resolution["proposed_by_id"] == self.user.pk
        able = self.user.may("approve_offers") and not mine
        return able and authority.covers(limits.limit_of(self.user, self.today), amount)

    @cached_property
    def below(self) -> dict[str, Any] | None:
        """How far an offer that is not answered yet stays below what the law owes, and why."""
        resolution = self.complaint.resolution
        if not resolution or self.complaint.state not in WITH_AN_OFFER:
            return None
        offered = sum(Decimal(str(m["amount"] or 0)) for m in resolution["measures"])
        owed = facts.owed_by_law(self.analysis)
        found = {"owed": owed, "short": owed - offered, "reason": resolution["below_reason"]}
        return found if offered < owed else None

    @property
    def conditions(self) -> list[dict[str, Any]]:
        """What counsel asked with the signature and is not done: {id, text, by}."""
        if self.complaint.state != State.IN_REVIEW:
            return []
        found: list[dict[str, Any]] = (self.complaint.resolution or {}).get("conditions", [])
        return found

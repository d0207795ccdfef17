"""What the case page shows, read in a fixed number of statements however much the case holds.

Small lists that belong to the case are columns of its own statement (`case_columns.py`); long ones
are paged or have one statement each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from complaints import facts, granted, legal_hold, limits, reveal_policy, snapshots, sums
from complaints.archive import completeness
from complaints.choices import CommitmentState, HoldReason
from complaints.lifecycle import State
from complaints.models import (
    AccessDecision,
    Commitment,
    Deadline,
    FactAnswer,
    LegalHold,
    Measure,
)
from complaints.models.commitment import is_owed
from complaints.models.satisfaction import DISSATISFIED_UP_TO, HIGHEST
from complaints.situation import CaseSituation
from complaints.views.case_offer import Offer
from complaints.views.case_read import clocks_of, find, items_of
from evidence.models import Item
from legal_rules import signatures

ASKS = (State.INVESTIGATING, State.RESOLVING)


@dataclass
class CasePage(Offer):
    """One case before one person at one moment. Each list is read when it is first asked for."""

    user: User
    complaint: Any
    now: datetime
    grant: AccessDecision | None = None  # by which the person is here at all

    @classmethod
    def load(cls, user: User, number: str) -> CasePage:
        """Raises Complaint.DoesNotExist, the same for a foreign case."""
        now, complaint = timezone.now(), find(user, number)
        seen_by, grant = granted.before(user, complaint, now)
        return cls(seen_by, complaint, now, grant)

    @cached_property
    def _all_answers(self) -> list[FactAnswer]:
        return facts.all_answers(self.complaint)

    @cached_property
    def answers(self) -> list[FactAnswer]:
        """The answers that stand."""
        return [a for a in self._all_answers if a.superseded_at is None]

    @cached_property
    def earlier_answers(self) -> dict[str, list[FactAnswer]]:
        """Fact → the answers that others superseded, the newest first."""
        earlier: dict[str, list[FactAnswer]] = {}
        for answer in reversed(self._all_answers):
            if answer.superseded_at is not None:
                earlier.setdefault(answer.fact, []).append(answer)
        return earlier

    @cached_property
    def analysis(self) -> dict[str, Any]:
        """The legal analysis of the moment, its rules signed or draft by what counsel signed."""
        found = facts.analyse(self.complaint, self.answers)
        return signatures.mark(found, self.complaint.last_rule_act)

    @cached_property
    def items(self) -> list[Item]:
        """The evidence, in the order of its numbers, withdrawn items too."""
        return items_of(self.complaint)

    @cached_property
    def withdrawn(self) -> frozenset[int]:
        """The numbers of the evidence that counts no more."""
        return frozenset(item.number for item in self.items if item.is_withdrawn)

    @cached_property
    def clocks(self) -> list[Deadline]:
        """Clocks that run or are held, the next one first."""
        return clocks_of(self.complaint)

    @cached_property
    def legal_holds(self) -> list[LegalHold]:
        """What keeps the case as it is; no statement where nothing does."""
        return legal_hold.in_force(self.complaint)

    @property
    def may_act(self) -> bool:
        """Whether this person works on cases at all; an auditor reads only."""
        return self.user.may("write_notes")

    @property
    def may_follow(self) -> bool:
        """Whoever gets notices; a case that is over has nothing to tell, but may be let go."""
        return self.user.may("get_notices") and (self.complaint.is_open or self.complaint.followed)

    def may(self, permission: str) -> bool:
        """The permission, while the case is open."""
        return bool(self.complaint.is_open) and self.user.may(permission)

    @property
    def _reply_clock(self) -> Deadline | None:
        waiting = (c for c in self.clocks if c.kind == "consumer_reply" and c.state == "running")
        return next(waiting, None)

    @property
    def reminders(self) -> int:
        """How often the consumer was reminded to answer the offer."""
        key = (
            f"{self.complaint.number}.deadline.{self._reply_clock.pk if self._reply_clock else 0}."
        )
        return sum(k.startswith(key) for k in self.complaint.reminders)

    @property
    def may_hold(self) -> bool:
        """Whether the clocks may be stopped and restarted by this person."""
        return self.may("hold_clocks")

    @property
    def may_ask(self) -> bool:
        """Whether the consumer may be asked for documents now: while the matter is looked into, and
        nothing is waited for yet.
        """
        may = self.may("hold_clocks") and self.may("communicate")
        return may and not self.waits_for_consumer and self.complaint.state in ASKS

    @property
    def waits_for_consumer(self) -> bool:
        """Whether a hold waits for what the consumer has to send."""
        holds = self.complaint.open_holds
        return any(h["reason"] == HoldReason.CONSUMER for h in holds)

    @property
    def may_record(self) -> bool:
        """Whether moments of the matter may be recorded; some outlive the case."""
        open_enough = self.complaint.state != State.ARCHIVED
        return bool(open_enough) and self.user.may("edit_complaints")

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return timezone.localdate(self.now)

    @property
    def may_take(self) -> bool:
        """Whether this person may work on the case."""
        return self.may("take")

    @property
    def owns(self) -> bool:
        """Whether this person works on the case."""
        return self.may("take") and self.complaint.owner_id == self.user.pk

    @property
    def may_dismiss(self) -> bool:
        """A supervisor, or whoever recorded it, may say that a withdrawal does not stand."""
        asked_by = self.complaint.withdrawal_requested_by_id
        return asked_by == self.user.pk or self.user.is_(Role.SUPERVISOR)

    @property
    def may_draft(self) -> bool:
        """Whoever drafts, who also meets the conditions of a signature."""
        return self.may("draft_resolutions")

    @property
    def may_sign(self) -> bool:
        """Counsel, who signs again what holds no more."""
        return self.may("sign_resolutions")

    @property
    def offer_came_back(self) -> bool:
        """Whether the letter of the offer was withheld or returned, and nobody told the consumer
        otherwise.
        """
        letter = self.complaint.offer_letter or {"withheld_at": None, "returned": False}
        return bool(letter["withheld_at"]) or (letter["returned"] and not letter["arrived"])

    @property
    def reveals_of(self) -> str:
        """The number of the case where numbers may perhaps be looked at; the dialog says whether,
        and why not.
        """
        may = self.user.may("reveal_personal_data") and not reveal_policy.is_over(self.complaint)
        return str(self.complaint.number) if may else ""

    @property
    def sees_reveals(self) -> bool:
        """Whether this person reads who looked at numbers of the case."""
        return self.user.may("read_readings")

    @property
    def may_deliver(self) -> bool:
        """Letters have to be brought on a closed case too."""
        return self.user.may("communicate")

    @property
    def may_redo(self) -> bool:
        """Whoever opens a closed case again and gives it to another."""
        return self.user.may("assign")

    @property
    def dissatisfied(self) -> bool:
        """What the consumer said of the latest closing is bad."""
        asked = self.complaint.asked or {}
        low = (asked.get("score") or HIGHEST) <= DISSATISFIED_UP_TO
        return low or asked.get("solved") is False

    @cached_property
    def situation(self) -> CaseSituation:
        """What guards may ask, answered from what the page has read already."""
        complaint, by = self.complaint, self.user
        loaded = CaseSituation(complaint, by, self.now)
        frozen = SimpleNamespace(**complaint.frozen) if complaint.frozen else None
        missing = self.analysis["missing_facts"]
        unsettled = [_promise(p) for p in complaint.promises if _is_unsettled(p)]
        owed = any(c.state != CommitmentState.KEPT for c in unsettled)
        vars(loaded).update(
            missing_facts=[m for m in missing if not facts.is_judgement(m["fact"])],
            evidence_numbers=frozenset(i.number for i in self.items) - self.withdrawn,
            resolution=_in_short(complaint.resolution),
            _unsettled=unsettled,
            file_lines=completeness.at_a_glance(complaint.outcome, owed, complaint.unsent),
            analysis_is_stale=snapshots.is_stale(complaint, frozen, self.answers),
            given_by_law=sums.given(self.analysis),
            drafters=frozenset(complaint.drafters),
            # asked on counsel's page
            named_people=frozenset(),
            recused=frozenset(),
            stands_in_for=frozenset(),
            signatures=[],
            signatures_needed=1,
            open_consults=[],
            approval=limits.UNASKED,
            offer_is_below_minimum=self.below is not None,
            draft_rules=[],  # likewise
            _reply_clock=self._reply_clock,
            reminders=self.reminders,
            offer_came_back=self.offer_came_back,
        )
        return loaded


def _in_short(resolution: dict[str, Any] | None) -> Any:
    if resolution is None:
        return None
    unfound = [p["title"] for p in resolution["points"] if not (p["found"] and p["words"].strip())]
    measures = resolution["measures"]
    return SimpleNamespace(
        **resolution,
        measure_count=len(measures),
        unfound=unfound,
        at_issue=[SimpleNamespace(**p) for p in resolution["points"]],
        reckoned=[_reckoned(m) for m in measures],
    )


def _is_unsettled(row: dict[str, Any]) -> bool:
    """As `CaseSituation` asks the database for them."""
    if row["state"] == CommitmentState.KEPT:
        return bool(row["amount"]) and Decimal(row["amount"]) > Decimal(row["paid"])
    return is_owed(row["state"], row["strength"], row["source"])


def _promise(row: dict[str, Any]) -> Commitment:
    """A promise as guards read it, from the columns of the case."""
    amount = Decimal(row["amount"]) if row["amount"] else None
    measure = Measure(kind=row["kind"]) if row["kind"] else None
    paid = Decimal(row["paid"])
    same = {name: row[name] for name in ("text", "state", "source", "strength")}
    return Commitment(**same, amount=amount, paid=paid, measure=measure)


def _reckoned(row: dict[str, Any]) -> Any:
    """A measure as its sum is worked out again."""
    exact, proposed = (Decimal(t) if (t := row[name]) else None for name in ("exact", "proposed"))
    same = {name: row[name] for name in ("position", "kind", "formula", "remedy")}
    return SimpleNamespace(**same, amount=exact, proposed_amount=proposed)

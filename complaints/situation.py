"""What a guard may ask, read from the database at most once each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet, Value, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.absences import Roster
from accounts.models import User
from complaints import (
    carrying,
    facts,
    legal_hold,
    letter_writing,
    limits,
    proofs,
    snapshots,
    sums,
)
from complaints.archive import completeness
from complaints.choices import CommitmentState, DeadlineState
from complaints.lifecycle import State
from complaints.models import (
    Comment,
    Commitment,
    Complaint,
    Condition,
    Consult,
    Deadline,
    NamedPerson,
    Opinion,
    Outbox,
    Recusal,
    Resolution,
)
from complaints.models.commitment import OWED
from complaints.paying import proof
from complaints.prepared import ROW, everybodys
from complaints.signing import liveness, policy


def _version() -> QuerySet[Resolution]:
    """The version of a case that counts; for a statement that is kept."""
    rows = Resolution.objects.filter(complaint=ROW).exclude(status=Resolution.Status.SUPERSEDED)
    return rows.order_by("-version")[:1]


@dataclass
class CaseSituation:
    """The case, the person (None: the system), the moment and what was sent.

    `via` is session, api or system; `taking`: the step is being taken now, nobody just asks.
    """

    complaint: Complaint
    by: User | None
    now: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    via: str = "session"
    reauthenticated_at: datetime | None = None
    taking: bool = False

    def field(self, name: str) -> Any:
        """The value sent; None when it was not sent or is blank (white space does not count)."""
        value = self.fields.get(name)
        if isinstance(value, str):
            return value.strip() or None
        return None if value in ([], {}) else value

    @cached_property
    def consumer_channels(self) -> list[str]:
        return self.complaint.consumer.channels

    @cached_property
    def legal_hold(self) -> str:
        return legal_hold.why(self.complaint)

    @cached_property
    def missing_facts(self) -> list[dict[str, Any]]:
        return facts.missing_for_conclusion(self.complaint)

    @cached_property
    def evidence_numbers(self) -> frozenset[int]:
        return frozenset(proofs.usable(self.complaint.folder_id).values_list("number", flat=True))

    @cached_property
    def resolution(self) -> Resolution | None:
        found = everybodys("version of a case", _version, {ROW: self.complaint.pk})
        prefetch_related_objects(found, "measures", "points")
        return found[0] if found else None

    @property
    def open_in_letter(self) -> list[str]:
        """What the letter of the version that counts still leaves open, in words."""
        letter = self.resolution
        return letter_writing.open_in(letter.letter, letter.template) if letter else []

    @cached_property
    def signatures(self) -> list[Opinion]:
        """The signatures on the version that counts, as far as nobody voided them."""
        return [o for o in liveness.standing(self.complaint) if liveness.void_of(o) is None]

    @cached_property
    def signatures_needed(self) -> int:
        """One, or two."""
        if self.resolution is None:
            return 1
        return policy.signatures_needed(self.complaint, self.resolution)

    @property
    def why_two(self) -> str:
        """Why two are needed, as a sentence."""
        return policy.why_two()

    @cached_property
    def approval(self) -> limits.Standing:
        """Whether the sum of the offer needs an approval, and the one there is."""
        if self.resolution is None or self.complaint.state not in liveness.OPEN_TO_CHANGE:
            return limits.UNASKED
        self.resolution.complaint = self.complaint
        return limits.standing(self.resolution, timezone.localdate(self.now))

    @cached_property
    def whom_to_ask(self) -> str:
        """Who may approve the sum of the offer, as a sentence."""
        if self.resolution is None:
            return ""
        return limits.whom_to_ask(self.complaint, self.resolution, self.approval.approval)

    @cached_property
    def open_conditions(self) -> list[Condition]:
        """What was asked with the signatures and is not done."""
        signed = [opinion.pk for opinion in self.signatures]
        rows = Condition.objects.filter(opinion__in=signed, met_at=None)
        return list(rows) if signed else []

    @cached_property
    def open_consults(self) -> list[Consult]:
        """Other counsel whose word is waited for."""
        rows = Consult.objects.filter(
            resolution__complaint=self.complaint,
            resolution__status=Resolution.Status.SUBMITTED,
            answered_at=None,
            withdrawn_at=None,
        )
        return list(rows.select_related("user"))

    @cached_property
    def comments(self) -> list[Comment]:
        """The person's comments on the version that lies with counsel."""
        if self.resolution is None:
            return []
        return list(self.resolution.comments.filter(by=self.by, resolved_at=None))

    @cached_property
    def _apart(self) -> list[tuple[str, int]]:
        """(why, person), in one statement."""
        case = self.complaint
        named = NamedPerson.objects.filter(complaint=case).values_list(Value("named"), "user")
        back = Recusal.objects.filter(complaint=case).values_list(Value("back"), "user")
        wrote = limits.drafting_of(case).values_list(Value("wrote"), "by")
        return list(named.union(back, wrote))

    @cached_property
    def named_people(self) -> frozenset[int]:
        """Colleagues of whom the case speaks."""
        return frozenset(user for why, user in self._apart if why == "named")

    @cached_property
    def recused(self) -> frozenset[int]:
        """Counsel who stepped back."""
        return frozenset(user for why, user in self._apart if why == "back")

    @cached_property
    def drafters(self) -> frozenset[int]:
        """Whoever wrote a version of the proposal."""
        return frozenset(user for why, user in self._apart if why == "wrote")

    @cached_property
    def stands_in_for(self) -> frozenset[int]:
        """The absent people whose deputy the person is today, at first or second hand."""
        roster = Roster.of(timezone.localdate(self.now))
        by = self.by.pk if self.by is not None else None
        return frozenset(user for user in roster.away if by in roster.line_of(user))

    @cached_property
    def has_something_to_execute(self) -> bool:
        measures = self.resolution.measure_count if self.resolution is not None else 0
        return measures > 0 or bool(self.open_commitments)

    @cached_property
    def _unsettled(self) -> list[Commitment]:
        """What is owed, and what counts as kept although its money is not all there."""
        unpaid = Q(state=CommitmentState.KEPT, amount__gt=F("paid"))
        rows = Commitment.objects.filter(OWED | unpaid, complaint=self.complaint)
        return list(rows.select_related("measure"))

    @property
    def open_commitments(self) -> list[Commitment]:
        return [c for c in self._unsettled if c.state != CommitmentState.KEPT]

    @property
    def unproven_commitments(self) -> list[Commitment]:
        kept = [c for c in self._unsettled if c.state == CommitmentState.KEPT]
        return [c for c in kept if c.asks_for == proof.PAYMENT]

    @cached_property
    def _analysis(self) -> Any:
        return snapshots.latest(self.complaint)

    @cached_property
    def analysis_is_stale(self) -> bool:
        return snapshots.is_stale(self.complaint, self._analysis)

    @cached_property
    def offer_is_below_minimum(self) -> bool:
        if self._analysis is None or self.resolution is None:
            return False
        offered = sum(
            (m.amount for m in self.resolution.measures.all() if m.amount is not None), Decimal(0)
        )
        return offered < facts.owed_by_law(self._analysis.result)

    @cached_property
    def given_by_law(self) -> Mapping[str, Decimal | None]:
        """What the rulebook gives at this moment: claim → sum."""
        return sums.given(facts.analyse(self.complaint))

    @cached_property
    def draft_rules(self) -> list[carrying.Carrier]:
        """The rules that carry the resolution and that counsel has not signed."""
        if self.resolution is None:
            return []
        self.resolution.analysis = self._analysis
        return carrying.drafts(self.resolution)

    @cached_property
    def _reply_clock(self) -> Deadline | None:
        running = Deadline.objects.filter(complaint=self.complaint, state=DeadlineState.RUNNING)
        return running.filter(kind="consumer_reply").first()

    @property
    def reply_due_at(self) -> datetime | None:
        return self._reply_clock.due_at if self._reply_clock else None

    @cached_property
    def reminders(self) -> int:
        """How often the consumer was reminded to answer the offer of this round."""
        if self._reply_clock is None:
            return 0
        key = f"{self.complaint.number}.deadline.{self._reply_clock.pk}."
        sent = Outbox.objects.filter(complaint=self.complaint, effect="remind_consumer")
        return sent.filter(key__startswith=key).count()

    @cached_property
    def offer_came_back(self) -> bool:
        """Whether the letter of the latest offer was withheld or returned, and nobody has told the
        consumer otherwise.
        """
        letters = Outbox.objects.filter(
            complaint=self.complaint, effect=liveness.LETTER, cancelled_at=None
        )
        row: Any = letters.order_by("-id").prefetch_related("notices").first()
        if row is None:
            return False
        sent = [n for n in row.notices.all() if n.user_id is None and n.sent_at]
        back = bool(sent) and all(n.bounced_at for n in sent)
        return row.withheld_at is not None or back

    @cached_property
    def letter_left(self) -> bool:
        """Whether the letter of the offer that waits for its answer left the house."""
        return self.complaint.state == State.OFFERED and liveness.letter_left(self.complaint)

    @cached_property
    def due_clocks(self) -> Sequence[Any]:
        running = Deadline.objects.filter(complaint=self.complaint, state=DeadlineState.RUNNING)
        return list(running.filter(due_at__lte=self.now))

    @cached_property
    def merge_target(self) -> Complaint | None:
        wanted = str(self.field("into") or "")
        visible = Complaint.objects.workable_by(self.by) if self.by else Complaint.objects.all()
        return visible.filter(number=wanted).select_related("consumer", "merged_into").first()

    @cached_property
    def merged_here(self) -> list[str]:
        """The cases that were merged into this one; those that the person does not see without
        their number.
        """
        rows = Complaint.objects.filter(merged_into=self.complaint).order_by("pk")
        seen = Complaint.objects.visible_to(self.by) if self.by else Complaint.objects.all()
        known = set(seen.filter(merged_into=self.complaint).values_list("pk", flat=True))
        return [c.number if c.pk in known else _("另一件案件") for c in rows.only("number")]

    @cached_property
    def file_lines(self) -> list[completeness.Line]:
        """What the file of the case needs, and what it lacks of that; read afresh, whatever a page
        has read already.
        """
        return completeness.lines(CaseSituation(self.complaint, self.by, self.now))

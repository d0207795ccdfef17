"""What the case page shows, read in a fixed number of statements however much the case holds.

Small lists that belong to the case (holds, steps taken, promises, letters to hand over) are columns
of its own statement,
as JSON; long ones are paged or have one statement each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from complaints import facts
from complaints.lifecycle import State
from complaints.models import (
    Commitment,
    Complaint,
    Deadline,
    Event,
    FactAnswer,
    Hold,
    Measure,
    Outbox,
    Resolution,
    Transition,
)
from complaints.models.fact import Analysis
from complaints.situation import LETTERS, CaseSituation
from evidence.models import Item

RELATED = 5
TALK = (
    Q(kind="registered")
    | Q(kind="communication", code__in=["reply", "call_note"])
    | Q(kind="notice")
)
INTERNAL = Q(kind="communication", code="internal_note") | Q(kind="assignment")


def _here(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(complaint=OuterRef("pk"))


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = _here(rows).order_by().values("complaint").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _first(rows: QuerySet[Any], **parts: Any) -> Subquery:
    return Subquery(_here(rows).values(as_json=JSONObject(**parts))[:1])


def _all(rows: QuerySet[Any], **parts: Any) -> ArraySubquery:
    return ArraySubquery(_here(rows).values(as_json=JSONObject(**parts)))


def _resolution() -> Subquery:
    measures = ArraySubquery(
        Measure.objects.filter(resolution=OuterRef("pk"))
        .order_by("position")
        .values(
            as_json=JSONObject(kind="kind", amount="amount", description="description", due="due")
        )
    )
    rows = Resolution.objects.exclude(status="superseded").order_by("-version")
    return _first(
        rows,
        version="version",
        status="status",
        explanation="explanation",
        legal_basis="legal_basis",
        letter="letter",
        proposed_by_id="proposed_by",
        proposer="proposed_by__name",
        measures=measures,
    )


def _annotations(user: User) -> dict[str, Any]:
    same_person = (
        Complaint.objects.visible_to(user)
        .filter(consumer__phone_index=OuterRef("consumer__phone_index"))
        .exclude(pk=OuterRef("pk"))
        .exclude(consumer__phone_index=b"")
        .order_by("-id")
        .values(as_json=JSONObject(number="number", title="title", state="state"))[:RELATED]
    )
    by_hand = Outbox.objects.filter(
        notices__way="manual", notices__sent_at=None, notices__user=None
    ).order_by("id")
    return {
        "hold": _first(
            Hold.objects.filter(ended_at=None),
            id="pk",
            reason="reason",
            note="note",
            started_at="started_at",
            expected_end="expected_end",
            by="by__name",
        ),
        "steps_taken": _all(Transition.objects.order_by("id"), step="step", to="to_state", at="at"),
        "resolution": _resolution(),
        "frozen": _first(
            Analysis.objects.order_by("-id"),
            facts_revision="facts_revision",
            rulebook_sha256="rulebook_sha256",
            as_of="as_of",
        ),
        "promises": _all(
            Commitment.objects.order_by("due", "id"),
            id="pk",
            text="text",
            amount="amount",
            due="due",
            state="state",
            proof="proof",
            evidence="evidence_number",
            settled_at="settled_at",
            owner="owner__name",
        ),
        "letters": _all(
            by_hand,
            id="notices__pk",
            subject="notices__subject",
            to="notices__to",
            at="notices__created_at",
            channel="payload__channel",
        ),
        "handover": _first(
            Event.objects.filter(kind="assignment", code="assigned").order_by("-id"),
            id="pk",
            text="text",
            at="at",
            by="by__name",
            by_id="by",
            owner="detail__owner",
        ),
        "owner_acted": Subquery(
            _here(Event.objects.filter(by=OuterRef("owner"))).order_by("-id").values("pk")[:1]
        ),
        "last_event": Subquery(_here(Event.objects.order_by("-id")).values("pk")[:1]),
        "reminders": ArraySubquery(
            _here(Outbox.objects.filter(effect="remind_consumer")).values("key")
        ),
        "unsent": _count(
            Outbox.objects.filter(effect__in=LETTERS, done_at=None, cancelled_at=None)
        ),
        "n_talk": _count(Event.objects.filter(TALK)),
        "n_evidence": F("folder__items_numbered"),
        "n_internal": _count(Event.objects.filter(INTERNAL)),
        "same_person": ArraySubquery(same_person),
    }


def moment(text: str | None) -> datetime | None:
    """A time stamp out of a JSON column."""
    return datetime.fromisoformat(text) if text else None


def day(text: str | None) -> date | None:
    """A date out of a JSON column."""
    return date.fromisoformat(text) if text else None


_MOMENTS = {"at", "started_at", "settled_at"}
_DAYS = {"due", "expected_end", "as_of"}


def _parsed(row: dict[str, Any]) -> dict[str, Any]:
    """Moments and days as templates can write them."""
    return {
        key: moment(value) if key in _MOMENTS else day(value) if key in _DAYS else value
        for key, value in row.items()
    }


def _as_objects(complaint: Any) -> None:
    """Turn the JSON columns into what the page works with."""
    for name in ("hold", "handover", "frozen"):
        found = getattr(complaint, name)
        setattr(complaint, name, _parsed(found) if found else None)
    for name in ("steps_taken", "promises", "letters"):
        setattr(complaint, name, [_parsed(row) for row in getattr(complaint, name)])
    for row in complaint.same_person:
        row["state_words"] = State(row["state"]).label
    if complaint.resolution:
        measures = complaint.resolution["measures"]
        complaint.resolution["measures"] = [_parsed(row) for row in measures]


def find(user: User, number: str) -> Any:
    """The case with everything that is a column of its statement.

    Raises Complaint.DoesNotExist, the same for a foreign case.
    """
    visible = Complaint.objects.visible_to(user).select_related(
        "consumer", "owner", "team", "merged_into", "withdrawal_requested_by", "registered_by"
    )
    complaint = visible.annotate(**_annotations(user)).get(number=number)
    _as_objects(complaint)
    return complaint


@dataclass
class CasePage:
    """One case before one person at one moment. Each list is read when it is first asked for."""

    user: User
    complaint: Any
    now: datetime

    @classmethod
    def load(cls, user: User, number: str) -> CasePage:
        """Raises Complaint.DoesNotExist, the same for a foreign case."""
        return cls(user, find(user, number), timezone.now())

    @cached_property
    def answers(self) -> list[FactAnswer]:
        """The answers that stand."""
        return facts.current_answers(self.complaint)

    @cached_property
    def analysis(self) -> dict[str, Any]:
        """The legal analysis of the moment."""
        return facts.analyse(self.complaint, self.answers)

    @cached_property
    def items(self) -> list[Item]:
        """The evidence, in the order of its numbers."""
        found = Item.objects.filter(folder=self.complaint.folder_id)
        return list(found.select_related("received_by").order_by("number"))

    @cached_property
    def clocks(self) -> list[Deadline]:
        """Clocks that run or are held, the next one first."""
        return list(
            self.complaint.deadlines.filter(state__in=["running", "held"]).order_by("due_at")
        )

    @property
    def may_act(self) -> bool:
        """Whether this person works on cases at all; an auditor reads only."""
        return self.user.may("write_notes")

    def may(self, permission: str) -> bool:
        """The permission, while the case is open."""
        return bool(self.complaint.is_open) and self.user.may(permission)

    @property
    def _reply_clock(self) -> Deadline | None:
        waiting = (c for c in self.clocks if c.kind == "consumer_reply" and c.state == "running")
        return next(waiting, None)

    @property
    def _reminders(self) -> int:
        key = (
            f"{self.complaint.number}.deadline.{self._reply_clock.pk if self._reply_clock else 0}."
        )
        return sum(k.startswith(key) for k in self.complaint.reminders)

    @property
    def may_hold(self) -> bool:
        """Whether the clocks may be stopped and restarted by this person."""
        return self.may("hold_clocks")

    @property
    def may_take(self) -> bool:
        """Whether this person may work on the case."""
        return self.may("take")

    @property
    def may_dismiss(self) -> bool:
        """A supervisor, or whoever recorded it, may say that a withdrawal does not stand."""
        asked_by = self.complaint.withdrawal_requested_by_id
        return asked_by == self.user.pk or self.user.is_(Role.SUPERVISOR)

    @property
    def may_deliver(self) -> bool:
        """Letters have to be brought on a closed case too."""
        return self.user.may("communicate")

    @cached_property
    def situation(self) -> CaseSituation:
        """What guards may ask, answered from what the page has read already."""
        complaint, by = self.complaint, self.user
        loaded = CaseSituation(complaint, by, self.now)
        frozen = SimpleNamespace(**complaint.frozen) if complaint.frozen else None
        missing = self.analysis["missing_facts"]
        vars(loaded).update(
            missing_facts=[m for m in missing if not facts.is_judgement(m["fact"])],
            evidence_numbers=frozenset(item.number for item in self.items),
            resolution=_in_short(complaint.resolution),
            open_commitments=[
                SimpleNamespace(text=p["text"]) for p in complaint.promises if p["state"] == "open"
            ],
            analysis_is_stale=facts.is_stale(complaint, frozen),  # type: ignore[arg-type]
            offer_is_below_minimum=False,  # asked on counsel's page
            _reply_clock=self._reply_clock,
            unsent_letters=complaint.unsent,
            reminders=self._reminders,
        )
        return loaded


def _in_short(resolution: dict[str, Any] | None) -> Any:
    if resolution is None:
        return None
    return SimpleNamespace(**resolution, measure_count=len(resolution["measures"]))

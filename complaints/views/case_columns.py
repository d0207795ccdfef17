"""What belongs to a case and is small: columns of its own statement, as JSON."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    TextField,
    When,
)
from django.db.models.fields.json import KT, KeyTransform
from django.db.models.functions import Cast, Coalesce, JSONObject

from accounts.models import User
from complaints import limits
from complaints.choices import Limited
from complaints.leaving import LETTERS
from complaints.models import (
    Analysis,
    Approval,
    CaseLink,
    Complaint,
    Condition,
    Deadline,
    Event,
    Extension,
    Follow,
    Hold,
    Invitation,
    MassMember,
    MassOpinion,
    Measure,
    Opinion,
    Outbox,
    Point,
    Resolution,
    Snooze,
    TeamConsult,
    Transition,
)
from complaints.signing import mass
from complaints.views import case_sent_columns
from complaints.views.json_columns import all_of, count, first, here
from legal_rules import sign_off

RELATED = 5
TALK = (
    Q(kind="registered")
    | Q(kind="communication", code__in=["reply", "call_note", "later_answer"])
    | Q(kind="notice")
)
INTERNAL = Q(kind="communication", code="internal_note") | Q(kind="assignment")


def _resolution() -> Subquery:
    """The version that counts, with what hangs on it."""
    signed = Opinion.objects.filter(resolution=OuterRef("pk"), signed=True).order_by("-id")
    voided = signed.values(as_json=JSONObject(at="voided__at", changed="voided__changed"))
    return first(
        Resolution.objects.exclude(status="superseded").order_by("-version"),
        version="version",
        status="status",
        explanation="explanation",
        legal_basis="legal_basis",
        letter="letter",
        template="template",
        below_reason="below_reason",
        proposed_by_id="proposed_by",
        proposer="proposed_by__name",
        measures=_measures(),
        points=_points(),
        voided=Subquery(voided[:1]),
        conditions=_conditions(),
        approval=_approval(),
    )


def _measures() -> ArraySubquery:
    rows = Measure.objects.filter(resolution=OuterRef("pk")).order_by("position")
    return ArraySubquery(
        rows.values(
            as_json=JSONObject(
                kind="kind",
                amount="amount",
                description="description",
                due="due",
                position="position",
                formula="formula",
                remedy="remedy",
                # as text: a number of JSON is no sum
                exact=Cast("amount", TextField()),
                proposed=Cast("proposed_amount", TextField()),
            )
        )
    )


def _points() -> ArraySubquery:
    rows = Point.objects.filter(resolution=OuterRef("pk")).order_by("position")
    parts = JSONObject(
        title="title",
        finding="finding",
        words="finding_words",
        for_numbers="for_numbers",
        against_numbers="against_numbers",
    )
    return ArraySubquery(rows.values(as_json=parts))


def _conditions() -> ArraySubquery:
    """Those of signatures that hold, which nobody has met."""
    rows = Condition.objects.filter(
        opinion__resolution=OuterRef("pk"), opinion__voided=None, met_at=None
    ).order_by("pk")
    parts = JSONObject(id="pk", text="text", by="opinion__by__name")
    return ArraySubquery(rows.values(as_json=parts))


def _approval() -> Subquery:
    """What was asked last of an offer above its author's limit."""
    rows = Approval.objects.filter(resolution=OuterRef("pk")).order_by("-id")
    parts = JSONObject(
        amount="amount",
        elsewhere="elsewhere",
        limit="limit",
        level="level",
        at="asked_at",
        approved="approved",
        decider="decided_by__name",
        note="note",
    )
    return Subquery(rows.values(as_json=parts)[:1])


def columns() -> dict[str, Any]:
    """The annotations of the case's statement that are the same for everybody at any time."""
    return {
        **_clocks(),
        **_solution(),
        **case_sent_columns.promises(),
        **case_sent_columns.letters(),
        **_latest(),
        **_counts(),
        "asked": _asked(),
        "snooze": first(
            Snooze.objects.filter(ended_at=None),
            until="until",
            waiting_for="waiting_for",
            because="because",
            created_at="created_at",
            by="owner__name",
            by_id="owner",
        ),
        "teams_asked": _teams_asked(),
        "drafters": ArraySubquery(limits.drafting_of(OuterRef("pk")).values("by")),
        "mass": first(
            MassMember.objects.all(),
            id="mass",
            title="mass__title",
            finding="mass__finding",
            opinion=_mass_opinion(),
        ),
    }


def _mass_opinion() -> Subquery:
    """Counsel's newest word over the common finding, and whether it is still about what stands
    there.
    """
    rows = MassOpinion.objects.filter(mass=OuterRef("mass")).order_by("-id")
    same = Q(**{f"mass__{column}": KT(f"covered__{part}") for part, column in mass.PARTS})
    holds = Case(When(same, then=True), default=False)
    return Subquery(rows.values(as_json=JSONObject(by="by__name", at="at", holds=holds))[:1])


def _teams_asked() -> ArraySubquery:
    """Questions to other teams (协办), the newest first."""
    return all_of(
        TeamConsult.objects.order_by("-id"),
        id="pk",
        team_id="team",
        team="team__name",
        user="user__name",
        asker_id="asked_by",
        asker="asked_by__name",
        asked_at="asked_at",
        question="question",
        due_at="due_at",
        state="state",
        words="words",
        files="files",
        ended_at="ended_at",
        ended_by="ended_by__name",
        on_time="on_time",
    )


def _asked() -> Subquery:
    """What the consumer was asked, and said, of the latest closing."""
    return first(
        Invitation.objects.order_by("-id"),
        asked_at="asked_at",
        channel="channel",
        score="feedback__score",
        solved="feedback__solved",
        at="feedback__at",
    )


def _clocks() -> dict[str, Any]:
    """What moves its clocks: steps, holds, longer terms asked for; and the clocks that ended."""
    return {
        "steps_taken": all_of(
            Transition.objects.order_by("id"), step="step", to="to_state", at="at"
        ),
        "open_holds": all_of(
            Hold.objects.filter(ended_at=None).order_by("id"),
            id="pk",
            reason="reason",
            note="note",
            started_at="started_at",
            expected_end="expected_end",
            by="by__name",
            pauses="pauses",
            items="items",
        ),
        "extensions_asked": ArraySubquery(
            Extension.objects.filter(deadline__complaint=OuterRef("pk"), decision="").values(
                as_json=JSONObject(
                    id="pk",
                    deadline="deadline",
                    entry="deadline__entry",
                    kind="deadline__kind",
                    terms="terms",
                    reason="reason",
                    by="requested_by__name",
                    by_id="requested_by",
                    at="requested_at",
                )
            )
        ),
        "ended_clocks": all_of(
            Deadline.objects.exclude(state__in=["running", "held"]).order_by("-id"),
            id="pk",
            entry="entry",
            kind="kind",
            title="title",
            state="state",
            nature="nature",
            due_at="due_at",
            provisional="provisional",
            met_at="met_at",
        ),
    }


def _solution() -> dict[str, Any]:
    """What is proposed to the consumer, and the analysis that was kept last."""
    return {
        "resolution": _resolution(),
        "frozen": first(
            Analysis.objects.order_by("-id"),
            facts_revision="facts_revision",
            rulebook_sha256="rulebook_sha256",
            as_of="as_of",
            facts="facts",
            holidays="holidays",
            category=KeyTransform("category", "result"),
            dated=KeyTransform("dated", "result"),
        ),
    }


def _latest() -> dict[str, Any]:
    """Who handed the case over and whether its owner has acted; the newest event and rule act."""
    return {
        "handover": first(
            Event.objects.filter(kind="assignment", code__in=["assigned", "given_back"]).order_by(
                "-id"
            ),
            id="pk",
            text="text",
            at="at",
            by="by__name",
            by_id="by",
            owner="detail__owner",
            code="code",
        ),
        "urged": first(
            Event.objects.filter(kind="assignment", code="urged").order_by("-id"),
            id="pk",
            text="text",
            at="at",
            by="by__name",
            by_id="by",
            names="detail__names",
            users="detail__users",
            whom="detail__whom",
            times="detail__times",
        ),
        "owner_acted": Subquery(
            here(Event.objects.filter(by=OuterRef("owner"))).order_by("-id").values("pk")[:1]
        ),
        "last_event": Subquery(here(Event.objects.order_by("-id")).values("pk")[:1]),
        "last_rule_act": sign_off.latest_act(),
    }


def _counts() -> dict[str, Any]:
    """The numbers beside the tabs, and letters that have not left."""
    return {
        "n_talk": count(Event.objects.filter(TALK)),
        "n_evidence": F("folder__items_numbered"),
        "n_snapshots": count(Analysis.objects.all()),
        "n_internal": count(Event.objects.filter(INTERNAL)),
        "n_given_back": count(Event.objects.filter(kind="assignment", code="given_back")),
        "n_around": _around(),
        "unsent": count(Outbox.objects.filter(effect__in=LETTERS, done_at=None, cancelled_at=None)),
    }


def _around() -> Any:
    """How many cases are linked to it or merged into it; which, its pane asks by itself."""
    standing = CaseLink.objects.filter(ended_at=None)
    from_here = standing.filter(complaint=OuterRef("pk")).values("complaint")
    to_here = standing.filter(other=OuterRef("pk")).values("other")
    merged = Complaint.objects.filter(merged_into=OuterRef("pk")).values("merged_into")
    parts = [rows.annotate(n=Count("pk")).values("n") for rows in (from_here, to_here, merged)]
    one, two, three = (Coalesce(Subquery(p, output_field=IntegerField()), 0) for p in parts)
    return one + two + three


def followed_by(user: User) -> Exists:
    """Whether the person follows the case."""
    return Exists(Follow.objects.filter(complaint=OuterRef("pk"), user=user.pk))


def same_person(user: User) -> ArraySubquery:
    """Newest cases of the same telephone that this person may see."""
    found = (
        Complaint.objects.visible_to(user)
        .filter(consumer__phone_index=OuterRef("consumer__phone_index"))
        .exclude(pk=OuterRef("pk"))
        .exclude(consumer__phone_index=b"")
        .exclude(consumer__limited=Limited.STORAGE)
        .order_by("-id")
        .values(as_json=JSONObject(number="number", title="title", state="state"))[:RELATED]
    )
    return ArraySubquery(found)

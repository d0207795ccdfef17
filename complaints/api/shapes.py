"""How a case and what belongs to it are answered: plain dictionaries, built by hand because a list
of two hundred cases goes through here. Personal data only masked.

`serializers.py` describes the same shapes; a test holds real answers against the description.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from accounts.models import Team, User
from complaints import clock_words
from complaints.api import point_shapes
from complaints.choices import DeadlineState
from complaints.models import (
    Communication,
    Complaint,
    Deadline,
    Event,
    FactAnswer,
    Hold,
    Measure,
    Opinion,
    Resolution,
)
from complaints.querysets import ComplaintQuerySet
from complaints.seen import saw_cases, saw_named
from complaints.signing import liveness
from evidence.models import Item

_TICKING = (DeadlineState.RUNNING, DeadlineState.HELD)


def with_relations(cases: ComplaintQuerySet) -> ComplaintQuerySet:
    """The cases with everything that an answer shows: three statements, whatever their number."""
    return (
        cases.select_related("consumer", "owner", "team", "registered_by", "merged_into")
        .defer("findings", "withdrawal_words", "no_evidence_reason", "consumer__data_key")
        .prefetch_related(
            Prefetch(
                "deadlines",
                Deadline.objects.filter(state__in=_TICKING).order_by("due_at", "id"),
                to_attr="ticking",
            ),
            Prefetch("holds", Hold.objects.select_related("by").order_by("id"), to_attr="stops"),
        )
    )


def person(user: User | None) -> dict[str, str] | None:
    """A colleague."""
    return None if user is None else {"username": user.username, "name": user.name}


def money(amount: Decimal | None) -> str | None:
    """Yuan with two decimals, as text."""
    return None if amount is None else f"{amount:.2f}"


def day(value: date | None) -> str | None:
    """YYYY-MM-DD."""
    return None if value is None else value.isoformat()


def _team(team: Team) -> dict[str, Any]:
    return {"id": team.pk, "name": team.name}


def complaint(case: Complaint, now: datetime) -> dict[str, Any]:
    """The case. It must come from `with_relations`, or carry `ticking` and `stops` itself."""
    clocks: Iterable[Deadline] = case.ticking  # type: ignore[attr-defined]
    stops: Iterable[Hold] = case.stops  # type: ignore[attr-defined]
    running = [d for d in clocks if d.state == DeadlineState.RUNNING]
    saw_cases(case.number)
    return {
        "number": case.number,
        "version": case.version,
        "state": case.state,
        "phase": case.phase,
        "outcome": case.outcome or None,
        "round": case.round,
        "title": case.title,
        "narrative": case.narrative,
        "claims": list(case.claims),
        "category": case.category or None,
        "rights": list(case.rights),
        "channel": case.channel,
        "priority": str(case.priority),
        "risk_flags": list(case.risk_flags),
        "confidential": case.confidential,
        "owner": person(case.owner),
        "team": _team(case.team),
        "registered_by": person(case.registered_by),
        "consumer": {**case.consumer.as_masked(), "language": case.consumer.language},
        "product": {"name": case.product_name, "category": case.product_category},
        "region": case.region,
        "brand": case.brand,
        "batch": case.batch,
        "supplier": case.supplier,
        "script_version": case.script_version,
        "order_number": case.order_number,
        "transaction_date": day(case.transaction_date),
        "price_paid": money(case.price_paid),
        "loss_claimed": money(case.loss_claimed),
        "currency": case.currency,
        "external_reference": case.external_reference,
        "merged_into": case.merged_into.number if case.merged_into else None,
        "holds": [hold(h) for h in stops],
        "next_deadline": clock_words.as_shown(running[0], now) if running else None,
        "received_at": clock_words.local(case.received_at),
        "created_at": clock_words.local(case.created_at),
        "updated_at": clock_words.local(case.updated_at),
        "closed_at": clock_words.local(case.closed_at),
    }


def registered(case: Complaint, similar: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """A case that was registered in this very request: no statement."""
    clocks: list[Deadline] = case.fresh_deadlines  # type: ignore[attr-defined]
    case.ticking, case.stops = clocks, []  # type: ignore[attr-defined]
    saw_cases(*(row["number"] for row in similar))
    return {
        **complaint(case, now),
        "deadlines": [clock_words.as_shown(d, now) for d in clocks],
        "similar": similar,
    }


def hold(stop: Hold) -> dict[str, Any]:
    """One stop of the clocks. `pauses`: the kinds of deadlines that stand still."""
    return {
        "id": stop.pk,
        "reason": stop.reason,
        "note": stop.note,
        "started_at": clock_words.local(stop.started_at),
        "expected_end": day(stop.expected_end),
        "ended_at": clock_words.local(stop.ended_at),
        "by": person(stop.by),
        "pauses": list(stop.pauses),
        "items": list(stop.items),
    }


def answer(given: FactAnswer) -> dict[str, Any]:
    """The answer to one fact that stands now."""
    return {
        "value": given.value,
        "source": given.source,
        "note": given.note,
        "evidence": given.evidence_number,
        "cannot_be_established": not given.established,
        "by": person(given.by),
        "at": clock_words.local(given.at),
    }


def item(piece: Item, number: str) -> dict[str, Any]:
    """One piece of evidence of the case `number`."""
    return {
        "number": piece.number,
        "title": piece.title,
        "file_name": piece.file_name,
        "content_type": piece.content_type,
        "size": piece.size,
        "sha256": piece.sha256,
        "obtained_from": piece.obtained_from,
        "obtained_at": clock_words.local(piece.obtained_at),
        "obtained_by": piece.obtained_by,
        "how": piece.how,
        "proves": piece.proves,
        "is_original": piece.is_original,
        "received_at": clock_words.local(piece.received_at),
        "received_by": person(piece.received_by),
        "withdrawn": withdrawn(piece),
        "file": reverse("api-evidence-file", args=[number, piece.number]),
    }


def withdrawn(piece: Item) -> dict[str, Any] | None:
    """When, by whom and why it was withdrawn; None for one that counts."""
    if not piece.is_withdrawn:
        return None
    row = piece.withdrawal
    return {"at": clock_words.local(row.at), "by": person(row.by), "reason": row.reason}


def event(entry: Event) -> dict[str, Any]:
    """One entry of the timeline. `by` is null for what the system did."""
    saw_named(entry.code, entry.detail)
    return {
        "id": entry.pk,
        "at": clock_words.local(entry.at),
        "by": person(entry.by),
        "kind": entry.kind,
        "code": entry.code,
        "text": entry.text,
        "detail": entry.detail,
        "visible_to_consumer": entry.visible_to_consumer,
    }


def communication(text: Communication) -> dict[str, Any]:
    """One text. `sent_at` and `undone` speak of a reply on its way out of the house."""
    out = text.outbox
    return {
        "id": text.pk,
        "kind": text.kind,
        "inbound": text.inbound,
        "channel": text.channel,
        "text": text.text,
        "at": clock_words.local(text.at),
        "by": person(text.by),
        "leaves_at": clock_words.local(out.not_before) if out else None,
        "sent_at": clock_words.local(out.done_at) if out else None,
        "undone": bool(out and out.cancelled_at),
    }


def _measure(m: Measure) -> dict[str, Any]:
    return {
        "kind": m.kind,
        "amount": money(m.amount),
        "currency": "CNY",
        "formula": m.formula,
        "description": m.description,
        "due": day(m.due),
        "basis": m.basis,
        "remedy": m.remedy,
        "proposed_amount": money(m.proposed_amount),
        "proposed_formula": m.proposed_formula,
        "payee": m.payee,
        "payee_words": m.payee_words,
        "unit": _team(m.unit) if m.unit else None,
    }


def resolution(proposal: Resolution) -> dict[str, Any]:
    """One version of the proposal, with what counsel said."""
    return {
        "version": proposal.version,
        "status": str(proposal.status),
        "measures": [_measure(m) for m in proposal.measures.all()],
        "points": [point_shapes.shown(point) for point in proposal.points.all()],
        "explanation": proposal.explanation,
        "legal_basis": list(proposal.legal_basis),
        "letter": proposal.letter,
        "below_reason": proposal.below_reason,
        "proposed_by": person(proposal.proposed_by),
        "proposed_at": clock_words.local(proposal.proposed_at),
        "content_hash": proposal.content_hash or None,
        "opinions": [_opinion(one) for one in proposal.opinions.all()],
    }


def _opinion(one: Opinion) -> dict[str, Any]:
    """Counsel's word, and whether it holds: a signature that is void says since when and why."""
    void = liveness.void_of(one)
    return {
        "by": person(one.by),
        "at": clock_words.local(one.at),
        "signed": one.signed,
        "text": one.text,
        "below_minimum_reason": one.below_minimum_reason,
        "content_hash": one.content_hash,
        "voided_at": clock_words.local(void.at) if void else None,
        "changed": list(void.changed) if void else [],
    }

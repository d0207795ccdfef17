"""What stands in the package's files, row by row: plain JSON values, personal data only masked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from accounts.models import User
from complaints import snapshots
from complaints.archive.case_file import CaseFile
from complaints.models import (
    Analysis,
    Commitment,
    Communication,
    Complaint,
    FactAnswer,
    Outbox,
    Payment,
)
from evidence.models import Custody, Item, Link
from legal_rules.vocabulary import FACTS

Row = dict[str, Any]


def spelled(value: object) -> bytes:
    """JSON with one spelling: keys sorted, no spaces, UTF-8."""
    return snapshots.canonical(value).encode()


def readable(value: object) -> bytes:
    """The same with a line for each value, for files that people open."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """JSON Lines."""
    return b"".join(spelled(row) + b"\n" for row in rows)


def instant(at: datetime | None) -> str | None:
    """ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None


def by_then(at: datetime | None, until: datetime) -> str | None:
    """The same of what happened up to that moment; what came later is not in the file."""
    return instant(at) if at and at <= until else None


def yuan(amount: Decimal | None) -> str | None:
    """With two decimals, as text."""
    return None if amount is None else f"{amount:.2f}"


def person(user: User | None) -> Row | None:
    """A colleague; None for the system."""
    return None if user is None else {"username": user.username, "name": user.name}


def case(file: CaseFile) -> Row:
    """The complaint itself."""
    c: Complaint = file.complaint
    return {
        "number": c.number,
        "title": c.title,
        "narrative": c.narrative,
        "claims": list(c.claims),
        "category": c.category,
        "channel": c.channel,
        "product": {"name": c.product_name, "category": c.product_category},
        **file.circumstances,
        "order_number": c.order_number,
        "transaction_date": c.transaction_date.isoformat() if c.transaction_date else None,
        "price_paid": yuan(c.price_paid),
        "loss_claimed": yuan(c.loss_claimed),
        "currency": c.currency,
        "consumer": c.consumer.as_masked(),
        "findings": c.findings,
        "no_evidence_reason": c.no_evidence_reason,
        "outcome": c.outcome,
        "merged_into": c.merged_into.number if c.merged_into else None,
        "team": c.team.name,
        "owner": person(c.owner),
        "registered_by": person(c.registered_by),
        "received_at": instant(c.received_at),
        "registered_at": instant(c.created_at),
        "closed_at": instant(c.closed_at),
        "archived_at": instant(file.at) if file.step else None,
        "archived_by": person(file.step.by) if file.step else None,
        "facts": [answer(a, file.at) for a in file.answers],
    }


def answer(a: FactAnswer, until: datetime) -> Row:
    """An answer to a fact; `superseded_at` where another took its place by then."""
    fact = FACTS.get(a.fact)
    return {
        "fact": a.fact,
        "question": fact.question_for("zh-hans") if fact else a.fact,
        "value": a.value,
        "established": a.established,
        "source": a.source,
        "note": a.note,
        "evidence": a.evidence_number,
        "by": person(a.by),
        "at": instant(a.at),
        "superseded_at": by_then(a.superseded_at, until),
    }


def text(c: Communication) -> Row:
    """A reply, a note of a call or an internal note."""
    return {
        "at": instant(c.at),
        "by": person(c.by),
        "kind": c.kind,
        "inbound": c.inbound,
        "channel": c.channel,
        "text": c.text,
    }


def letter(row: Outbox, notices: Iterable[Any], until: datetime) -> Row:
    """What was written to the consumer, and what was known of its arrival by then."""

    return {
        "effect": row.effect,
        "created_at": instant(row.created_at),
        "messages": [
            {
                "way": n.way,
                "to": n.to,
                "subject": n.subject,
                "body": n.body,
                "sent_at": by_then(n.sent_at, until),
                "delivered_at": by_then(n.delivered_at, until),
                "bounced_at": by_then(n.bounced_at, until),
                "brought": n.brought if by_then(n.delivered_at, until) else "",
                "reference": n.reference if by_then(n.delivered_at, until) else "",
            }
            for n in notices
        ],
    }


def item(i: Item, path: str, until: datetime) -> Row:
    """A piece of evidence and where its file lies in the package."""
    return {
        "number": i.number,
        "title": i.title,
        "path": path,
        "file_name": i.file_name,
        "content_type": i.content_type,
        "size": i.size,
        "sha256": i.sha256,
        "how": i.how,
        "obtained_from": i.obtained_from,
        "obtained_by": i.obtained_by,
        "obtained_at": instant(i.obtained_at),
        "proves": i.proves,
        "is_original": i.is_original,
        "received_at": instant(i.received_at),
        "received_by": person(i.received_by),
        "withdrawn": _withdrawn(i, until),
        "links": [_link(link) for link in i.links.all()],
    }


def _withdrawn(i: Item, until: datetime) -> Row | None:
    if not i.is_withdrawn or i.withdrawal.at > until:
        return None
    w = i.withdrawal
    return {"at": instant(w.at), "by": person(w.by), "reason": w.reason}


def _link(link: Link) -> Row:
    """What it was linked to, or no more; the newest of a target counts."""
    return {
        "kind": link.kind,
        "target": link.target,
        "linked": link.linked,
        "at": instant(link.at),
        "by": person(link.by),
    }


def hand(i: Item, c: Custody) -> Row:
    """Who had a piece of evidence in hand."""
    return {"number": i.number, "at": instant(c.at), "by": person(c.by), "act": c.act, **c.detail}


def about_analysis(a: Analysis, path: str) -> Row:
    """When and on what occasion an analysis was frozen."""
    return {
        "path": path,
        "at": instant(a.at),
        "by": person(a.by),
        "occasion": a.occasion,
        "rulebook_sha256": a.rulebook_sha256,
    }


def commitment(c: Commitment, until: datetime) -> Row:
    """A promise and its proof, as they were by then."""
    payments: Iterable[Payment] = c.payments.all()
    return {
        "text": c.text,
        "amount": yuan(c.amount),
        "source": c.source,
        "strength": c.strength,
        "due_at": instant(c.due_at),
        "state": c.state,
        "kept_at": instant(c.kept_at),
        "on_time": c.on_time,
        "proof": c.proof,
        "evidence": c.evidence_number,
        "payments": [
            {
                "amount": yuan(p.amount),
                "paid_on": p.paid_on.isoformat(),
                "way": p.way,
                "reference": p.reference,
                "evidence": p.evidence_number,
                "reversed_at": by_then(p.reversed_at, until),
            }
            for p in sorted(payments, key=lambda p: p.pk)
        ],
    }

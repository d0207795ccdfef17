"""The sentence that is signed: who signed which content of which version, when, in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from audit.record import record
from complaints.models import Opinion
from complaints.signing import keys
from complaints.signing.canonical import FORMAT, Covered, format_of, hash_of, spelled


def seal(opinion: Opinion, covered: Covered, now: datetime, conditions: Sequence[str] = ()) -> None:
    """Save the opinion as a signature, under `conditions`: what it covers, the statement, the key's
    word for it, and its entry in the audit record; in the caller's transaction.
    """
    keys.keep(now)
    opinion.covered, opinion.content_hash = covered, hash_of(covered)
    opinion.key_id = keys.own_id()
    under = {"conditions": list(conditions)} if conditions else {}
    opinion.statement = {**as_it_stands(opinion, FORMAT), **under}
    opinion.signature = keys.sign(spelled(opinion.statement))
    opinion.save(force_insert=True)
    case, version = opinion.resolution.complaint, opinion.resolution.version
    detail = {"version": version, "content": opinion.content_hash, "key": opinion.key_id}
    record("signature.made", case.subject, opinion.by, opinion.at, detail)


def as_it_stands(opinion: Opinion, number: int | None = None) -> dict[str, Any]:
    """The statement that the columns of the opinion amount to. Of what was signed it is the stored
    one, unless somebody changed a column.
    """
    resolution = opinion.resolution
    ticked = {"checklist": list(opinion.checklist)} if opinion.checklist else {}
    return {
        **ticked,
        **_under(opinion),
        "format": format_of(opinion) if number is None else number,
        "case": resolution.complaint.number,
        "version": resolution.version,
        "content": opinion.content_hash,
        "signer": opinion.by.username,
        "at": _instant(opinion.at),
        "reauthenticated_at": _instant(opinion.reauthenticated_at),
        "opinion": opinion.text,
        "below_minimum_reason": opinion.below_minimum_reason,
        "taken_over": {rule["rule"]: rule["reason"] for rule in opinion.taken_over},
        "key": opinion.key_id,
    }


def _under(opinion: Opinion) -> dict[str, Any]:
    """The conditions, where the statement has some: older ones did not name them."""
    if "conditions" not in (opinion.statement or {}):
        return {}
    return {"conditions": [row.text for row in opinion.conditions.order_by("position")]}


def is_by_its_key(
    opinion: Opinion,
    trusted: Mapping[str, Any] | None = None,
    said: Mapping[str, Any] | None = None,
) -> bool:
    """Whether the signature is that of a key that counts, over the statement that is stored, or
    over another that is `said`.
    """
    known = keys.trusted() if trusted is None else trusted
    public = known.get(opinion.key_id)
    if public is None or opinion.statement is None:
        return False
    statement = opinion.statement if said is None else said
    return keys.is_signed_by(public, spelled(statement), opinion.signature)


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None

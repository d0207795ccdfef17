"""Whether a signature is still that of what stands in the rows: recomputed, never believed.

Asks whether anything was altered behind the application's back. Whether what counsel read is still
what the case says is asked in `liveness.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.models import Entry
from complaints.models import Event, Opinion, SigningKey
from complaints.signing import differences, keys, statements
from complaints.signing.canonical import content, hash_of, is_as_signed

Keys = Mapping[str, Any]
_MISSHAPEN = (AttributeError, KeyError, TypeError, ValueError)


def faults(opinion: Opinion, trusted: Keys | None = None) -> list[str]:
    """The parts that are not as they were signed, the first one first; [] where all is.

    Names as in `differences`. One from before there were keys has only its fingerprint: a fault of
    it is `content`.
    """
    if opinion.statement is None or opinion.covered is None:
        return _of_an_old_one(opinion)
    if wrong := misshapen(opinion):
        return wrong
    found = [
        *_of_the_content(opinion),
        *_of_the_columns(opinion),
        *_of_the_seal(opinion, keys.trusted() if trusted is None else trusted),
        *_of_the_record(opinion),
    ]
    return list(dict.fromkeys(found))


def misshapen(opinion: Opinion) -> list[str]:
    """What no program of ours ever wrote, and nothing can be compared with."""
    statement: Any = opinion.statement
    if not isinstance(statement, Mapping) or type(statement.get("format")) is not int:
        return ["signature"]
    try:
        differences.between(opinion.covered or {}, content(opinion.resolution, opinion))
    except _MISSHAPEN:
        return ["kept"]
    try:
        differences.between(statement, statements.as_it_stands(opinion))
    except _MISSHAPEN:
        return ["signature"]
    return []


def is_unsigned(opinion: Opinion) -> bool:
    """Signed before this installation had a key: its fingerprint is all there is."""
    return opinion.statement is None


def _of_an_old_one(opinion: Opinion) -> list[str]:
    """Without a statement only where there was no key yet; else somebody took it away."""
    if opinion.statement is not None or opinion.signature or opinion.key_id:
        return ["signature"]
    first = SigningKey.objects.order_by("first_used_at").first()
    if first is not None and opinion.at >= first.first_used_at:
        return ["signature"]
    return [] if is_as_signed(opinion) else ["content"]


def _of_the_content(opinion: Opinion) -> list[str]:
    """The rows against the content that was kept; where that itself was altered, it says so."""
    kept, stands = opinion.covered or {}, content(opinion.resolution, opinion)
    signed = (opinion.statement or {}).get("content")
    found = differences.between(kept, stands)
    if hash_of(kept) == signed:
        return found
    if hash_of(stands) == signed:
        return [f"kept.{part}" for part in found]
    return [*found, "kept"]


def _of_the_columns(opinion: Opinion) -> list[str]:
    """Columns of the opinion against its statement; the hash of the version against both."""
    found = differences.between(opinion.statement or {}, statements.as_it_stands(opinion))
    resolution = opinion.resolution
    newest = resolution.opinions.filter(signed=True).order_by("-id").first()
    if newest == opinion and resolution.content_hash != opinion.content_hash:
        found.append("content")
    return found


def _of_the_seal(opinion: Opinion, trusted: Keys) -> list[str]:
    if opinion.key_id not in trusted:
        return ["key"]
    return [] if statements.is_by_its_key(opinion, trusted) else ["signature"]


def _of_the_record(opinion: Opinion) -> list[str]:
    """The audit record says who signed what; the timeline says whether it was voided."""
    case = opinion.resolution.complaint
    made = Entry.objects.filter(subject=case.subject, verb="signature.made", at=opinion.at)
    actors = made.filter(detail__content=opinion.content_hash).values_list("actor", flat=True)
    found = []
    if not (recorded := set(actors)):
        found.append("record")
    elif opinion.by.username not in recorded:
        found.append("signer")
    if _was_voided(opinion) != hasattr(opinion, "voided"):
        found.append("voided")
    if "conditions" in (opinion.statement or {}) and not _met_on_record(opinion):
        found.append("met")
    return found


def _was_voided(opinion: Opinion) -> bool:
    """By the timeline or by the audit record: whoever removes it has to think of both."""
    case = opinion.resolution.complaint
    told = Event.objects.filter(complaint=case, code="signature_voided", detail__opinion=opinion.pk)
    noted = Entry.objects.filter(
        subject=case.subject, verb="signature.voided", detail__opinion=opinion.pk
    )
    return told.exists() or noted.exists()


def _met_on_record(opinion: Opinion) -> bool:
    """Each condition that counts as met was met by an act."""
    met = set(opinion.conditions.exclude(met_at=None).values_list("pk", flat=True))
    subject = opinion.resolution.complaint.subject
    noted = Entry.objects.filter(subject=subject, verb="resolution.condition_met")
    return met <= set(noted.values_list("detail__condition", flat=True))

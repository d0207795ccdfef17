"""Counsel's signature over the finding of a mass case: its own statement, by the same key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from audit.models import Entry
from complaints.models import MassCase, MassOpinion
from complaints.signing import differences, keys
from complaints.signing.canonical import hash_of, spelled

FORMAT = 1
# What is covered, and the column in which it stands
PARTS = (
    ("title", "title"),
    ("product", "product_name"),
    ("category", "category"),
    ("defect", "defect"),
    ("finding", "finding"),
)
_MASS = b"mass finding\n"  # a signature over a finding is never one over a resolution


def content(mass: MassCase) -> dict[str, Any]:
    """What a signature covers."""
    return {
        "format": FORMAT,
        "mass": mass.pk,
        **{part: getattr(mass, column) for part, column in PARTS},
    }


def seal(opinion: MassOpinion, now: datetime) -> None:
    """Fill in what it covers, the statement and the key's word for it, and save; in the caller's
    transaction.
    """
    keys.keep(now)
    opinion.covered = content(opinion.mass)
    opinion.content_hash, opinion.key_id = hash_of(opinion.covered), keys.own_id()
    opinion.statement = as_it_stands(opinion)
    opinion.signature = keys.sign(_MASS + spelled(opinion.statement))
    opinion.save(force_insert=True)


def as_it_stands(opinion: MassOpinion) -> dict[str, Any]:
    """The statement that the columns amount to."""
    return {
        "format": FORMAT,
        "mass": opinion.mass_id,
        "content": opinion.content_hash,
        "signer": opinion.by.username,
        "at": _instant(opinion.at),
        "reauthenticated_at": _instant(opinion.reauthenticated_at),
        "opinion": opinion.text,
        "key": opinion.key_id,
    }


def faults(opinion: MassOpinion) -> list[str]:
    """Parts that are not as they were signed; [] where the signature stands for what it says."""
    found = []
    if hash_of(opinion.covered) != opinion.content_hash:
        found.append("content")
    found += differences.between(opinion.statement, as_it_stands(opinion))
    made = Entry.objects.filter(
        subject=opinion.mass.subject, verb="mass.signed", at=opinion.at, actor=opinion.by.username
    )
    if not made.filter(detail__content=opinion.content_hash).exists():
        found.append("record")
    public = keys.trusted().get(opinion.key_id)
    message = _MASS + spelled(opinion.statement)
    if public is None or not keys.is_signed_by(public, message, opinion.signature):
        found.append("signature")
    return found


def all_signed() -> Iterator[MassOpinion]:
    """Every signature over a finding, in order."""
    return MassOpinion.objects.select_related("by", "mass").order_by("pk").iterator()


def missing() -> Iterator[Entry]:
    """Entries of the audit record about signatures that are not there any more."""
    for entry in Entry.objects.filter(verb="mass.signed").order_by("pk").iterator():
        rows = MassOpinion.objects.filter(mass=int(entry.subject.partition(":")[2]))
        same = Q(content_hash=entry.detail.get("content")) | Q(at=entry.at)
        if not rows.filter(same).exists():
            yield entry


def changed_since(opinion: MassOpinion) -> list[str]:
    """What the mass case says otherwise now than counsel read."""
    return differences.between(opinion.covered, content(opinion.mass))


def live(mass: MassCase) -> MassOpinion | None:
    """The signature that holds for what the mass case says now; None without one."""
    newest = mass.opinions.select_related("by").order_by("-id").first()
    if newest is None:
        return None
    newest.mass = mass
    return newest if not changed_since(newest) and not faults(newest) else None


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")

"""Every signature recomputed from the rows, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from audit.models import Entry
from complaints.models import Complaint, Opinion, Resolution
from complaints.signing import differences, expected, keys, verify


@dataclass(frozen=True)
class Found:
    """One signature and what is not as it was signed; `faults` empty where all is. `unsigned`: from
    before there was a key, so that only its fingerprint was compared.
    """

    opinion: Opinion
    faults: list[str]

    @property
    def unsigned(self) -> bool:
        """It has a fingerprint and no signature by key."""
        return verify.is_unsigned(self.opinion)

    @property
    def voided(self) -> bool:
        """It holds no more; what was signed is still looked at."""
        return hasattr(self.opinion, "voided")

    def as_json(self) -> dict[str, Any]:
        """For programs: parts as `differences` names them, the first one apart."""
        opinion = self.opinion
        return {
            "case": opinion.resolution.complaint.number,
            "version": opinion.resolution.version,
            "signer": opinion.by.username,
            "at": opinion.at.isoformat(),
            "key": opinion.key_id,
            "ok": not self.faults,
            "signed_by_key": not self.unsigned,
            "voided": self.voided,
            "first": self.faults[0] if self.faults else None,
            "differing": self.faults,
            "values": [each.as_json() for each in self.values],
        }

    @property
    def values(self) -> list[expected.Value]:
        """What the parts were signed as, and what stands there."""
        return expected.values(self.opinion, self.faults) if self.faults else []

    @property
    def words(self) -> str:
        """What differs, the first part first."""
        return differences.in_words(self.faults)


def signatures(number: str = "") -> QuerySet[Opinion]:
    """All signatures in the order in which they were made, or those of one case. Of a file that was
    destroyed nothing is left to compare; the register says so.
    """
    kept = Opinion.objects.filter(signed=True, resolution__complaint__destroyed_at=None)
    rows = kept.order_by("pk")
    if number:
        rows = rows.filter(resolution__complaint__number=number)
    return rows.select_related(
        "by", "analysis", "voided", "resolution__complaint", "resolution__analysis"
    ).prefetch_related("resolution__measures", "resolution__points")


def check(rows: QuerySet[Opinion]) -> Iterator[Found]:
    """Each with its faults; a few small statements per signature, bounded memory."""
    trusted = keys.trusted()
    for opinion in rows.iterator(chunk_size=200):
        yield Found(opinion, verify.faults(opinion, trusted))


@dataclass(frozen=True)
class Missing:
    """A signature that was made and is not there any more: its case, by whom and when."""

    number: str
    signer: str
    at: datetime | None = None
    version: int | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        at = self.at.isoformat() if self.at else None
        said = {"case": self.number, "version": self.version, "signer": self.signer, "at": at}
        return {**said, "ok": False, "first": "missing", "differing": ["missing"]}


def missing(number: str = "") -> Iterator[Missing]:
    """What the audit record says was signed and no opinion is of; and versions that count as signed
    without an opinion (those from before the record named signatures).
    """
    cases = Complaint.objects.filter(number=number) if number else Complaint.objects.all()
    made = Entry.objects.filter(verb="signature.made").order_by("pk")
    if number:
        made = made.filter(subject=cases.get().subject)
    for entry in made.iterator(chunk_size=500):
        case = entry.subject.partition(":")[2]
        of_case = Opinion.objects.filter(signed=True, resolution__complaint__number=case)
        same = Q(content_hash=entry.detail.get("content")) | Q(at=entry.at)
        if not of_case.filter(same).exists():
            yield Missing(case, entry.actor, entry.at, entry.detail.get("version"))
    bare = Resolution.objects.filter(status=Resolution.Status.SIGNED, complaint__in=cases)
    unsigned = bare.exclude(opinions__signed=True).values_list("complaint__number", "version")
    for case, version in unsigned:
        if not Entry.objects.filter(subject=f"complaint:{case}", verb="signature.made").exists():
            yield Missing(case, "", None, version)

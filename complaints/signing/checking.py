"""Every signature recomputed from the rows, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from complaints.models import Opinion
from complaints.signing import differences, keys, verify


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
        }

    @property
    def words(self) -> str:
        """What differs, the first part first."""
        return differences.in_words(self.faults)


def signatures(number: str = "") -> QuerySet[Opinion]:
    """All signatures in the order in which they were made, or those of one case."""
    rows = Opinion.objects.filter(signed=True).order_by("pk")
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

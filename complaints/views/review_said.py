"""What counsel said on a case so far: opinions, and the signatures that hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

from complaints.models import Complaint, MassCase, MassOpinion, Opinion, Resolution
from complaints.signing import differences, liveness
from complaints.signing import mass as mass_signing


class Said(ABC):
    """Of the case and the version before counsel. Everything is read when first asked for."""

    complaint: Complaint

    @property
    @abstractmethod
    def resolution(self) -> Resolution | None:
        """The version that counts now."""

    @cached_property
    def opinions(self) -> list[Opinion]:
        """Counsel's words on every version, newest first."""
        return list(
            Opinion.objects.filter(resolution__complaint=self.complaint)
            .select_related("by", "resolution", "voided")
            .order_by("-id")
        )

    @property
    def signature(self) -> Opinion | None:
        """The signature on the version that counts now."""
        current = self.resolution
        return next(
            (o for o in self.opinions if o.signed and current and o.resolution_id == current.pk),
            None,
        )

    @property
    def holding(self) -> list[Opinion]:
        """The signatures on the version that counts now, as far as nobody voided them."""
        current = self.resolution.pk if self.resolution else None
        signed = [o for o in self.opinions if o.signed and o.resolution_id == current]
        return [o for o in signed if liveness.void_of(o) is None]

    @property
    def voided(self) -> str:
        """Why the signature on the version that counts holds no more; "" while it does."""
        void = liveness.void_of(self.signature) if self.signature else None
        return differences.sentence(void.changed) if void else ""

    @cached_property
    def mass(self) -> MassCase | None:
        """The mass case that this one belongs to."""
        return MassCase.objects.filter(members__complaint=self.complaint).first()

    @cached_property
    def mass_opinion(self) -> MassOpinion | None:
        """Counsel's signature that holds over its common finding."""
        return mass_signing.live(self.mass) if self.mass else None

    @cached_property
    def mass_voided(self) -> MassOpinion | None:
        """One that holds no more, because the finding was changed after it."""
        if self.mass is None or self.mass_opinion is not None:
            return None
        return self.mass.opinions.select_related("by").order_by("-id").first()

"""What counsel said on a case so far: opinions, and the signatures that hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

from complaints.models import Complaint, Opinion, Resolution
from complaints.signing import differences, liveness


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

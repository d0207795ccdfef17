"""Legal holds 诉讼保留: cases that nothing may be taken from until counsel lets them go."""

from __future__ import annotations

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedTextField
from accounts.roles import Role
from audit.kinds import Sealed
from complaints.models.complaint import Complaint
from complaints.querysets import scope_of

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete
# The case itself says whether it is held (`Complaint.legal_hold`), whoever writes the rows.
_BEGINS = """
UPDATE complaints_complaint SET legal_hold = true WHERE id = NEW.complaint_id AND NOT legal_hold;
RETURN NULL;
"""
_ENDS = """
UPDATE complaints_complaint c SET legal_hold = false
WHERE c.legal_hold AND c.id IN (SELECT complaint_id FROM complaints_heldcase WHERE hold_id = NEW.id)
  AND NOT EXISTS (
    SELECT FROM complaints_heldcase h JOIN complaints_legalhold l ON l.id = h.hold_id
    WHERE h.complaint_id = c.id AND l.released_at IS NULL);
RETURN NULL;
"""
_WORDS = "(OLD.matter, OLD.reason, OLD.placed_by_id, OLD.placed_at)"


class LegalHoldQuerySet(models.QuerySet[Any]):
    """Words about holds."""

    def visible_to(self, user: Any) -> Self:
        """All for auditors and counsel; for others those with a case that they may see."""
        if user.is_(Role.AUDITOR) or user.is_(Role.COUNSEL):
            return self
        seen = HeldCase.objects.filter(scope_of(user, "complaint__"), hold=OuterRef("pk"))
        return self.filter(Exists(seen))

    def in_force(self) -> Self:
        """Not released."""
        return self.filter(released_at=None)


class LegalHold(models.Model):
    """One matter 事项 for whose sake cases are kept as they are.

    It ends when one of counsel asks for it with a reason and another one agrees.
    """

    matter = MaskedCharField(_("事项或案号"), max_length=120)
    reason = MaskedTextField(_("保留的理由"))
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    placed_at = models.DateTimeField()
    release_reason = MaskedTextField(_("解除的理由"), blank=True)
    release_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    release_asked_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at=None)
                | (~Q(release_reason="") & ~Q(released_by=F("release_asked_by")))
                & Q(released_by__isnull=False, release_asked_by__isnull=False),
                name="a_hold_is_released_by_two",
            )
        ]
        indexes = [models.Index(fields=["-placed_at", "-id"], name="legal_holds_by_age")]
        triggers = [
            pgtrigger.Protect(name="legal_hold_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="legal_hold_says_what_it_said",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"OLD.released_at IS NOT NULL OR {_WORDS} IS DISTINCT FROM "
                    f"{_WORDS.replace('OLD', 'NEW')}"
                ),
            ),
            pgtrigger.Trigger(
                name="released_cases_are_free",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.released_at IS NULL AND NEW.released_at IS NOT NULL"
                ),
                func=_ENDS,
            ),
        ]

    def __str__(self) -> str:
        return self.matter

    @property
    def subject(self) -> str:
        """Its name in the audit record."""
        return f"legal_hold:{self.pk}"


class HeldCase(models.Model):
    """A case under a hold."""

    hold = models.ForeignKey(
        LegalHold, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="legal_holds")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "complaint"], name="a_case_is_held_once")
        ]
        triggers = [
            pgtrigger.Protect(name="held_case_is_append_only", operation=_APPEND_ONLY),
            Sealed("held_case"),
            pgtrigger.Trigger(
                name="held_case_is_marked",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=_BEGINS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hold_id} {self.complaint_id}"

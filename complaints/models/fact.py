"""Answers to the element facts, and the legal analysis frozen from them."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedJSONField, MaskedTextField
from audit.kinds import Sealed
from complaints.choices import FactSource
from complaints.models.complaint import Complaint


class FactAnswer(models.Model):
    """One answer; a new answer supersedes the old one, nothing is overwritten.

    `established` is false for "cannot be established".
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="facts")
    fact = models.CharField(max_length=60)
    value = MaskedJSONField(null=True)
    established = models.BooleanField(default=True)
    source = models.CharField(max_length=20, choices=FactSource.choices)
    note = MaskedTextField(blank=True)
    evidence_number = models.PositiveIntegerField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "fact"],
                condition=Q(superseded_at=None),
                name="one_current_answer_per_fact",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact} = {self.value}"


class Analysis(models.Model):
    """The legal analysis frozen at a moment: facts, result with reasons, rulebook. Never changed.

    `result` is Chinese, the language of the file. `settled` are facts that were given up or left to
    counsel, and so no longer asked; `facts_revision` tells quickly whether it may be stale.
    """

    class Occasion(models.TextChoices):
        CONCLUDED = "concluded", _("调查终结")
        FOUND = "found", _("法务认定")
        RENEWED = "renewed", _("更新分析")
        SIGNED = "signed", _("签署")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="analyses")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    occasion = models.CharField(max_length=10, choices=Occasion.choices, default=Occasion.CONCLUDED)
    as_of = models.DateField()
    facts_revision = models.PositiveIntegerField()
    rulebook_sha256 = models.CharField(max_length=64)
    facts = MaskedJSONField()
    settled = MaskedJSONField(default=list)
    # The State Council's days where a loaded notice had them otherwise than the library
    holidays = models.JSONField(default=dict)
    result = MaskedJSONField()

    class Meta:
        indexes = [models.Index(fields=["complaint", "-id"], name="analysis_latest")]
        triggers = [
            pgtrigger.Protect(
                name="a_snapshot_never_changes", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            Sealed("analysis"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.as_of}"

    @property
    def category(self) -> str:
        """The category under which it was made; "" where there was none."""
        return self.result.get("category") or ""

    @property
    def dated(self) -> bool:
        """Whether the date of the conduct was known, or only guessed."""
        return bool(self.result.get("dated", True))

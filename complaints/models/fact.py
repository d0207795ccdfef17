"""Answers to the element facts, and the legal analysis frozen from them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from complaints.choices import FactSource
from complaints.models.complaint import Complaint


class FactAnswer(models.Model):
    """One answer; a new answer supersedes the old one, nothing is overwritten.

    `established` is false for "cannot be established".
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="facts")
    fact = models.CharField(max_length=60)
    value = models.JSONField(null=True)
    established = models.BooleanField(default=True)
    source = models.CharField(max_length=20, choices=FactSource.choices)
    note = models.TextField(blank=True)
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
    """The legal analysis frozen at a moment: facts, result, rulebook.

    `facts_revision` tells whether it is stale.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="analyses")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    facts_revision = models.PositiveIntegerField()
    rulebook_sha256 = models.CharField(max_length=64)
    facts = models.JSONField()
    result = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["complaint", "-id"], name="analysis_latest")]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.as_of}"

"""Two cases that have to do with each other: 关联. Nothing of either is moved by it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from accounts.masking.fields import MaskedTextField
from complaints.choices import LinkKind
from complaints.models.complaint import Complaint


class CaseLink(models.Model):
    """`complaint` is linked to `other`; a kind with a direction reads from the first to the second.

    A row that ends stays, with who ended it and why; two cases have one that has not ended at most,
    whichever of them stands first.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=20, choices=LinkKind.choices)
    note = MaskedTextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # nobody looks for a person's
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    ended_reason = MaskedTextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Least("complaint", "other"),
                Greatest("complaint", "other"),
                condition=Q(ended_at=None),
                name="two_cases_are_linked_once",
            ),
            models.CheckConstraint(
                condition=~Q(complaint=F("other")), name="a_case_is_not_linked_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id}–{self.other_id} {self.kind}"

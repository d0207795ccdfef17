"""What was promised to the consumer, and the proof that it was kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.choices import CommitmentState
from complaints.models.complaint import Complaint
from complaints.models.resolution import Measure


class Commitment(models.Model):
    """A promise: what, until when, by whom; kept with proof, or waived in writing."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="commitments")
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="commitments"
    )
    text = models.CharField(_("内容"), max_length=500)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    due = models.DateField(_("期限"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
    )
    state = models.CharField(
        max_length=10, choices=CommitmentState.choices, default=CommitmentState.OPEN
    )
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proof = models.TextField(_("凭证"), blank=True)
    evidence_number = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["due", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open") | ~Q(proof=""), name="settled_commitment_has_proof"
            ),
        ]

    def __str__(self) -> str:
        return self.text

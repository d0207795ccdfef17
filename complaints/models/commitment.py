"""What was promised to the consumer, and the proof that it was kept."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedTextField
from complaints.choices import CommitmentSource, CommitmentState, CommitmentStrength
from complaints.models.communication import Communication
from complaints.models.complaint import Complaint
from complaints.models.resolution import Measure
from complaints.paying import proof
from complaints.paying.sums import NOTHING, Standing

# What still has to be done before a case is completed. What we offered of our own accord and could
# not do stays on record as broken; what is owed, agreed or signed is still owed then.
OWED = Q(state=CommitmentState.OPEN) | (
    Q(state=CommitmentState.BROKEN)
    & (~Q(strength=CommitmentStrength.OFFERED) | Q(source=CommitmentSource.RESOLUTION))
)


def is_owed(state: str, strength: str, source: str) -> bool:
    """`OWED` for a row that is read already."""
    if state != CommitmentState.BROKEN:
        return state == CommitmentState.OPEN
    return strength != CommitmentStrength.OFFERED or source == CommitmentSource.RESOLUTION


class Commitment(models.Model):
    """A promise to the consumer of the case: what, until when, by whom, said where, how firm.

    Kept with proof, broken with a reason, or released by the consumer in writing; `proof` holds
    those words. `due` is the day that was named, `due_at` the instant until which it has to be
    kept: the end of the day or an hour (`precise`), later by the holds that put it off. `on_time`
    was decided by its clock when it was kept.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="commitments")
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="commitments"
    )
    text = MaskedCharField(_("内容"), max_length=500)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    # The sum of its payments that were not reversed, written with them (`complaints/posting.py`).
    paid = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0))
    source = models.CharField(
        _("来源"),
        max_length=20,
        choices=CommitmentSource.choices,
        default=CommitmentSource.RESOLUTION,
    )
    strength = models.CharField(
        _("效力"),
        max_length=20,
        choices=CommitmentStrength.choices,
        default=CommitmentStrength.AGREED,
    )
    due = models.DateField(_("期限"), null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    precise = models.BooleanField(default=False)
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
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    communication = models.ForeignKey(
        Communication, on_delete=models.PROTECT, null=True, blank=True, related_name="commitments"
    )
    made_evidence = models.PositiveIntegerField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    on_time = models.BooleanField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proof = MaskedTextField(_("凭证"), blank=True)
    evidence_number = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open") | ~Q(proof=""), name="settled_commitment_has_proof"
            ),
            models.CheckConstraint(
                condition=Q(state="kept", kept_at__isnull=False, on_time__isnull=False)
                | (~Q(state="kept") & Q(kept_at=None, on_time=None)),
                name="kept_commitment_says_when",
            ),
            models.CheckConstraint(condition=Q(paid__gte=0), name="paid_is_not_negative"),
        ]
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="commitments_by_due"),
            models.Index(
                "state",
                F("settled_at").desc(nulls_last=True),
                F("id").desc(),
                name="commitments_by_end",
            ),
            models.Index(F("complaint").desc(), condition=Q(amount__gt=0), name="money_by_case"),
            models.Index(
                F("complaint").desc(),
                condition=Q(amount__gt=F("paid")),
                name="unpaid_money_by_case",
            ),
            models.Index(
                F("complaint").desc(), condition=Q(paid__gt=F("amount")), name="overpaid_by_case"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def asks_for(self) -> str:
        """Which proof it needs: payment, courier or words. Reads its measure."""
        return proof.asked_for(self.measure.kind if self.measure else "", self.amount)

    @property
    def standing(self) -> Standing:
        """What is owed, paid and open."""
        return Standing(self.amount or NOTHING, self.paid)

    def is_overdue(self, now: datetime) -> bool:
        """Still open although its day or hour is over; not while its clock stands still
        (`promised.with_held`).
        """
        if self.state != CommitmentState.OPEN or getattr(self, "held", False):
            return False
        return self.due_at is not None and self.due_at < now

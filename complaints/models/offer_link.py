"""The link by which the consumer answers an offer: for one signed proposal, once, until a day."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models.complaint import Complaint
from complaints.models.resolution import Resolution


class OfferLink(models.Model):
    """One per proposal that was sent. The token is kept as a hash only; nothing of the consumer
    stands here.
    """

    class Answer(models.TextChoices):
        ACCEPTS = "accepts", _("接受")
        DECLINES = "declines", _("不接受")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="offer_links")
    resolution = models.OneToOneField(Resolution, on_delete=models.PROTECT, related_name="+")
    token_hash = models.BinaryField(null=True, unique=True)  # SHA-256; none once the file is gone
    letter_sha256 = models.CharField(_("函件的 SHA-256"), max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("有效期至"))
    answer = models.CharField(_("答复"), max_length=10, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="offer_answer_has_its_moment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.answer}"

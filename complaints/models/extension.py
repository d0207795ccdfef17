"""A longer term that was asked for, and what was decided about it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedTextField
from complaints.models.deadline import Deadline


class Extension(models.Model):
    """One request to make a clock longer (延长).

    `terms` is what `clock.EXTENDED` takes: {to | by, unit}. Nobody decides about the own request.
    """

    class Decision(models.TextChoices):
        WAITING = "", _("等待批准")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("未批准")

    deadline = models.ForeignKey(
        Deadline, on_delete=models.PROTECT, related_name="extension_requests"
    )
    terms = models.JSONField()
    reason = MaskedTextField(_("理由"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = MaskedTextField(_("说明"), blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deadline"],
                condition=Q(decision=""),
                name="one_waiting_extension_per_deadline",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="extension_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                name="nobody_decides_the_own_extension",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decided_extension_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
            pgtrigger.Protect(name="extension_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.decision or 'waiting'}"

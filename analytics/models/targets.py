"""What a figure is held against from a day on (目标). Only added to: the past keeps its own."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedTextField


class Target(models.Model):
    """The target of a measure from a day on, in its unit; no value: none. Of two words for the same
    day the later one counts.
    """

    measure = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    valid_from = models.DateField(_("自何日起"))
    reason = MaskedTextField(_("理由"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__gte=0), name="a_target_is_not_negative"
            )
        ]
        indexes = [
            models.Index(fields=["measure", "-valid_from", "-id"], name="targets_of_a_measure")
        ]
        triggers = [
            pgtrigger.Protect(
                name="target_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.value} {self.valid_from}"

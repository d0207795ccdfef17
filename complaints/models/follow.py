"""Who wants to hear how a case goes on, without working on it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from complaints.models.complaint import Complaint


class Follow(models.Model):
    """One person follows one case. Whoever loses sight of the case drops out when something is told
    of it.
    """

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="follows", db_index=False
    )  # `followed_once` finds them
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="follows"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["complaint", "user"], name="followed_once")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.complaint_id}"

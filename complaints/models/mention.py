"""Whom a note names (@), and whether they read it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from complaints.models.communication import Communication


class Mention(models.Model):
    """One colleague whom an internal note names. `told` false: may not see the case, and was not
    told. The words stand in the note, and nowhere else.
    """

    communication = models.ForeignKey(
        Communication, on_delete=models.PROTECT, related_name="mentions", db_index=False
    )  # `mentioned_once_in_a_note` finds them
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # nobody looks for a person's
    told = models.BooleanField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["communication", "user"], name="mentioned_once_in_a_note"
            )
        ]

    def __str__(self) -> str:
        return f"{self.communication_id} @{self.user_id}"

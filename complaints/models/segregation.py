"""Who may have no part in a case: staff named in it, and counsel who stepped back."""

import pgtrigger
from django.conf import settings
from django.db import models

from accounts.masking.fields import MaskedTextField
from complaints.models.complaint import Complaint


class NamedPerson(models.Model):
    """A colleague of whom the case speaks: may not read it, nor sign, review or approve in it.

    A row that was a mistake is removed; the audit record keeps both acts.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="named_people")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="named_in"
    )
    why = MaskedTextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "user"], name="a_person_is_named_once_in_a_case"
            )
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.user_id}"


class Recusal(models.Model):
    """Counsel who has no part in a case any more, by the own word. For good."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="recusals")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    reason = MaskedTextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "user"], name="a_person_steps_back_once_in_a_case"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="recusal_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.user_id}"

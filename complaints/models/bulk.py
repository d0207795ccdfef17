"""Several cases handed over in one act, so that it can be looked at and undone as one.

The note stands in the events of the cases, and nowhere else.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.masking.fields import MaskedTextField, ReferenceField
from accounts.models import Team
from complaints.models.complaint import Complaint
from complaints.models.transition import Event


class BulkAct(models.Model):
    """One hand-over of several cases by one person, for whom alone its page is.

    `token` names the form it was sent with: a form is carried out once. `receiver` none: back to
    the queue; `team` none: each case stays in its team.
    """

    token = models.UUIDField(unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["by", "-id"], name="bulk_acts_of_a_person")]

    def __str__(self) -> str:
        return f"bulk {self.pk}"


class BulkRow(models.Model):
    """What became of one case of it.

    `event`: the hand-over in its timeline, none where it was not handed over, and then `why`.
    `complaint` none: nothing that the person sees is called `asked`. `version_after`: of the case
    right after it; undone only as long as it is the same. `kept_why`: why it was not undone.
    """

    bulk = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="rows")
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # nobody looks for a case's
    asked = ReferenceField(max_length=30)
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    why = MaskedTextField(blank=True)
    owner_before = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    team_before = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    version_after = models.PositiveIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    kept_why = MaskedTextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulk", "asked"], name="one_row_of_a_case_in_bulk")
        ]

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.asked}"

    @property
    def done(self) -> bool:
        """Whether the case was handed over."""
        return self.event_id is not None

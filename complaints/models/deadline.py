"""Clocks and the holds that stop them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from complaints.choices import DeadlineNature, DeadlineState, HoldReason
from complaints.models.complaint import Complaint


class Deadline(models.Model):
    """One clock of a case.

    `kind` is a row of `clock.REGIME`; `ladder_at` is the next instant at which somebody is told.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="deadlines")
    kind = models.CharField(max_length=30)
    source = models.CharField(max_length=60, blank=True)  # id of the legal deadline, "" for our own
    nature = models.CharField(max_length=10, choices=DeadlineNature.choices)
    citation = models.JSONField(default=dict)
    owed_by = models.CharField(max_length=20, default="enterprise")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=DeadlineState.choices, default=DeadlineState.RUNNING
    )
    met_at = models.DateTimeField(null=True, blank=True)
    explanation = models.JSONField(default=dict)
    ladder = models.JSONField(default=list)
    ladder_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "kind"],
                condition=Q(state__in=["running", "held"]),
                name="one_running_deadline_per_kind",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ladder_at", "id"],
                condition=Q(state="running"),
                name="deadline_next_ladder_step",
            )
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.kind} {self.due_at:%Y-%m-%d %H:%M}"


class Hold(models.Model):
    """A stop of the clocks: why, from when, until when expected; it moves only the clocks that may
    be moved.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=20, choices=HoldReason.choices)
    note = models.TextField(_("说明"))
    started_at = models.DateTimeField()
    expected_end = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    pauses = ArrayField(models.CharField(max_length=30), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(ended_at=None), name="one_hold_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="hold_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.reason}"

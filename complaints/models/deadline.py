"""Clocks, what happened to them, and the holds that stop them."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import (
    MaskedArrayField,
    MaskedCharField,
    MaskedJSONField,
    MaskedTextField,
)
from complaints.choices import DeadlineNature, DeadlineState, HoldReason
from complaints.models import put_aside
from complaints.models.complaint import Complaint

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete
_WRITE_BEGINNING = """
INSERT INTO complaints_clockevent (deadline_id, at, kind, key, detail)
VALUES (NEW.id, NEW.started_at, 'started', '', NEW.terms);
RETURN NULL;
"""


class Deadline(models.Model):
    """One clock of a case.

    `kind` is what it times (one of a kind runs, per `subject`: a commitment, a public promise);
    `entry` is the row of the table of clocks (`regimes.py`) it was started by. What is stored here
    follows from the `ClockEvent`s and can be worked out again from them (`recounting.recompute`).
    `ladder_at` is the next instant at which somebody is told.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="deadlines")
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=60, blank=True, default="")
    entry = models.CharField(max_length=60, blank=True, default="")
    source = models.CharField(max_length=60, blank=True)  # id of the legal deadline, "" for our own
    nature = models.CharField(max_length=10, choices=DeadlineNature.choices)
    citation = models.JSONField(default=dict)
    owed_by = models.CharField(max_length=20, default="enterprise")
    title = MaskedJSONField(default=dict)  # {language: name}; {} where the table names the kind
    terms = models.JSONField(default=dict)  # clock.Terms
    pausable_by = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=DeadlineState.choices, default=DeadlineState.RUNNING
    )
    met_at = models.DateTimeField(null=True, blank=True)
    extensions = models.PositiveSmallIntegerField(default=0)
    explanation = MaskedJSONField(default=dict)
    ladder = models.JSONField(default=list)
    ladder_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "kind", "subject"],
                condition=Q(state__in=["running", "held"]),
                name="one_running_deadline_per_kind",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ladder_at", "id"],
                condition=Q(state="running"),
                name="deadline_next_ladder_step",
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=Q(provisional=True, state__in=["running", "held"]),
                name="provisional_deadlines",
            ),
            models.Index(
                fields=["subject", "due_at", "id"],
                condition=Q(kind="promise"),
                name="clocks_of_public_promises",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_clock_begins_on_record",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=_WRITE_BEGINNING,
            )
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.kind} {self.due_at:%Y-%m-%d %H:%M}"


class ClockEvent(models.Model):
    """What happened to a clock, append-only: `clock.Happening`s, and besides them `recounted` (the
    calendar changed: old and new due instant) and `warned` (a rung of the ladder).

    `key` makes a thing that may happen once happen once: the rung, the hold.
    """

    deadline = models.ForeignKey(
        Deadline, on_delete=models.PROTECT, related_name="events", db_index=False
    )  # `clock_events_in_order` finds them
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=60, blank=True, default="")
    detail = MaskedJSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    class Meta:
        indexes = [models.Index(fields=["deadline", "id"], name="clock_events_in_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "key"],
                condition=Q(kind="warned"),
                name="each_warning_is_given_once",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="clock_event_is_append_only", operation=_APPEND_ONLY),
            put_aside.CLOCK,
        ]

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"


class Moment(models.Model):
    """An event of the matter that clocks start from or end with (时间节点): when the returned goods
    came back, when a leak was found.

    `kind` is a row of legal_rules/deadlines/moments.yaml. `precise`: the time of day is known, not
    only the day. A corrected moment supersedes the earlier one; nothing is overwritten.
    """

    class Source(models.TextChoices):
        STEP = "step", _("流程")
        FACT = "fact", _("事实")
        PERSON = "person", _("登记")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="moments")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField(_("时间"))
    precise = models.BooleanField(default=True)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.PERSON)
    note = MaskedCharField(_("说明"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "kind"],
                condition=Q(superseded_at=None),
                name="one_current_moment_per_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"


class Hold(models.Model):
    """A stop of the clocks: why, from when, until when expected; it moves only the clocks that may
    be moved. Holds for several reasons may overlap; no day is taken out twice.

    `asked` is the message with which the consumer was asked for the `items`: what comes from the
    consumer ends such a hold.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=20, choices=HoldReason.choices)
    note = MaskedTextField(_("说明"))
    started_at = models.DateTimeField()
    expected_end = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    pauses = ArrayField(models.CharField(max_length=60), default=list)
    items = MaskedArrayField(models.CharField(max_length=200), default=list, blank=True)
    asked = models.ForeignKey(
        "complaints.Communication",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "reason"],
                condition=Q(ended_at=None),
                name="one_running_hold_per_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="hold_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.reason}"

"""What happened to a case: steps taken, everything else in order, and what must still leave the
house because of it.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedJSONField, MaskedTextField
from accounts.models import User
from audit.kinds import Sealed
from complaints.models import to_read
from complaints.models.complaint import Complaint

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class Transition(models.Model):
    """One step taken. `version` is the case's version after it."""

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="transitions", db_index=False
    )  # `one_transition_per_version` finds them
    step = models.CharField(max_length=30)
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    version = models.PositiveIntegerField()
    fields = MaskedJSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "version"], name="one_transition_per_version"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="transition_is_append_only", operation=_APPEND_ONLY),
            Sealed("transition"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.step}"

    @property
    def person(self) -> User:
        """Who took a step that only people take; a clock there is a mistake in the table."""
        if self.by is None:
            raise RuntimeError(f"step {self.step} needs a person")
        return self.by


class Event(models.Model):
    """One entry of the timeline, append-only.

    `kind` says what it is, `text` is what a person reads, `detail` the parts.
    """

    class Kind(models.TextChoices):
        REGISTERED = "registered", _("登记")
        STEP = "step", _("流程")
        COMMUNICATION = "communication", _("沟通")
        EVIDENCE = "evidence", _("证据")
        FACT = "fact", _("事实")
        RESOLUTION = "resolution", _("方案")
        HOLD = "hold", _("计时")
        ASSIGNMENT = "assignment", _("分派")
        CHANGE = "change", _("资料变更")
        COMMITMENT = "commitment", _("承诺")
        NOTICE = "notice", _("通知")
        DEADLINE = "deadline", _("期限")

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="events", db_index=False
    )  # `timeline` finds them
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    code = models.CharField(max_length=40)
    text = MaskedTextField(blank=True)
    detail = MaskedJSONField(default=dict)
    visible_to_consumer = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["complaint", "-at", "-id"], name="timeline"),
            # What a person gave away, or had taken: read on the return from a leave
            models.Index(
                KeyTransform("before", "detail"),
                "at",
                condition=Q(detail__has_key="before"),
                name="events_by_owner_before",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="timeline_is_append_only", operation=_APPEND_ONLY),
            Sealed("event"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.kind}:{self.code}"


class Outbox(models.Model):
    """One effect that must leave (letter, mail, notification), written with the step that causes
    it, sent at least once by a task.

    `withheld_at`: somebody took it back before it left; it waits until somebody lets it go.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="outbox")
    transition = models.ForeignKey(
        Transition,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="outbox",
        db_index=False,  # most have none: `outbox_of_transition`
    )
    effect = models.CharField(max_length=40)
    key = models.CharField(max_length=80)  # idempotency key handed to the transport
    payload = MaskedJSONField(default=dict)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    withheld_at = models.DateTimeField(null=True, blank=True)
    withheld_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = MaskedCharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="each_effect_leaves_once")]
        triggers = [to_read.OUTBOX]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(done_at=None, cancelled_at=None, withheld_at=None),
                name="outbox_waiting",
            ),
            models.Index(
                fields=["complaint"],
                condition=Q(withheld_at__isnull=False, done_at=None, cancelled_at=None),
                name="outbox_withheld",
            ),
            models.Index(
                fields=["transition"],
                condition=Q(transition__isnull=False),
                name="outbox_of_transition",
            ),
        ]

    def __str__(self) -> str:
        return self.key

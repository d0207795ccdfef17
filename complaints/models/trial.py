"""Open cases looked at under another rulebook: a candidate that counsel tries, or the one that an
upgrade brought.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedJSONField
from complaints.models.complaint import Complaint


class Trial(models.Model):
    """One look at all open cases. `files`: {name: content} of the candidate's rules.

    `base_sha256`: the rulebook that ran; `new_sha256`: the one that is looked at. `rules`: those
    that the candidate replaces or adds.
    """

    class Kind(models.TextChoices):
        CANDIDATE = "candidate", _("试算修改")
        UPGRADE = "upgrade", _("规则库更新后复算")

    class State(models.TextChoices):
        READY = "ready", _("待开始")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        STOPPED = "stopped", _("已停止")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    files = models.JSONField(default=dict)
    rules = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    base_sha256 = models.CharField(max_length=64)
    new_sha256 = models.CharField(max_length=64)
    rule_set = models.CharField(max_length=40)
    cases = models.PositiveIntegerField(default=0)
    message = MaskedCharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-id"], condition=Q(state="running"), name="running_trials"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.new_sha256[:12]} {self.state}"

    @property
    def subject(self) -> str:
        """Its name in the audit record."""
        return f"trial:{self.pk}"


class TrialPart(models.Model):
    """Some hundred open cases by their primary keys; whoever locks it works on it."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="parts")
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    cases = models.PositiveIntegerField()
    changed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trial", "first_id"], name="one_part_per_stretch")
        ]
        indexes = [
            models.Index(
                fields=["trial", "id"], condition=Q(done_at=None), name="parts_left_of_a_trial"
            )
        ]

    def __str__(self) -> str:
        return f"{self.trial_id}: {self.first_id}–{self.last_id}"


class TrialResult(models.Model):
    """One case that comes out otherwise. `words`: {language: sentences}; sums in yuan."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="results")
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="+")
    rules = ArrayField(models.CharField(max_length=60), default=list)
    owed_before = models.DecimalField(max_digits=16, decimal_places=2)
    owed_after = models.DecimalField(max_digits=16, decimal_places=2)
    words = MaskedJSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "complaint"], name="one_result_per_case_and_trial"
            )
        ]
        indexes = [models.Index(fields=["trial", "id"], name="results_of_a_trial")]

    def __str__(self) -> str:
        return f"{self.trial_id}: {self.complaint_id}"

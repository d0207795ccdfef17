"""Disposal 到期销毁: what is proposed, what two people said to it, the register of what is gone."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedTextField
from audit.kinds import Sealed
from complaints.models.complaint import Complaint

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class DisposalBatch(models.Model):
    """Files whose time runs out, proposed together; carried out on `due_on` at the earliest."""

    proposed_at = models.DateTimeField()
    due_on = models.DateField(_("最早销毁日"))

    class Meta:
        indexes = [models.Index(fields=["-proposed_at", "-id"], name="disposal_by_age")]

    def __str__(self) -> str:
        return f"disposal {self.pk}"


class DisposalRow(models.Model):
    """One file of a batch. `files_gone_at`: the files in the store are destroyed too."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待复核")
        REJECTED = "rejected", _("继续保管")
        DESTROYED = "destroyed", _("已销毁")

    batch = models.ForeignKey(DisposalBatch, on_delete=models.PROTECT, related_name="rows")
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="disposals")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    settled_at = models.DateTimeField(null=True, blank=True)
    files_gone_at = models.DateTimeField(null=True, blank=True)
    problem = MaskedCharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"],
                condition=Q(state="waiting"),
                name="a_file_is_proposed_once",
            ),
            models.CheckConstraint(
                condition=Q(files_gone_at=None) | Q(state="destroyed"),
                name="files_go_after_the_file",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state="destroyed", files_gone_at=None),
                name="files_left_to_destroy",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_settled_proposal_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'waiting' AND (NEW.state, NEW.complaint_id, NEW.settled_at) "
                    "IS DISTINCT FROM (OLD.state, OLD.complaint_id, OLD.settled_at)"
                ),
            ),
            pgtrigger.Protect(name="proposal_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.complaint_id} {self.state}"


class DisposalReview(models.Model):
    """What one reviewer said to one row: destroy, or keep until another day and why."""

    row = models.ForeignKey(
        DisposalRow, on_delete=models.PROTECT, related_name="reviews", db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    approved = models.BooleanField()
    reason = MaskedTextField(blank=True)
    keep_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["row", "by"], name="a_reviewer_says_it_once"),
            models.CheckConstraint(
                condition=Q(approved=True) | (~Q(reason="") & Q(keep_until__isnull=False)),
                name="what_is_kept_is_kept_for_a_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="disposal_review_is_kept", operation=_APPEND_ONLY),
            Sealed("disposal_review"),
        ]

    def __str__(self) -> str:
        return f"{self.row_id} {self.approved}"


class Destroyed(models.Model):
    """销毁登记: one file that is gone. What stands here is no personal data.

    `basis`: the class and its articles; `reviews`: who agreed, and when; `files`: number, SHA-256
    and bytes of each; `person`: whether the data key of the consumer was destroyed with it.
    `replayed`: done again after a restore.
    """

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, related_name="destroyed")
    number = models.CharField(_("案件编号"), max_length=20, unique=True)
    at = models.DateTimeField(_("销毁时间"))
    code = models.CharField(max_length=40)
    until = models.DateField()
    basis = models.JSONField(default=dict)
    reviews = models.JSONField(default=list)
    files = models.JSONField(default=list)
    person = models.BooleanField()
    replayed = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="register_by_age")]
        triggers = [
            pgtrigger.Protect(name="register_is_append_only", operation=_APPEND_ONLY),
            Sealed("destroyed"),
        ]

    def __str__(self) -> str:
        return self.number

"""One defect with many consumers: a parent that holds one finding and counsel's opinion over it."""

from __future__ import annotations

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedTextField
from accounts.models import User
from accounts.roles import Role
from accounts.vault.fields import BlindIndexField
from audit.kinds import Sealed
from complaints.models.complaint import Complaint
from complaints.models.consumer import Consumer
from complaints.querysets import scope_of


class MassCaseQuerySet(models.QuerySet[Any]):
    """Words about mass cases."""

    def visible_to(self, user: Any) -> Self:
        """Those with a member that the person may see, and those that the person opened; all for
        auditors, and for counsel those whose finding was written.
        """
        if not isinstance(user, User) or not user.is_active or not user.may("see_complaints"):
            return self.none()
        if user.is_(Role.AUDITOR):
            return self
        seen = MassMember.objects.filter(scope_of(user, "complaint__"), mass=OuterRef("pk"))
        scope = Q(Exists(seen)) | Q(opened_by=user)
        if user.is_(Role.COUNSEL):
            scope |= ~Q(finding="")
        return self.filter(scope)


class MassCase(models.Model):
    """The parent. `version` grows with every change of what counsel signs."""

    title = MaskedCharField(_("名称"), max_length=120)
    product_name = MaskedCharField(_("商品或服务"), max_length=200, blank=True)
    category = models.CharField(_("类别"), max_length=40)
    defect = MaskedTextField(_("共同的问题"))
    finding = MaskedTextField(_("共同认定"), blank=True)
    finding_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    finding_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("建立时间"))

    objects = MassCaseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-opened_at", "-id"], name="mass_cases_by_age")]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        """Its name in the audit record."""
        return f"mass:{self.pk}"


class MassMember(models.Model):
    """A case that belongs to it; of one mass case at a time. A row that ends is removed; timeline
    and audit record keep both acts.
    """

    mass = models.ForeignKey(MassCase, on_delete=models.PROTECT, related_name="members")
    complaint = models.OneToOneField(
        Complaint, on_delete=models.PROTECT, related_name="mass_member"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["mass", "-at", "-id"], name="members_by_age")]

    def __str__(self) -> str:
        return f"{self.mass_id} {self.complaint_id}"


class MassOpinion(models.Model):
    """Counsel's signed word over the finding. It holds while title, product, defect and finding are
    what they were; append-only.
    """

    mass = models.ForeignKey(MassCase, on_delete=models.PROTECT, related_name="opinions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reauthenticated_at = models.DateTimeField()
    text = MaskedTextField(_("审核意见"))
    covered = models.JSONField()
    content_hash = models.CharField(max_length=64)
    statement = models.JSONField()
    signature = models.CharField(max_length=100)
    key_id = models.CharField(max_length=16)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="mass_opinion_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            Sealed("mass_opinion"),
        ]

    def __str__(self) -> str:
        return f"{self.mass_id} {self.by_id}"


class SilentConsumer(models.Model):
    """Somebody with the same goods who has not complained. Whether the person did meanwhile is
    asked by blind index (`mass_members.silent`), never written down.
    """

    mass = models.ForeignKey(MassCase, on_delete=models.PROTECT, related_name="silent")
    consumer = models.OneToOneField(Consumer, on_delete=models.PROTECT, related_name="silent")
    # The same telephone once: the index of `consumer`, where the database can compare it
    phone_index = BlindIndexField()
    added_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    told_how = MaskedCharField(_("怎样告知"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mass", "phone_index"], name="a_silent_consumer_is_listed_once"
            )
        ]
        indexes = [models.Index(fields=["mass", "-added_at", "-id"], name="silent_by_age")]

    def __str__(self) -> str:
        return f"{self.mass_id} {self.consumer_id}"


class MassDraft(models.Model):
    """One go at drafting a resolution for each member from the analysis of each, in batches."""

    mass = models.ForeignKey(MassCase, on_delete=models.PROTECT, related_name="drafts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mass"], condition=Q(finished_at=None), name="one_mass_draft_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.mass_id} {self.started_at}"


class MassDraftRow(models.Model):
    """One member of it, and what came of it; whoever locks it works on it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待")
        DRAFTED = "drafted", _("已拟定")
        LEFT = "left", _("未拟定")

    draft = models.ForeignKey(MassDraft, on_delete=models.PROTECT, related_name="rows")
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    message = MaskedCharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "complaint"], name="a_member_is_drafted_once")
        ]
        indexes = [
            models.Index(
                fields=["draft", "id"], condition=Q(state="waiting"), name="mass_drafts_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.complaint_id} {self.state}"

"""What a consumer says of how the case was handled, once it is closed.

Personal is the comment alone: it is sealed with the consumer's key and gone with it.
"""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.vault.fields import SealedField
from complaints.models.complaint import Complaint
from complaints.models.transition import Transition

LOWEST, HIGHEST = 1, 5
DISSATISFIED_UP_TO = 2


class Invitation(models.Model):
    """One per closing: the consumer is asked, once. The link's token is kept as a hash only."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("电子邮件")
        SMS = "sms", _("短信")
        CALL = "call", _("电话回访")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="invitations")
    closing = models.OneToOneField(Transition, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices)
    # SHA-256; none where the consumer has no address to which a link could go
    token_hash = models.BinaryField(null=True, unique=True)
    asked_at = models.DateTimeField(_("邀请时间"))
    expires_at = models.DateTimeField(_("有效期至"))

    class Meta:
        indexes = [models.Index(fields=["-asked_at", "-id"], name="invitations_by_age")]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.channel}"


class Feedback(models.Model):
    """What the consumer said, by the link or to a colleague who called. Append-only."""

    class Source(models.TextChoices):
        LINK = "link", _("本人在线填写")
        CALLBACK = "callback", _("电话回访")

    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="feedback")
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices)
    score = models.PositiveSmallIntegerField(_("评分"))
    solved = models.BooleanField(_("问题已解决"))
    comment_sealed = SealedField(default=b"")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score__gte=LOWEST, score__lte=HIGHEST), name="feedback_is_one_to_five"
            ),
            models.CheckConstraint(
                condition=Q(source="link", by=None) | Q(source="callback", by__isnull=False),
                name="feedback_by_link_is_nobody_of_ours",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="feedback_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.invitation_id} {self.score}"

    @property
    def dissatisfied(self) -> bool:
        """A low mark, or a problem that is not solved whatever the mark."""
        return self.score <= DISSATISFIED_UP_TO or not self.solved

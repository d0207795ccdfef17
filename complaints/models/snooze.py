"""A case that its owner put aside until a day (搁置)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField
from complaints.models.complaint import Complaint


class Snooze(models.Model):
    """It is not in its owner's list until `until`, and on top of it from then on, until somebody
    ends it. It stops no clock.

    `because`: what brought it back earlier, or ended it.
    """

    class Because(models.TextChoices):
        ANSWERED = "answered", _("消费者有了回音")
        WARNED = "warned", _("期限将近")
        MOVED = "moved", _("案件有了进展或换了责任人")
        AGAIN = "again", _("重新搁置")
        BY_HAND = "by_hand", _("手动结束")

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="snoozes", db_index=False
    )  # nobody looks for those that ended
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    until = models.DateTimeField()
    waiting_for = MaskedCharField(_("等什么"), max_length=200)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    because = models.CharField(max_length=10, choices=Because.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"],
                condition=Q(ended_at=None),
                name="a_case_is_put_aside_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.until:%Y-%m-%d}"

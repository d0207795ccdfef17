"""What left the house, to whom, by which way, and whether it arrived."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models import Outbox


class Notice(models.Model):
    """One message to one receiver.

    The consumer's address is kept masked; the clear one is read from the vault at the moment of
    sending.
    """

    class Way(models.TextChoices):
        IN_APP = "in_app", _("站内")
        EMAIL = "email", _("电子邮件")
        MANUAL = "manual", _("人工送达")

    outbox = models.ForeignKey(Outbox, on_delete=models.PROTECT, related_name="notices")
    key = models.CharField(max_length=120, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
    )
    way = models.CharField(max_length=10, choices=Way.choices)
    to = models.CharField(max_length=260, blank=True)  # masked
    subject = models.CharField(max_length=200)
    body = models.TextField()
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], condition=Q(read_at=None), name="unread_notices")
        ]

    def __str__(self) -> str:
        return self.key

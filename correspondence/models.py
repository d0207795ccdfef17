"""What left the house, to whom, by which way, and whether it arrived; and how people wish to be
told.
"""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedTextField, ReferenceField
from complaints.models import AccessRequest, Outbox
from correspondence.webhook_models import WebhookCall as WebhookCall


def two_digests() -> list[time]:
    """Before the day's work, and after lunch."""
    return [time(9), time(14)]


class Preferences(models.Model):
    """How a person wishes to be told. Without a row, the defaults stand here.

    `ways`: family of notices → off, app, digest or now; families that are missing are as
    `families.py` says. The hours are about e-mails only.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="wishes",
    )
    ways = models.JSONField(default=dict)
    quiet = models.BooleanField(_("安静时段不发邮件"), default=True)
    quiet_from = models.TimeField(_("自"), default=time(20))
    quiet_until = models.TimeField(_("至"), default=time(8))
    rest_days = models.BooleanField(_("非工作日不发邮件"), default=True)
    working_only = models.BooleanField(_("只在我的工作时间发邮件"), default=False)
    work_from = models.TimeField(_("自"), default=time(9))
    work_until = models.TimeField(_("至"), default=time(18))
    digest_at = ArrayField(models.TimeField(), verbose_name=_("汇总时间"), default=two_digests)
    urgent_anyway = models.BooleanField(_("特急或涉及人身安全的案件随时发邮件"), default=False)

    def __str__(self) -> str:
        return f"{self.user_id}"


class Mail(models.Model):
    """One e-mail to a colleague: all that waited for the person at one moment, one notice or many.

    Written together with the marks on its notices, so that each notice is in one mail; `key` is
    the Message-ID, the same in every attempt.
    """

    key = models.CharField(max_length=80, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mails"
    )
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = MaskedCharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(sent_at=None, cancelled_at=None),
                name="mails_waiting",
            ),
            models.Index(fields=["user", "-created_at"], name="mails_of_a_person"),
        ]

    def __str__(self) -> str:
        return self.key


class Notice(models.Model):
    """One message to one receiver.

    The consumer's address is kept masked; the clear one is read from the vault at the moment of
    sending. To staff: `family` is what they choose about, `behalf_of` whom they stand in for,
    `mail_after` the first moment at which the e-mail about it may leave (none: no e-mail), `mail`
    the e-mail it is in.
    """

    class Way(models.TextChoices):
        IN_APP = "in_app", _("站内")
        EMAIL = "email", _("电子邮件")
        MANUAL = "manual", _("人工送达")
        SMS = "sms", _("短信")

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
    subject = MaskedCharField(max_length=200)
    body = MaskedTextField()
    reason = MaskedCharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    # To the consumer: known to have arrived, come back, why (a code), and how a person brought it.
    delivered_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=60, blank=True)
    brought = models.CharField(max_length=20, blank=True)
    reference = ReferenceField(max_length=100, blank=True)  # of the post
    family = models.CharField(max_length=20, blank=True)
    level = models.CharField(max_length=12, blank=True)  # of the ladder, for warnings
    behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    urgent = models.BooleanField(default=False)
    bundled = models.BooleanField(default=False)  # waits for a digest, not for the next moment
    mail_after = models.DateTimeField(null=True, blank=True)
    mail = models.ForeignKey(
        Mail, on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], condition=Q(read_at=None), name="unread_notices"),
            models.Index(
                fields=["user", "-id"], condition=Q(read_at__isnull=False), name="read_notices"
            ),
            models.Index(
                fields=["mail_after", "user"],
                condition=Q(mail=None, mail_after__isnull=False),
                name="notices_to_mail",
            ),
            models.Index(
                fields=["user", "created_at"],
                condition=Q(mail=None, mail_after__isnull=False),
                name="notices_to_mail_by_person",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class AccessCall(models.Model):
    """Somebody who does not see the case is called by e-mail to decide on 紧急调阅, or to review it
    (`access_mail.py`). A row a person and request; nobody is called twice for the same.
    """

    class To(models.TextChoices):
        DECIDE = "decide", _("决定")
        REVIEW = "review", _("复核")

    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="calls")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to = models.CharField(max_length=10, choices=To.choices)
    not_before = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = MaskedCharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "user", "to"], name="called_about_access_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"], condition=Q(mailed_at=None), name="calls_to_mail"
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} → {self.user_id} ({self.to})"

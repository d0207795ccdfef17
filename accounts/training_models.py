"""Training that a person passed (《个人信息保护法》第五十一条第四项)."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, ReferenceField


class TrainingRecord(models.Model):
    """That a person passed a training, until when it counts, and who entered it.

    A record is never changed or deleted: a wrong one is withdrawn, once for all, with a reason.
    """

    class Kind(models.TextChoices):
        PERSONAL_INFORMATION = "personal_information", _("个人信息保护")
        INFORMATION_SECURITY = "information_security", _("信息安全")
        COMPLAINT_HANDLING = "complaint_handling", _("投诉处理")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="training"
    )
    kind = models.CharField(
        _("培训"), max_length=30, choices=Kind.choices, default=Kind.PERSONAL_INFORMATION
    )
    passed_on = models.DateField(_("通过日期"))
    valid_until = models.DateField(_("有效期至"))
    certificate_no = ReferenceField(_("证书或考核编号"), max_length=60, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    entered_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = MaskedCharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-valid_until", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("passed_on")),
                name="training_ends_after_it_was_passed",
            ),
            models.CheckConstraint(
                condition=~Q(entered_by=F("user")), name="nobody_enters_the_own_training"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawn_reason="")
                ),
                name="training_is_withdrawn_by_somebody_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "passed_on", "certificate_no"],
                condition=Q(withdrawn_at=None),
                name="a_training_is_entered_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "kind", "-valid_until"],
                condition=Q(withdrawn_at=None),
                name="training_by_person",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="training_is_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="training_never_changes",
                exclude=["withdrawn_by", "withdrawn_at", "withdrawn_reason"],
            ),
            pgtrigger.Protect(
                name="training_is_withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.passed_on}…{self.valid_until}"

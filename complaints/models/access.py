"""Looking into a case outside one's own for a time: 临时查阅 (to read, for hours) and 紧急调阅
(break-glass, for minutes). What is asked, decided, ended and reviewed are rows of their own, which
nobody changes.
"""

from __future__ import annotations

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedTextField
from complaints.models.complaint import Complaint

LONGEST_READ = timedelta(hours=72)
EMERGENCY_LASTS = timedelta(minutes=15)
_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete
_NOT_THE_OWN = """
IF EXISTS (SELECT FROM complaints_accessrequest r
        WHERE r.id = NEW.request_id AND r.by_id = NEW.by_id) THEN
    RAISE EXCEPTION 'nobody decides about what they asked for' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
_THIRD_PERSON = """
IF EXISTS (SELECT FROM complaints_accessdecision d
        WHERE d.id = NEW.decision_id AND NEW.by_id IN (d.by_id, d.user_id)) THEN
    RAISE EXCEPTION 'a third person reviews' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class AccessKind(models.TextChoices):
    """How a case outside one's own is looked into."""

    READ = "read", _("临时查阅（只读）")
    EMERGENCY = "emergency", _("紧急调阅（15 分钟）")


class AccessWhy(models.TextChoices):
    """What for; the reason in words stands beside it."""

    ON_THE_PHONE = "on_the_phone", _("消费者来电，须当场答复")
    SAFETY = "safety", _("人身安全等紧急情况")
    AUTHORITY = "authority", _("监管或司法机关限时要求")
    SAME_MATTER = "same_matter", _("核对同一事项的案件")
    COVERING = "covering", _("代班或接手前了解案情")
    QUALITY = "quality", _("质量检查")
    OTHER = "other", _("其他")


class AccessRequest(models.Model):
    """Somebody wants to look into a case. `number` is what was typed; `complaint` is empty where
    there is no such case, which the person is not told.
    """

    kind = models.CharField(_("方式"), max_length=10, choices=AccessKind.choices)
    number = MaskedCharField(_("案件编号"), max_length=20)
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, null=True, related_name="access_requests"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # `access_requests_of_person` finds them
    at = models.DateTimeField()
    why = models.CharField(_("事由"), max_length=20, choices=AccessWhy.choices)
    reason = MaskedTextField(_("说明"))
    hours = models.PositiveSmallIntegerField(_("小时"), null=True)
    expires_at = models.DateTimeField(_("答复截止"))

    class Meta:
        indexes = [
            models.Index(fields=["by", "-id"], name="access_requests_of_person"),
            models.Index(fields=["expires_at"], name="access_requests_by_end"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=AccessKind.EMERGENCY, hours=None)
                | Q(kind=AccessKind.READ, hours__gte=1, hours__lte=72),
                name="access_is_asked_for_up_to_72_hours",
            )
        ]
        triggers = [pgtrigger.Protect(name="access_request_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class AccessDecision(models.Model):
    """The word on a request. Where it agrees it is the grant: `user` sees the case until `ends_at`,
    or until somebody ended it before.
    """

    request = models.OneToOneField(AccessRequest, on_delete=models.PROTECT, related_name="decision")
    kind = models.CharField(max_length=10, choices=AccessKind.choices)
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="access_decisions"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # `access_of_person` finds them
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    agreed = models.BooleanField()
    reason = MaskedTextField(blank=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["user", "ends_at"], condition=Q(agreed=True), name="access_of_person"
            ),
            models.Index(
                fields=["at"],
                condition=Q(agreed=True, kind=AccessKind.EMERGENCY),
                name="emergencies_by_time",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed=False, ends_at=None)
                | Q(agreed=True, ends_at__isnull=False, ends_at__gt=F("at")),
                name="agreed_access_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(agreed=True) | ~Q(reason=""), name="refused_access_says_why"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None)
                | Q(kind=AccessKind.READ, ends_at__lte=F("at") + LONGEST_READ)
                | Q(kind=AccessKind.EMERGENCY, ends_at__lte=F("at") + EMERGENCY_LASTS),
                name="access_is_short",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="access_decision_append_only", operation=_APPEND_ONLY),
            pgtrigger.Trigger(
                name="nobody_grants_to_themselves",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_NOT_THE_OWN,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.agreed}"


class AccessEnd(models.Model):
    """A grant ended before its time."""

    decision = models.OneToOneField(AccessDecision, on_delete=models.PROTECT, related_name="end")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="access_end_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.decision_id}"


class AccessReview(models.Model):
    """What a third person found about a 紧急调阅 afterwards."""

    decision = models.OneToOneField(AccessDecision, on_delete=models.PROTECT, related_name="review")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    justified = models.BooleanField()
    note = MaskedTextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(justified=True) | ~Q(note=""), name="unjustified_access_says_why"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="access_review_append_only", operation=_APPEND_ONLY),
            pgtrigger.Trigger(
                name="a_third_person_reviews",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_THIRD_PERSON,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.justified}"

"""Consent to handing out a complete package: of a supervisor of the case and of counsel, neither of
them whoever asked.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedTextField
from accounts.roles import Role
from audit.kinds import Sealed
from complaints.models.package import Export, Package

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete
_NOT_THE_OWN = """
IF EXISTS (SELECT FROM complaints_exportrequest r
        WHERE r.id = NEW.request_id AND r.by_id = NEW.by_id) THEN
    RAISE EXCEPTION 'nobody consents to what they asked for' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class ExportRequest(models.Model):
    """Somebody wants to take a complete package out: what for, for whom, and until when the others
    may answer.
    """

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="requests")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    purpose = models.CharField(_("用途"), max_length=12, choices=Export.Purpose.choices)
    recipient = MaskedCharField(_("接收方与文号"), max_length=200)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["expires_at"], name="export_requests_by_end")]
        triggers = [
            pgtrigger.Protect(name="export_request_append_only", operation=_APPEND_ONLY),
            Sealed("export_request"),
        ]

    def __str__(self) -> str:
        return f"{self.package_id} {self.purpose}"


class ExportConsent(models.Model):
    """The word of one of the two on a request; one that refuses says why and ends it."""

    class Side(models.TextChoices):
        SUPERVISOR = Role.SUPERVISOR.value, Role.SUPERVISOR.label
        COUNSEL = Role.COUNSEL.value, Role.COUNSEL.label

    request = models.ForeignKey(ExportRequest, on_delete=models.PROTECT, related_name="consents")
    side = models.CharField(max_length=20, choices=Side.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    agreed = models.BooleanField()
    reason = MaskedTextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "side"], name="each_side_answers_once"),
            models.UniqueConstraint(fields=["request", "by"], name="two_people_consent"),
            models.CheckConstraint(
                condition=Q(agreed=True) | ~Q(reason=""), name="a_refused_export_says_why"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="export_consent_append_only", operation=_APPEND_ONLY),
            pgtrigger.Trigger(
                name="nobody_consents_alone",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_NOT_THE_OWN,
            ),
            Sealed("export_consent"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.side} {self.agreed}"

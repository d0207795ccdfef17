"""What archiving makes of a case: a sealed package, and what was handed out of it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedJSONField
from audit.kinds import Sealed
from complaints.models.complaint import Complaint
from complaints.models.transition import Transition

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete
# The complete file leaves with two people's consent only, whoever writes the row.
_CONSENTED = """
IF (SELECT s.edition FROM complaints_package p JOIN complaints_sealing s ON s.id = p.sealing_id
        WHERE p.id = NEW.package_id) = 'full'
    AND (SELECT count(*) FROM complaints_exportconsent c
        JOIN complaints_exportrequest r ON r.id = c.request_id
        WHERE r.id = NEW.request_id AND r.package_id = NEW.package_id AND r.by_id = NEW.by_id
            AND c.agreed) < 2 THEN
    RAISE EXCEPTION 'a complete package leaves with the consent of two'
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class Edition(models.TextChoices):
    """Which readers a package is for."""

    FULL = "full", _("完整版")
    REDACTED = "redacted", _("脱敏版")


class Sealing(models.Model):
    """A package that has to be made: written with the step that archives the case, done by a task,
    once. `number` counts how often the case was archived.

    `cut`: up to where the file goes in, as it stood under the lock of that step, so that the same
    bytes come out whenever the worker gets to it. `redactions`: {"words": [what is blacked out],
    "shown": [numbers of evidence that goes in]}, of a redacted edition, which are counted by
    `revision`.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="sealings")
    transition = models.ForeignKey(Transition, on_delete=models.PROTECT, related_name="sealings")
    number = models.PositiveSmallIntegerField()
    edition = models.CharField(max_length=10, choices=Edition.choices, default=Edition.FULL)
    revision = models.PositiveSmallIntegerField(default=1)
    redactions = MaskedJSONField(default=dict)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    cut = MaskedJSONField(default=dict)
    done_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = MaskedCharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "number", "edition", "revision"],
                name="packages_of_a_case_are_numbered",
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(done_at=None), name="sealings_waiting")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What the package is called. Reads the case."""
        name = f"{self.complaint.number}-{self.number}"
        return name if self.edition == Edition.FULL else f"{name}-redacted-{self.revision}"


class Package(models.Model):
    """One sealed package, stored under its hash; never altered. `contents`: [path, bytes, SHA-256]
    of every file in it.
    """

    sealing = models.OneToOneField(Sealing, on_delete=models.PROTECT, related_name="package")
    made_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    audit_head = models.CharField(max_length=64)
    contents = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["sha256"], name="packages_by_hash")]
        triggers = [
            pgtrigger.Protect(name="package_is_append_only", operation=_APPEND_ONLY),
            Sealed("package"),
        ]

    def __str__(self) -> str:
        return f"{self.sealing_id} {self.sha256[:8]}"


class Export(models.Model):
    """A package handed out: who asked, for what, for whom, until when it may be fetched.

    `request`: to which two others agreed, of a complete one.
    """

    class Purpose(models.TextChoices):
        LITIGATION = "litigation", _("诉讼、仲裁")
        AUTHORITY = "authority", _("监管调取")
        CONSUMER = "consumer", _("消费者查阅")
        AUDIT = "audit", _("内部审计")

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="exports")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    purpose = models.CharField(_("用途"), max_length=12, choices=Purpose.choices)
    recipient = MaskedCharField(_("接收方与文号"), max_length=200)
    expires_at = models.DateTimeField()
    request = models.OneToOneField(
        "complaints.ExportRequest",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        default=None,
        related_name="export",
    )

    class Meta:
        ordering = ["-id"]
        triggers = [
            pgtrigger.Protect(name="export_is_append_only", operation=_APPEND_ONLY),
            pgtrigger.Trigger(
                name="complete_export_is_consented",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_CONSENTED,
            ),
            Sealed("export"),
        ]

    def __str__(self) -> str:
        return f"{self.package_id} {self.purpose}"

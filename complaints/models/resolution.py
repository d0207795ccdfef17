"""Resolutions in versions, their measures, and what counsel said about them."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedArrayField, MaskedCharField, MaskedTextField
from accounts.models import Team
from audit.kinds import Sealed
from complaints.choices import MeasureKind, Payee
from complaints.models import to_read
from complaints.models.complaint import Complaint


class Resolution(models.Model):
    """One version of a proposal.

    A submitted version is never edited; the next edit makes the next version.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("已送审")
        RETURNED = "returned", _("已退回")
        SIGNED = "signed", _("已签署")
        SUPERSEDED = "superseded", _("已被取代")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="resolutions")
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    explanation = MaskedTextField(_("说明"), blank=True)
    legal_basis = ArrayField(
        models.CharField(max_length=200), verbose_name=_("法律依据"), default=list, blank=True
    )
    letter = MaskedTextField(_("致消费者函"), blank=True)
    # Why less is offered than the law owes; counsel accepts it in words of the own.
    below_reason = MaskedTextField(_("低于最低额的理由"), blank=True)
    # The template that the letter was begun with (its id and text) and the options that were
    # ticked; "" for a letter in own words.
    template = models.CharField(max_length=40, blank=True)
    template_sha256 = models.CharField(max_length=64, blank=True)
    options = MaskedArrayField(models.CharField(max_length=40), default=list, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64, blank=True)
    analysis = models.ForeignKey(
        "complaints.Analysis", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["version"]
        triggers = [to_read.RESOLUTION]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "version"], name="resolution_versions_are_unique"
            ),
            models.CheckConstraint(
                condition=~Q(status="signed") | ~Q(content_hash=""),
                name="signed_resolution_has_hash",
            ),
            models.UniqueConstraint(
                fields=["complaint"],
                condition=Q(status="signed"),
                name="one_signed_resolution_per_complaint",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} v{self.version}"

    @property
    def measure_count(self) -> int:
        """Number of measures (one query unless prefetched)."""
        return len(self.measures.all())

    @property
    def reckoned(self) -> list["Measure"]:
        """The measures, to be worked out again (as `measure_count`)."""
        return list(self.measures.all())

    @property
    def at_issue(self) -> list[Any]:
        """The points at issue (as `measure_count`)."""
        points: Any = self.points.all()
        return list(points)

    @property
    def unfound(self) -> list[str]:
        """Titles of the points at issue without a finding or its words (as `measure_count`)."""
        return [p.title for p in self.at_issue if not (p.finding and p.finding_words.strip())]


class Measure(models.Model):
    """One thing the resolution gives: kind, sum if any, on what basis, by whom and until when.

    `remedy` is the claim of the analysis from which it was taken ("": the house's own);
    `proposed_amount` and `proposed_formula` keep what the analysis said where the sum is another.
    `payee` only refers: the number of an account stays in the vault. `unit`: who carries it out;
    none: the team of the case.
    """

    resolution = models.ForeignKey(Resolution, on_delete=models.CASCADE, related_name="measures")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=MeasureKind.choices)
    amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    formula = MaskedCharField(max_length=200, blank=True)
    description = MaskedCharField(max_length=500, blank=True)
    due = models.DateField(null=True, blank=True)
    basis = MaskedCharField(_("法律或政策依据"), max_length=300, blank=True)
    remedy = models.CharField(max_length=80, blank=True)
    proposed_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    proposed_formula = MaskedCharField(max_length=200, blank=True)
    payee = models.CharField(_("付到哪里"), max_length=20, choices=Payee.choices, blank=True)
    payee_words = MaskedCharField(max_length=200, blank=True)
    unit = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a team's measures, and teams are never deleted
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0) | Q(amount=None), name="measure_is_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount or ''}".strip()

    @property
    def paid_to(self) -> str:
        """Where the sum goes, in words."""
        return self.payee_words or (str(Payee(self.payee).label) if self.payee else "")

    @property
    def differs_from_analysis(self) -> bool:
        """Whether the analysis said another sum."""
        return self.proposed_amount is not None and self.proposed_amount != self.amount


class Opinion(models.Model):
    """Counsel's word on one version: signed or sent back, over the hash of exactly what counsel
    read. Never changed.

    A signature keeps what it covers (`covered`, `signing.canonical`) and is made by the key
    `key_id` of the installation over the `statement`: who signed which content of which version,
    when, in which words. Those from before there were keys have neither.
    """

    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="opinions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    signed = models.BooleanField()
    text = MaskedTextField()
    below_minimum_reason = MaskedTextField(blank=True)
    content_hash = models.CharField(max_length=64)
    # What carried the resolution when it was signed (`carrying.Carrier.as_json`), drafts with the
    # reason by which this person took them over; None on what was signed before rules were signed.
    rules = models.JSONField(null=True, blank=True)
    analysis = models.ForeignKey(
        "complaints.Analysis", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reauthenticated_at = models.DateTimeField(null=True, blank=True)
    covered = models.JSONField(null=True, blank=True)
    statement = models.JSONField(null=True, blank=True)
    signature = models.CharField(max_length=88, blank=True)  # base64
    # What the signer ticked off (`complaints.checklist`).
    checklist = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    key_id = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["id"]
        triggers = [
            pgtrigger.Protect(
                name="opinion_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            Sealed("opinion"),
        ]

    def __str__(self) -> str:
        return f"{self.resolution_id} {'signed' if self.signed else 'sent back'}"

    @property
    def taken_over(self) -> list[dict[str, Any]]:
        """The draft rules that this person answers for: rule, title, citation, reason."""
        return [rule for rule in self.rules or [] if not rule["signed"]]

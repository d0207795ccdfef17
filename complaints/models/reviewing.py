"""What counsel asks before a signature counts: conditions, another counsel's word, and comments
anchored to the text.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedTextField
from complaints.models.resolution import Opinion, Resolution


class Condition(models.Model):
    """Under which counsel signed: the offer does not go out before it is met."""

    opinion = models.ForeignKey(Opinion, on_delete=models.PROTECT, related_name="conditions")
    position = models.PositiveSmallIntegerField()
    text = MaskedCharField(_("条件"), max_length=500)
    met_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    met_at = models.DateTimeField(null=True, blank=True)
    met_note = MaskedTextField(blank=True)
    # What was taken in as its proof; the signature does not cover it and is not voided by it.
    evidence_number = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["opinion", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["opinion", "position"], name="conditions_of_a_signature_are_in_order"
            ),
            models.CheckConstraint(
                condition=Q(met_at=None) | (Q(met_by__isnull=False) & ~Q(met_note="")),
                name="a_condition_is_met_by_somebody_with_words",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Consult(models.Model):
    """Another counsel is asked (加签); until the answer comes or is not waited for any more, nobody
    signs.
    """

    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="consults")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consults"
    )
    question = MaskedTextField(_("问题"))
    asked_at = models.DateTimeField()
    due = models.DateField(_("最迟"), null=True, blank=True)
    answer = MaskedTextField(_("答复"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(user=F("asked_by")), name="nobody_is_consulted_by_oneself"
            ),
            models.UniqueConstraint(
                fields=["resolution", "user"],
                condition=Q(answered_at=None, withdrawn_at=None),
                name="one_open_question_to_each_counsel",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resolution_id} {self.user_id}"


class Comment(models.Model):
    """A comment of counsel on a place of the proposal: characters `start` to `end` of a part
    (`letter`, `explanation`, `measure:2`), where `quote` stood.
    """

    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="comments")
    part = models.CharField(max_length=70)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = MaskedTextField()
    text = MaskedTextField(_("批注"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="a_comment_quotes_text")
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.start}"


class SeenVersion(models.Model):
    """What one of counsel has read to its end: the fingerprint, and a short hash of each part, by
    which is said what changed since (`signing.parts`).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    resolution = models.ForeignKey(
        Resolution, on_delete=models.PROTECT, related_name="seen_versions"
    )
    content_hash = models.CharField(max_length=64)
    parts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "resolution", "content_hash"], name="a_content_is_read_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.resolution_id} {self.user_id}"

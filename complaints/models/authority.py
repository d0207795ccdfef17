"""Up to which sum who may offer without asking, and what was asked."""

import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedTextField
from accounts.roles import Role
from complaints.models.resolution import Resolution


class AuthorityLimit(models.Model):
    """From a day on a role or a person may offer so much; no sum: without limit. The newest word
    counts. `lifted`: the person has no limit of the own any more.
    """

    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # all are read together, and people are never deleted
    )
    amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    lifted = models.BooleanField(default=False)
    valid_from = models.DateField(_("生效日期"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role="", user__isnull=False) | (~Q(role="") & Q(user=None)),
                name="a_limit_is_that_of_a_role_or_of_a_person",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="a_limit_is_not_negative"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="authority_limit_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.role or self.user_id} {self.amount}"


class Approval(models.Model):
    """An offer above its author's limit: asked when it is submitted, decided once.

    `content_hash`: of what is offered (`canonical.offer_hash`). `amount` is what counts towards the
    limit: the offer and what the consumer was given besides. `level`: the role that decides.
    """

    class Level(models.TextChoices):
        SUPERVISOR = Role.SUPERVISOR.value, Role.SUPERVISOR.label
        COUNSEL = Role.COUNSEL.value, Role.COUNSEL.label

    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="approvals")
    content_hash = models.CharField(max_length=64)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    elsewhere = models.DecimalField(max_digits=14, decimal_places=2)
    limit = models.DecimalField(max_digits=14, decimal_places=2)
    level = models.CharField(max_length=20, choices=Level.choices)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    approved = models.BooleanField(null=True, blank=True)
    note = MaskedTextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["resolution"], condition=Q(decided_at=None), name="approval_that_waits"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["resolution", "content_hash"], name="an_offer_is_approved_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, approved=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, approved__isnull=False),
                name="an_approval_is_decided_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="approval_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="approval_is_decided_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resolution_id} {self.amount} {self.approved}"

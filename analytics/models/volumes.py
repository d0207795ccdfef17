"""订单量: how much was sold per day, product and region, without which a promotion looks like a
wave of complaints.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import FileNameField, MaskedCharField, MaskedJSONField


class VolumeFile(models.Model):
    """One uploaded list: shown first, then taken over or dropped.

    `rows`: `[[day, product, region, orders], …]` as it was read, until it is decided; `report`:
    what the reader said of it (`analytics/denominators.py`).
    """

    class State(models.TextChoices):
        SHOWN = "shown", _("待确认")
        TAKEN = "taken", _("已导入")
        DROPPED = "dropped", _("已放弃")

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    name = FileNameField(max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SHOWN)
    rows = MaskedJSONField(default=list)
    report = MaskedJSONField(default=dict)
    taken_at = models.DateTimeField(null=True, blank=True)
    added = models.PositiveIntegerField(default=0)
    replaced = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="volume_files_by_age")]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"

    @property
    def subject(self) -> str:
        """Its name in the audit record."""
        return f"volumes:{self.pk}"


class Denominator(models.Model):
    """Orders of one day. `product` and `region` empty: of all products, of all regions."""

    day = models.DateField(_("日期"))
    product = MaskedCharField(_("商品或服务"), max_length=200, blank=True)
    region = models.CharField(_("地区"), max_length=10, blank=True)
    orders = models.PositiveIntegerField(_("订单量"))
    file = models.ForeignKey(
        VolumeFile, on_delete=models.PROTECT, related_name="denominators", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "product", "region"], name="orders_of_a_day_stand_once"
            ),
            models.CheckConstraint(condition=Q(orders__gte=0), name="orders_are_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.product} {self.region}"

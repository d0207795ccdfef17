"""What the enterprise promises everybody publicly (公开承诺): cases inherit a clock from it."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField

# What may change of a row: when it stops to hold. Other words are another row.
_ENDS = ["valid_until", "withdrawn_at", "withdrawn_by", "withdrawn_reason"]


class PublicPromise(models.Model):
    """One public promise in one version, "48 小时内答复".

    `starts` and `stops` name events (`public_promises.py`): `registered`, a step of the lifecycle,
    `first_reply`, or `moment:goods_returned`. It is for cases that were registered while it held
    and that each list that is not empty knows: channel, category, sector, claim. Changed words are
    a new row that `replaces` the earlier one.
    """

    class Unit(models.TextChoices):
        HOUR = "hour", _("小时")
        WORKING_HOUR = "working_hour", _("工作小时")
        CALENDAR_DAY = "calendar_day", _("日")
        WORKING_DAY = "working_day", _("工作日")

    text_zh = MaskedCharField(_("承诺的内容（中文）"), max_length=200)
    text_en = MaskedCharField(_("承诺的内容（英文）"), max_length=300, blank=True)
    length = models.PositiveSmallIntegerField(_("期限"))
    unit = models.CharField(_("单位"), max_length=20, choices=Unit.choices)
    starts = models.CharField(_("从何时起算"), max_length=60)
    stops = models.CharField(_("做到什么算兑现"), max_length=60)
    channels = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    categories = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    sectors = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    claims = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    published = MaskedCharField(_("在哪里公布"), max_length=300)
    url = models.URLField(_("网址"), max_length=500, blank=True)
    valid_from = models.DateField(_("自"))
    valid_until = models.DateField(_("至"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_reason = MaskedCharField(_("撤回的理由"), max_length=500, blank=True)

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(length__gt=0), name="promise_takes_time"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="promise_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawn_reason="")
                ),
                name="promise_is_withdrawn_by_somebody_for_a_reason",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="promise_is_never_rewritten", exclude=_ENDS),
            pgtrigger.Protect(name="promise_is_kept_on_record", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.text_zh

    @property
    def title(self) -> dict[str, str]:
        """The words by language, as clocks carry them."""
        return {"zh": self.text_zh, **({"en": self.text_en} if self.text_en else {})}

"""Points at issue (争点): what the consumer says, what was found, and what follows from it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedTextField
from complaints.models.resolution import Resolution

MOST_POINTS = 30  # of one resolution


class Point(models.Model):
    """One point at issue of a resolution.

    `for_numbers` and `against_numbers` are numbers of the case's evidence for and against what the
    consumer says; `fact` is the element fact on which it turns, "" where there is none.
    """

    class Burden(models.TextChoices):
        """Who has to prove it."""

        CONSUMER = "consumer", _("消费者")
        ENTERPRISE = "enterprise", _("我方")
        NONE = "none", _("无须举证")

    class Finding(models.TextChoices):
        """What became of what the consumer says."""

        ESTABLISHED = "established", _("属实")
        PARTLY = "partly", _("部分属实")
        NOT_ESTABLISHED = "not_established", _("不属实")
        UNCLEAR = "cannot_be_established", _("无法查明")

    resolution = models.ForeignKey(Resolution, on_delete=models.CASCADE, related_name="points")
    position = models.PositiveSmallIntegerField()
    title = MaskedCharField(_("争点"), max_length=200)
    consumer_says = MaskedTextField(_("消费者主张"), blank=True)
    we_found = MaskedTextField(_("我方查明"), blank=True)
    for_numbers = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    against_numbers = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    burden = models.CharField(max_length=12, choices=Burden.choices, default=Burden.NONE)
    finding = models.CharField(max_length=24, choices=Finding.choices, blank=True)
    finding_words = MaskedTextField(_("结论"), blank=True)
    fact = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title

"""The folder 卷宗 of a case, its items and their chain of custody.

Files lie outside the web root under their hash.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Folder(models.Model):
    """One folder per case; the case points down to it. `items` counts what was ever numbered."""

    created_at = models.DateTimeField()
    items_numbered = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"folder {self.pk}"


class Item(models.Model):
    """One piece of evidence: the untouched file, where it comes from and what it proves.

    Never changed, only withdrawn.
    """

    folder = models.ForeignKey(Folder, on_delete=models.PROTECT, related_name="items")
    number = models.PositiveIntegerField(_("证据编号"))
    title = models.CharField(_("名称"), max_length=200)
    file_name = models.CharField(_("原文件名"), max_length=255)
    content_type = models.CharField(_("类型"), max_length=100)
    size = models.BigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(max_length=64)
    obtained_from = models.CharField(_("来源"), max_length=200, blank=True)
    obtained_at = models.DateTimeField(_("取得时间"), null=True, blank=True)
    proves = models.TextField(_("证明内容"), blank=True)
    is_original = models.BooleanField(_("原件"), default=False)
    received_at = models.DateTimeField(_("收到时间"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["folder", "number"], name="evidence_numbers_are_unique_in_a_folder"
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="evidence_is_not_empty"),
        ]
        indexes = [models.Index(fields=["sha256"], name="evidence_by_hash")]
        triggers = [
            pgtrigger.Protect(
                name="evidence_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Custody(models.Model):
    """Who had the item in hand, and for what: received, viewed, downloaded."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="custody")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=20)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="custody_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.act}"

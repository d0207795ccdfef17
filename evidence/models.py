"""The folder 卷宗 of a case, its items and their chain of custody.

Files lie outside the web root under their hash.
"""

from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.masking.fields import FileNameField, MaskedCharField, MaskedJSONField, MaskedTextField
from audit.kinds import Sealed


class Folder(models.Model):
    """One folder per case; the case points down to it. `items` counts what was ever numbered."""

    created_at = models.DateTimeField()
    items_numbered = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"folder {self.pk}"


class Item(models.Model):
    """One piece of evidence: the untouched file, where it comes from and what it proves.

    Never changed, only withdrawn (`Withdrawal`).
    """

    class How(models.TextChoices):
        """In which way it was obtained."""

        RECORDING = "recording", _("通话录音")
        HANDED_OVER = "handed_over", _("当面或邮寄交来")
        SCREENSHOT = "screenshot", _("截图或拍照")
        SYSTEM = "system", _("内部系统导出")
        OTHER = "other", _("其他方式")

    folder = models.ForeignKey(Folder, on_delete=models.PROTECT, related_name="items")
    number = models.PositiveIntegerField(_("证据编号"))
    title = MaskedCharField(_("名称"), max_length=200)
    file_name = FileNameField(_("原文件名"), max_length=255)
    content_type = models.CharField(_("类型"), max_length=100)
    size = models.BigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(max_length=64)
    obtained_from = MaskedCharField(_("来源"), max_length=200, blank=True)
    how = models.CharField(_("取得方式"), max_length=20, choices=How.choices, blank=True)
    obtained_by = MaskedCharField(_("取得人"), max_length=200, blank=True)
    obtained_at = models.DateTimeField(_("取得时间"), null=True, blank=True)
    proves = MaskedTextField(_("证明内容"), blank=True)
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
            ),
            Sealed("item"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_withdrawn(self) -> bool:
        """Whether it counts as proof no more. Lists join `withdrawal`, so that it costs nothing."""
        return hasattr(self, "withdrawal")


class Custody(models.Model):
    """Who had the item in hand, and for what; `detail` says what a check found."""

    class Act(models.TextChoices):
        """What was done with it."""

        RECEIVED = "received", pgettext_lazy("custody", "收取")
        SCANNED = "scanned", _("病毒扫描通过")
        UNSCANNED = "unscanned", _("未经病毒扫描（扫描程序不可用）")
        VIEWED = "viewed", pgettext_lazy("custody", "查看")
        DOWNLOADED = "downloaded", pgettext_lazy("custody", "下载")
        PRINTED = "printed", pgettext_lazy("custody", "打印")
        CHECKED = "checked", pgettext_lazy("custody", "校验哈希")
        EXPORTED = "exported", pgettext_lazy("custody", "导出")

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="custody")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=20, choices=Act.choices)
    detail = MaskedJSONField(default=dict)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="custody_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            Sealed("custody"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.act}"


class Withdrawal(models.Model):
    """An item that counts as proof no more, and why. It stays in the folder, struck through."""

    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="withdrawal")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = MaskedTextField(_("理由"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="a_withdrawal_has_its_reason"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="withdrawal_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            Sealed("withdrawal"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} withdrawn"


class Link(models.Model):
    """What an item proves: an element fact by its id, or a point at issue by its words.

    The newest row of an item and a target counts; `linked` is false where it was taken away.
    Points are named by their words because a draft writes its points anew.
    """

    class Kind(models.TextChoices):
        """What it is linked to."""

        FACT = "fact", _("事实")
        POINT = "point", _("争点")

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="links")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    target = MaskedCharField(max_length=200)
    linked = models.BooleanField(default=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="link_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            Sealed("link"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.kind} {self.target}"


class ItemText(models.Model):
    """What became of reading an item's words for the search. The words themselves, with their
    numbers masked, stand with the case; a row without them says why nothing is found in the file.
    """

    class State(models.TextChoices):
        """What the reader found."""

        READ = "read", _("已读出文字")
        EMPTY = "empty", _("文件里没有文字（可能是扫描件）")
        NO_WORDS = "no_words", _("图片、录音、录像，没有文字可读")
        OLD_FORMAT = "old_format", _("旧版 Office 格式，读不出文字")
        LOCKED = "locked", _("文件有密码，读不出文字")
        DAMAGED = "damaged", _("文件已损坏，读不出文字")
        TOO_MUCH = "too_much", _("文件过大或过于复杂，读不出文字")
        MISSING = "missing", _("文件不在存储中，读不出文字")

    item = models.OneToOneField(
        Item, on_delete=models.PROTECT, primary_key=True, related_name="words"
    )
    at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices)
    cut = models.BooleanField(default=False)  # only its beginning is searched

    def __str__(self) -> str:
        return f"{self.item_id} {self.state}"


class Upload(models.Model):
    """A large file that comes in pieces, and goes on where it stopped.

    What came lies in the store's incoming file of this name, whose length says how much; `item` is
    what became of it, so that finishing twice adds it once. `mark` is how the sender knows the file
    again (the time of its last change); `about` whose file it is, as text (`complaint:NUMBER`).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    about = models.CharField(max_length=100)
    name = FileNameField(max_length=255)
    size = models.BigIntegerField()
    mark = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["by", "about"], name="uploads_of_a_person")]
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="upload_is_not_empty")
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"

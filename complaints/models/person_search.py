"""Who looked for a number or a name of a person, and whether anybody was found (C9)."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.kinds import Sealed


class Kind(models.TextChoices):
    """What was looked for. Only these are found at all, by the exact value."""

    PHONE = "phone", _("电话")
    PHONE_TAIL = "phone_tail", _("电话后四位")
    ID_NUMBER = "id_number", _("证件号码")
    BANK_ACCOUNT = "bank_account", _("收款账户")
    EMAIL = "email", _("电子邮件")
    NAME = "name", _("姓名")


class Door(models.TextChoices):
    """Where it was typed."""

    QUEUE = "queue", pgettext_lazy("search", "案件列表")
    ARCHIVE = "archive", pgettext_lazy("search", "档案")
    SEARCH = "search", pgettext_lazy("search", "搜索案件")
    PANEL = "panel", pgettext_lazy("search", "搜索框")
    FULL_TEXT = "full_text", pgettext_lazy("search", "全文检索")
    API = "api", pgettext_lazy("search", "程序接口")
    INTAKE = "intake", pgettext_lazy("search", "来电登记")
    REGISTERED = "registered", pgettext_lazy("search", "登记后")
    READERS = "readers", pgettext_lazy("search", "阅读记录")


class PersonSearch(models.Model):
    """One look for one value. The value itself is kept nowhere: `digest` is a keyed hash (HMAC) of
    it, another one than that by which consumers are found, so that a copy of the database does not
    say whom somebody looked for.

    `hits`: how many cases that the person may see, up to five; 0 is a miss. `refused`: nothing was
    looked up, because too many were missed. A row with hits from `Door.REGISTERED` says that who
    was missed while somebody wrote a complaint down is the consumer of that complaint.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    digest = models.CharField(max_length=32)
    hits = models.PositiveSmallIntegerField(default=0)
    refused = models.BooleanField(default=False)
    door = models.CharField(max_length=12, choices=Door.choices)

    class Meta:
        indexes = [
            models.Index(fields=["by", "-at"], name="person_searches_of_somebody"),
            models.Index(fields=["digest", "-at"], name="person_searches_for_a_value"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="person_search_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            Sealed("person_search"),
        ]

    def __str__(self) -> str:
        return f"{self.by_id} {self.kind} {self.hits}"

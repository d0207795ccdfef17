"""What second factors need beside django-allauth's own table: a key per person under which their
secrets are sealed, and the mails that say that something changed.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField
from accounts.vault.fields import DataKeyField, LivingKey


class FactorKey(models.Model):
    """The data key of the vault under which a person's TOTP secret and the seed of the recovery
    codes lie; one row a person.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    data_key = DataKeyField()

    class Meta:
        triggers = [LivingKey("data_key")]

    def __str__(self) -> str:
        return f"key of {self.pk}"

    def vault_context(self) -> str:
        """To what the data key is bound."""
        return self.context(self.pk)

    @staticmethod
    def context(user: int) -> str:
        """What the key and all that it seals are bound to."""
        return f"accounts_factorkey|{user}"


class FactorNews(models.TextChoices):
    """What a person is told of by mail. The column has no list of choices."""

    ADDED = "added", _("添加了一种两步验证方式")
    REMOVED = "removed", _("移除了一种两步验证方式")
    CODES = "codes", _("重新生成了恢复码，旧的全部作废")
    CODE_USED = "code_used", _("使用了一个恢复码登录")
    TAKEN_AWAY = "taken_away", _("管理员移除了您的全部两步验证方式，您的登录已全部退出")


class FactorNotice(models.Model):
    """A mail to the person about a change of the own second factors; waits here until it is
    sent.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    news = models.CharField(max_length=20)
    at = models.DateTimeField()
    not_before = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = MaskedCharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(mailed_at=None),
                name="factor_mails_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.news} → {self.user_id}"

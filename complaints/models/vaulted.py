"""Originals of the numbers that are masked in free text (control C1)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import vault
from accounts.vault.fields import BlindIndexField, DataKeyField, LivingKey, SealedField
from complaints.models.complaint import Complaint
from complaints.models.consumer import Consumer


class VaultedSpan(models.Model):
    """A number that somebody wrote into a text of a case, once per case: the texts show `masked`,
    the vault has the rest.

    Sealed with the data key of the case's consumer, so that it becomes unreadable with that key;
    where no case is (a mass case, a reason for many) with a key of its own in `data_key`. Rows are
    only added, and go with the words of the case (`kesu_destroy_case`).
    """

    class Kind(models.TextChoices):
        """As the columns of `Consumer` and of the vault are called."""

        ID_NUMBER = "id_number", _("证件号码")
        BANK_ACCOUNT = "bank_account", _("银行账号")
        PHONE = "phone", _("电话")
        EMAIL = "email", _("电子邮件")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(
        Complaint,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="vaulted",
        db_index=False,  # the constraint finds them
    )
    consumer = models.ForeignKey(
        Consumer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # found by their case
    )
    data_key = DataKeyField(default=b"")  # wrapped; where there is no consumer
    about = models.CharField(max_length=120)  # "table.column" where it was written first, and row
    kind = models.CharField(max_length=12, choices=Kind.choices)
    masked = models.CharField(max_length=260)
    # Keyed, of kind and plain form: the same number once
    value_index = BlindIndexField()
    index_key = models.CharField(max_length=20, blank=True, default="")
    sealed = SealedField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "kind", "value_index"],
                condition=Q(complaint__isnull=False),
                name="number_is_vaulted_once_per_case",
            ),
            models.UniqueConstraint(
                fields=["about", "kind", "value_index"],
                condition=Q(complaint__isnull=True),
                name="number_is_vaulted_once_elsewhere",
            ),
            models.CheckConstraint(
                condition=Q(complaint__isnull=False, consumer__isnull=False, data_key=b"")
                | (Q(complaint__isnull=True, consumer__isnull=True) & ~Q(data_key=b"")),
                name="span_has_one_key",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="span_is_never_rewritten", exclude=["data_key", "value_index", "index_key"]
            ),
            pgtrigger.Protect(name="span_is_kept", operation=pgtrigger.Delete),
            LivingKey("data_key"),
            LivingKey("index_key"),
        ]

    def __str__(self) -> str:
        return self.masked

    def vault_context(self) -> str:
        """To what the data key is bound."""
        return f"complaints_vaultedspan|{self.pk}"

    def fill(self, value: str) -> None:
        """Seal the plain form of the number (not saved)."""
        self.value_index = vault.blind_index(self.kind, value)
        self.index_key = vault.index_keys()[0].name
        if self.consumer is not None:
            self.sealed = self.consumer.seal_words(f"span|{self.pk}", value)
            return
        self.data_key = vault.new_data_key(self.vault_context())
        self.sealed = vault.seal(self.data_key, self.vault_context(), "sealed", value)

    def clear(self) -> str:
        """The plain form of the number, for a recorded reveal only. Raises VaultError when the key
        is gone.
        """
        if self.consumer is not None:
            return self.consumer.words(f"span|{self.pk}", bytes(self.sealed))
        return vault.unseal(
            bytes(self.data_key), self.vault_context(), "sealed", bytes(self.sealed)
        )

    @classmethod
    def indexed(cls) -> models.QuerySet[VaultedSpan]:
        """The rows whose value can be read, for whoever makes the indexes again."""
        rows = cls.objects.select_related("consumer")
        return rows.exclude(consumer__isnull=False, consumer__data_key=b"")

    def indexes_again(self) -> dict[str, bytes]:
        """The index made from the sealed value by the newest key. Raises VaultError."""
        return {"value_index": vault.blind_index(self.kind, self.clear())}

    def keep_indexes(self, again: Mapping[str, bytes], key: str) -> None:
        """Store it. Written twice while the key was replaced, the later row keeps an index of its
        own, so that both stay what they are.
        """
        same = type(self).objects.filter(kind=self.kind, complaint=self.complaint_id, **again)
        if self.complaint_id is None:
            same = same.filter(about=self.about)
        if same.exclude(pk=self.pk).exists():
            again = {"value_index": vault.blind_index(self.kind, f"{self.pk}|{self.clear()}")}
        type(self).objects.filter(pk=self.pk).update(**again, index_key=key)

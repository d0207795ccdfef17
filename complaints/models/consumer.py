"""The consumer: personal data encrypted in the vault, found by blind index, shown masked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import vault
from complaints.choices import Language, Protection
from complaints.models import held

PERSONAL_FIELDS = ("name", "phone", "email", "id_number", "bank_account", "address")


class Consumer(models.Model):
    """A person. Only masked values stand in clear; `*_index` are keyed hashes for exact search."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    data_key = models.BinaryField()
    name_sealed = models.BinaryField(default=b"")
    phone_sealed = models.BinaryField(default=b"")
    email_sealed = models.BinaryField(default=b"")
    id_number_sealed = models.BinaryField(default=b"")
    bank_account_sealed = models.BinaryField(default=b"")
    address_sealed = models.BinaryField(default=b"")
    name_masked = models.CharField(_("姓名"), max_length=100, blank=True)
    phone_masked = models.CharField(_("电话"), max_length=60, blank=True)
    email_masked = models.CharField(_("电子邮件"), max_length=260, blank=True)
    id_number_masked = models.CharField(_("证件号码"), max_length=40, blank=True)
    bank_account_masked = models.CharField(_("收款账户"), max_length=40, blank=True)
    address_masked = models.CharField(_("地址"), max_length=100, blank=True)
    name_index = models.BinaryField(default=b"")
    phone_index = models.BinaryField(default=b"")
    phone_tail_index = models.BinaryField(default=b"")
    email_index = models.BinaryField(default=b"")
    id_number_index = models.BinaryField(default=b"")
    bank_account_index = models.BinaryField(default=b"")
    preferred_channel = models.CharField(max_length=20, blank=True)
    protection = models.CharField(
        _("特殊保护"), max_length=20, blank=True
    )  # elderly, minor, disabled
    language = models.CharField(_("函件语言"), max_length=2, choices=Language, default=Language.ZH)

    class Meta:
        indexes = [
            models.Index(fields=["phone_index"], name="consumer_by_phone"),
            models.Index(fields=["phone_tail_index"], name="consumer_by_phone_tail"),
            models.Index(fields=["id_number_index"], name="consumer_by_id_number"),
            models.Index(fields=["email_index"], name="consumer_by_email"),
            models.Index(fields=["name_index"], name="consumer_by_name"),
        ]
        triggers = held.CONSUMER

    def __str__(self) -> str:
        return self.name_masked

    @property
    def _context(self) -> str:
        return f"complaints_consumer|{self.pk}"

    def fill(self, values: Mapping[str, str]) -> list[str]:
        """Seal the given personal fields (not saved).

        Answers the names of the columns that changed.
        """
        if not self.data_key:
            self.data_key = vault.new_data_key(self._context)
        changed = ["data_key"]
        for column in PERSONAL_FIELDS:
            if column not in values:
                continue
            value = values[column].strip()
            setattr(
                self,
                f"{column}_sealed",
                vault.seal(bytes(self.data_key), self._context, column, value) if value else b"",
            )
            setattr(self, f"{column}_masked", vault.masked(column, value))
            changed += [f"{column}_sealed", f"{column}_masked"]
            if column != "address":
                setattr(self, f"{column}_index", vault.blind_index(column, value))
                changed.append(f"{column}_index")
            if column == "phone":
                tail = vault.normalised("phone", value)[-4:]
                self.phone_tail_index = (
                    vault.blind_index("phone_tail", tail) if len(tail) == 4 else b""
                )
                changed.append("phone_tail_index")
        return changed

    def clear(self, column: str) -> str:
        """The clear value of one field, "" when there is none.

        For the outbox and a recorded reveal only.
        """
        sealed = bytes(getattr(self, f"{column}_sealed"))
        return vault.unseal(bytes(self.data_key), self._context, column, sealed) if sealed else ""

    @property
    def channels(self) -> list[str]:
        """The ways in which the consumer can be reached: phone, email, address."""
        return [c for c in ("phone", "email", "address") if getattr(self, f"{c}_masked")]

    @property
    def protection_words(self) -> str:
        """老年人, 未成年人, 残疾人 or ""."""
        return str(Protection(self.protection).label) if self.protection else ""

    def as_masked(self) -> dict[str, str]:
        """Every personal field as it may be shown."""
        return {column: getattr(self, f"{column}_masked") for column in PERSONAL_FIELDS}

    def seal_words(self, about: str, text: str) -> bytes:
        """A text of the consumer under the own key, bound to what it is about ("feedback|12"): it
        is unreadable once the key is destroyed.
        """
        return vault.seal(bytes(self.data_key), self._context, about, text) if text else b""

    def words(self, about: str, sealed: bytes) -> str:
        """What `seal_words` sealed. Raises VaultError when the key is gone."""
        if not sealed:
            return ""
        return vault.unseal(bytes(self.data_key), self._context, about, bytes(sealed))

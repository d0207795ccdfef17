"""The consumer: personal data encrypted in the vault, found by blind index, shown masked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import vault
from accounts.vault.fields import BlindIndexField, DataKeyField, LivingKey, SealedField
from complaints.choices import Language, Limited, Protection
from complaints.models import held

PERSONAL_FIELDS = ("name", "phone", "email", "id_number", "bank_account", "address")


class Consumer(models.Model):
    """A person. Only masked values stand in clear; `*_index` are keyed hashes for exact search."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    data_key = DataKeyField()
    name_sealed = SealedField(default=b"")
    phone_sealed = SealedField(default=b"")
    email_sealed = SealedField(default=b"")
    id_number_sealed = SealedField(default=b"")
    bank_account_sealed = SealedField(default=b"")
    address_sealed = SealedField(default=b"")
    name_masked = models.CharField(_("姓名"), max_length=100, blank=True)
    phone_masked = models.CharField(_("电话"), max_length=60, blank=True)
    email_masked = models.CharField(_("电子邮件"), max_length=260, blank=True)
    id_number_masked = models.CharField(_("证件号码"), max_length=40, blank=True)
    bank_account_masked = models.CharField(_("收款账户"), max_length=40, blank=True)
    address_masked = models.CharField(_("地址"), max_length=100, blank=True)
    name_index = BlindIndexField(default=b"")
    phone_index = BlindIndexField(default=b"")
    phone_tail_index = BlindIndexField(default=b"")
    email_index = BlindIndexField(default=b"")
    id_number_index = BlindIndexField(default=b"")
    bank_account_index = BlindIndexField(default=b"")
    # With which key the indexes were made; "": before rows said so
    index_key = models.CharField(max_length=20, blank=True, default="")
    preferred_channel = models.CharField(max_length=20, blank=True)
    protection = models.CharField(
        _("特殊保护"), max_length=20, blank=True
    )  # elderly, minor, disabled
    # Only stored (PIPL Art. 47(2)), or nothing that rests on consent (Art. 15): see
    # `complaints/actions/rights_acts.py`
    limited = models.CharField(
        _("处理限制"), max_length=10, choices=Limited, blank=True, default="", db_default=""
    )
    language = models.CharField(_("函件语言"), max_length=2, choices=Language, default=Language.ZH)

    class Meta:
        indexes = [
            models.Index(fields=["phone_index"], name="consumer_by_phone"),
            models.Index(fields=["phone_tail_index"], name="consumer_by_phone_tail"),
            models.Index(fields=["id_number_index"], name="consumer_by_id_number"),
            models.Index(fields=["email_index"], name="consumer_by_email"),
            models.Index(fields=["name_index"], name="consumer_by_name"),
            models.Index(fields=["bank_account_index"], name="consumer_by_bank_account"),
        ]
        triggers = [*held.CONSUMER, LivingKey("data_key"), LivingKey("index_key")]

    def __str__(self) -> str:
        return self.name_masked

    def vault_context(self) -> str:
        """To what the data key is bound."""
        return f"complaints_consumer|{self.pk}"

    def fill(self, values: Mapping[str, str]) -> list[str]:
        """Seal the given personal fields (not saved).

        Answers the names of the columns that changed.
        """
        changed = []
        if not self.data_key:
            self.data_key = vault.new_data_key(self.vault_context())
            changed.append("data_key")
        for column in PERSONAL_FIELDS:
            if column not in values:
                continue
            value = values[column].strip()
            setattr(
                self,
                f"{column}_sealed",
                vault.seal(bytes(self.data_key), self.vault_context(), column, value)
                if value
                else b"",
            )
            setattr(self, f"{column}_masked", vault.masked(column, value))
            changed += [f"{column}_sealed", f"{column}_masked"]
            for name, found in _indexes(column, value).items():
                setattr(self, name, found)
                changed.append(name)
        if any(name.endswith("_index") for name in changed):
            changed += self._one_key_for_all(changed)
        return changed

    def _one_key_for_all(self, made: Sequence[str]) -> list[str]:
        """While a key is replaced the other indexes of this row may be made by the former one."""
        now, changed = vault.index_keys()[0].name, []
        if self.index_key and self.index_key != now:
            for name, found in self.indexes_again().items():
                if name not in made:
                    setattr(self, name, found)
                    changed.append(name)
        self.index_key = now
        return [*changed, "index_key"]

    def indexes_again(self) -> dict[str, bytes]:
        """Every index made from the sealed values by the newest key. Raises VaultError."""
        found: dict[str, bytes] = {}
        for column in PERSONAL_FIELDS:
            found |= _indexes(column, self.clear(column))
        return found

    def keep_indexes(self, again: Mapping[str, bytes], key: str) -> None:
        """Store indexes that were made again, here and where one of them is compared."""
        type(self).objects.filter(pk=self.pk).update(**again, index_key=key)
        listed: Any = self._meta.get_field("silent").related_model
        if phone := again["phone_index"]:
            listed._base_manager.filter(consumer=self).update(phone_index=phone)

    def indexes(self, column: str) -> list[bytes]:
        """Under which hashes the same value lies in other rows; [] for none. More than one only
        while the key of the indexes is replaced.
        """
        own = bytes(getattr(self, f"{column}_index"))
        if not own or len(vault.index_keys()) == 1:
            return [own] if own else []
        return vault.blind_indexes(column, self.clear(column))

    def clear(self, column: str) -> str:
        """The clear value of one field, "" when there is none.

        For the outbox and a recorded reveal only.
        """
        sealed = bytes(getattr(self, f"{column}_sealed"))
        return (
            vault.unseal(bytes(self.data_key), self.vault_context(), column, sealed)
            if sealed
            else ""
        )

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
        return vault.seal(bytes(self.data_key), self.vault_context(), about, text) if text else b""

    def words(self, about: str, sealed: bytes) -> str:
        """What `seal_words` sealed. Raises VaultError when the key is gone."""
        if not sealed:
            return ""
        return vault.unseal(bytes(self.data_key), self.vault_context(), about, bytes(sealed))


def _indexes(column: str, value: str) -> dict[str, bytes]:
    """The columns of the indexes of one personal value, and what stands in them."""
    if column == "address":
        return {}
    found = {f"{column}_index": vault.blind_index(column, value)}
    if column == "phone":
        tail = vault.normalised("phone", value)[-4:]
        found["phone_tail_index"] = vault.blind_index("phone_tail", tail) if len(tail) == 4 else b""
    return found

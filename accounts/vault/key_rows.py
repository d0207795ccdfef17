"""What the database knows of the keys outside it: enough to notice a lost or another one."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q


class VaultKey(models.Model):
    """A key that this database was sealed with. No secret stands here.

    `known`: a data key that it wrapped, and under that its own name (`sealed`): no other key opens
    them. `now_begins`, `once_began`: how data keys begin that it wrapped. `retired_at`: nothing
    needs it from then on. Keys of indexes have name and fingerprint alone.
    """

    class Purpose(models.TextChoices):
        WRAP = "wrap"
        INDEX = "index"

    purpose = models.CharField(max_length=5, choices=Purpose.choices)
    name = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=16, blank=True)
    known = models.BinaryField(default=b"")
    sealed = models.BinaryField(default=b"")
    now_begins = models.BinaryField(default=b"")
    once_began = models.BinaryField(default=b"")
    introduced_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "accounts"
        constraints = [
            models.UniqueConstraint(fields=["purpose", "name"], name="a_vault_key_is_named_once"),
            models.CheckConstraint(
                condition=Q(retired_at=None) | Q(retired_at__gte=models.F("introduced_at")),
                name="a_vault_key_retires_after_it_came",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="vault_key_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="vault_key_is_as_it_came", exclude=["retired_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.name}"

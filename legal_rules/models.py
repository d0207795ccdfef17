"""The rulebooks that were used, kept so that an old analysis can really be run again."""

import json
import zlib

import pgtrigger
from django.db import models

from legal_rules.rulebook import Rulebook


class StoredRulebook(models.Model):
    """Every file of law as it was, under the hash of the rulebook (law and engine).

    `engine_sha256`: of the program that read it; the program itself is not kept.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    version = models.CharField(max_length=40)
    engine_sha256 = models.CharField(max_length=64)
    packed = models.BinaryField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="a_stored_rulebook_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.sha256[:12]}"

    @property
    def law(self) -> dict[str, str]:
        """Path below statutes/ → text."""
        found: dict[str, str] = json.loads(zlib.decompress(bytes(self.packed)))
        return found

    @staticmethod
    def keep(book: Rulebook) -> None:
        """Store the rulebook unless it is there; one statement where it is."""
        if StoredRulebook.objects.filter(pk=book.sha256).exists():
            return
        packed = zlib.compress(json.dumps(book.law(), ensure_ascii=False).encode(), 9)
        kept = StoredRulebook(
            sha256=book.sha256,
            version=book.version,
            engine_sha256=book.engine_sha256,
            packed=packed,
        )
        StoredRulebook.objects.bulk_create([kept], ignore_conflicts=True)

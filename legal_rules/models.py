"""The rulebooks that were used, kept so that an old analysis can really be run again; what each
rule said, and who of counsel signed that. Nothing here is ever changed or removed.
"""

import json
import zlib
from functools import lru_cache

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedTextField
from legal_rules.rulebook import Rulebook

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


@lru_cache(maxsize=2)
def _packed(law: str) -> bytes:
    """Compressed as far as it goes, which takes a while: many transactions may want to keep it
    before the first of them is through.
    """
    return zlib.compress(law.encode(), 9)


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
                operation=_APPEND_ONLY,
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
        kept = StoredRulebook(
            sha256=book.sha256,
            version=book.version,
            engine_sha256=book.engine_sha256,
            packed=_packed(json.dumps(book.law(), ensure_ascii=False)),
        )
        StoredRulebook.objects.bulk_create([kept], ignore_conflicts=True)


class Edition(models.Model):
    """From this time on the installation ran that rulebook."""

    rulebook = models.ForeignKey(StoredRulebook, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="edition_is_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.rulebook_id[:12]} {self.at:%Y-%m-%d}"


class RuleText(models.Model):
    """What one rule said, from the edition that said it first.

    `content`: canonical JSON, of which `sha256` is the hash; `lines`: {language: the sentences}.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="texts")
    rule = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    content = models.TextField()
    lines = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["rule", "-id"], name="texts_of_a_rule")]
        triggers = [pgtrigger.Protect(name="rule_text_is_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.rule} {self.sha256[:12]}"


class RuleSignature(models.Model):
    """Counsel's act on a rule: signed over exactly one text, or the signature taken back.

    The latest act of a rule counts, and only while the rule still says that text.
    """

    class Act(models.TextChoices):
        SIGNED = "signed", _("已签署")
        REVOKED = "revoked", _("已撤销签署")

    rule = models.CharField(max_length=60)
    text = models.ForeignKey(RuleText, on_delete=models.PROTECT, related_name="signatures")
    sha256 = models.CharField(max_length=64)
    act = models.CharField(max_length=10, choices=Act.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    comment = MaskedTextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["rule", "-id"], name="signatures_of_a_rule")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(act="revoked") | ~models.Q(comment=""),
                name="revoked_signature_has_a_reason",
            )
        ]
        triggers = [pgtrigger.Protect(name="rule_signature_is_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.rule} {self.act} {self.sha256[:12]}"

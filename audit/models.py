"""Who did what, and when: append-only, chained by hash within each subject, sealed into blocks.

Subjects are named by text (`complaint:TS26-000123`), never by a foreign key: the record outlives
what it speaks of.
"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from audit.canonical import entry_of
from audit.kinds import Sealed
from audit.links import BLOCK_GOES_ON, CHAIN_GOES_ON
from audit.outside import Anchor, Stamp, Wanted  # noqa: F401 their tables are of this app

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class Entry(models.Model):
    """One act. `hash` covers this entry and the previous one of the same subject (SHA-256, hex).

    `request_id`: the request that caused it, "" for what no request caused. The table is in monthly
    parts (`audit.partitions`).
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    actor_name = models.CharField(max_length=150, blank=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    sequence = models.PositiveIntegerField()
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["actor", "-at"], name="audit_by_actor"),
            models.Index(fields=["subject", "sequence"], name="audit_chain"),
        ]
        triggers = [
            pgtrigger.Protect(name="audit_is_append_only", operation=_APPEND_ONLY),
            CHAIN_GOES_ON,
            Sealed("entry", entry_of),
        ]

    def __str__(self) -> str:
        return f"{self.subject} #{self.sequence} {self.verb}"


class Tail(models.Model):
    """Where a subject's chain ends. The trigger on the entries moves it on, one entry at a time, so
    that no chain forks, whoever writes.
    """

    subject = models.CharField(max_length=120, primary_key=True)
    sequence = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.subject} #{self.sequence}"


class Pending(models.Model):
    """A row that came into a sealed table and waits for the next block. Written by triggers alone:
    by those of the sealed tables, and taken away by that of the blocks.
    """

    kind = models.CharField(max_length=20)
    row_id = models.BigIntegerField()
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"


class Block(models.Model):
    """What was sealed together: which rows, a leaf for each, the root of their Merkle tree; chained
    to the block before it. Roots and hashes are SHA-256, hex.

    `members`: kind → ids; `leaves`: 32 bytes each, by kind in the order of the names, then as in
    `members`.
    """

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    size = models.PositiveIntegerField()
    members = models.JSONField()
    leaves = models.BinaryField()
    root = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["sealed_at"], name="blocks_by_day")]
        triggers = [
            pgtrigger.Protect(name="block_is_append_only", operation=_APPEND_ONLY),
            BLOCK_GOES_ON,
        ]

    def __str__(self) -> str:
        return f"block {self.number}"


class Verification(models.Model):
    """What verifying the whole record found, each night or when an auditor asked (`asked_by`: the
    name, copied). `report` is `faults.Report.as_json`.
    """

    at = models.DateTimeField()
    seconds = models.DecimalField(max_digits=8, decimal_places=1)
    is_whole = models.BooleanField()
    report = models.JSONField()
    asked_by = models.CharField(max_length=150, blank=True, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["-at"], name="verifications_latest")]
        triggers = [
            pgtrigger.Protect(name="verification_is_append_only", operation=_APPEND_ONLY),
            Sealed("verification"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {'whole' if self.is_whole else 'broken'}"


class VerificationRun(models.Model):
    """A verification that somebody asked for: begun by a worker, over when `ended_at` is set.
    What it found is a `Verification`.
    """

    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=150)  # the name, copied
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} {self.asked_by}"


class Reading(models.Model):
    """One answer that showed cases: who saw which of them, on which page, and what of them.

    `about` names the case whose page it was, blank for lists; `fields` says what was shown of it,
    or of every row of a list. All other subjects stood beside it with number, title and state.
    The table stands in monthly parts (`partitions.py`); its key in the database is (id, at).
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=150, blank=True)  # blank: by a link, unsigned
    actor_name = models.CharField(max_length=150, blank=True)
    page = models.CharField(max_length=80)  # the name of the route
    about = models.CharField(max_length=120, blank=True)
    subjects = ArrayField(models.CharField(max_length=120))
    fields = ArrayField(models.CharField(max_length=40), default=list)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            GinIndex(fields=["subjects"], name="audit_reading_by_subject"),
            models.Index(fields=["actor", "-at"], name="audit_reading_by_actor"),
        ]
        triggers = [
            pgtrigger.Protect(name="audit_reading_append_only", operation=_APPEND_ONLY),
            Sealed("reading"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.page} {self.about or len(self.subjects)}"

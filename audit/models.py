"""Who did what, and when: append-only, chained by hash within each subject.

Subjects are named by text (`complaint:TS26-000123`), never by a foreign key: the record outlives
what it speaks of.
"""

import pgtrigger
from django.db import models


class Entry(models.Model):
    """One act. `hash` covers this entry and the previous one of the same subject (SHA-256, hex)."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    actor_name = models.CharField(max_length=150, blank=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    sequence = models.PositiveIntegerField()
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "sequence"], name="audit_chain_does_not_fork"
            ),
        ]
        indexes = [models.Index(fields=["actor", "-at"], name="audit_by_actor")]
        triggers = [
            pgtrigger.Protect(
                name="audit_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} #{self.sequence} {self.verb}"

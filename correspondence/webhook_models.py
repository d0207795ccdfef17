"""The log of the calls of another program."""

from __future__ import annotations

from datetime import timedelta

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.models import Outbox

KEPT = timedelta(days=30)


class WebhookCall(models.Model):
    """One attempt to call the webhook. Only added; after `KEPT` a row may go, and not before.

    It says what went where and what came back, and of whom it was only by the hash of the body:
    `target` is the address without user, password and query; `status` what was answered, none where
    nobody did; `error` then the kind of failure (`TimeoutError`), never its words.
    """

    outbox = models.ForeignKey(
        Outbox, on_delete=models.PROTECT, related_name="webhook_calls", db_index=False
    )
    at = models.DateTimeField(db_index=True)
    attempt = models.PositiveSmallIntegerField(_("第几次"))
    target = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=60, blank=True)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="webhook_call_is_not_altered", operation=pgtrigger.Update),
            pgtrigger.Protect(
                name="webhook_call_is_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition(f"OLD.at > now() - interval '{KEPT.days} days'"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.status or self.error}"

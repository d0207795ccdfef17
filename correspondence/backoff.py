"""What failed is tried again later, with growing distance."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import AlarmNotice
from complaints.leaving import INSTEAD
from complaints.models import Outbox
from correspondence.models import AccessCall, Mail

BACK_OFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
MOST_ATTEMPTS = 30000  # what the column holds


def postponed(
    row: Outbox | Mail | AlarmNotice | AccessCall, error: Exception, now: datetime
) -> None:
    """Note the failure by its kind alone (a message may hold an address) and the next attempt; what
    a person was asked to bring while the machine was still trying waits for no machine.
    """
    row.attempts = min(row.attempts + 1, MOST_ATTEMPTS)
    by_person = isinstance(row, Outbox) and row.payload.get("channel") == INSTEAD
    row.not_before = now + BACK_OFF[0 if by_person else min(row.attempts, len(BACK_OFF)) - 1]
    row.last_error = type(error).__name__
    row.save(update_fields=["attempts", "not_before", "last_error"])

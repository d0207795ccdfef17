"""A file on its way into a case: kept in the store, or refused, and recorded when dangerous."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.record import record
from complaints.models import Complaint
from evidence.clamd import Infected
from evidence.receive import Stored, take
from evidence.store import Incoming


def receive(
    complaint: Complaint, content: Iterable[bytes] | Incoming, name: str, by: User, now: datetime
) -> Stored:
    """The file lies in the store. Not inside a transaction that a refusal would undo: what a virus
    scanner found is recorded. Raises FileRefused.
    """
    try:
        return take(content, name)
    except Infected as infected:
        detail = {"sha256": infected.sha256, "found": infected.found}
        with transaction.atomic():
            record("evidence.infected", complaint.subject, by, now, detail)
        raise

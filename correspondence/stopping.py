"""The letter that counsel signs leaves on a live signature or not at all: else its row is cancelled
with the reason, and the owner and counsel are told.
"""

from __future__ import annotations

import logging
from datetime import datetime

from audit.record import record
from complaints.models import Complaint, Event, Outbox
from complaints.signing import voiding
from complaints.signing.liveness import LETTER, NotLive, void_of

logger = logging.getLogger(__name__)


def hold_case(pk: int) -> None:
    """Of a letter that was signed: hold its case until the end of the transaction, so that nothing
    of what is verified changes before the letter has left. Before the row itself is held, in the
    order of everybody who changes a case.
    """
    case = Complaint.objects.locked().filter(outbox__pk=pk, outbox__effect=LETTER)
    list(case.values_list("pk"))


def stop(outbox: Outbox, why: NotLive, now: datetime) -> None:
    """Cancel the row, loudly; in the transaction that holds the case."""
    complaint, changed = outbox.complaint, why.changed
    logger.error("outbox row %s is stopped, its signature is not live: %s", outbox.pk, why)
    outbox.cancelled_at, outbox.last_error = now, f"signature: {why}"[:300]
    outbox.save(update_fields=["cancelled_at", "last_error"])
    if why.opinion is not None and void_of(why.opinion) is None:
        voiding.void(why.opinion, changed, None, now, tell=False)
    detail = {"outbox": outbox.pk, "changed": changed}
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=None,
        kind=Event.Kind.NOTICE,
        code="letter_stopped",
        detail=detail,
    )
    record("letter.stopped", complaint.subject, None, now, detail)
    Outbox.objects.create(
        complaint=complaint,
        effect="tell_letter_stopped",
        key=f"{outbox.key}.stopped",
        payload=detail,
        created_at=now,
        not_before=now,
    )

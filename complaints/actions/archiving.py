"""Files that close by themselves: complete, and quiet for long enough. Called by Celery."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from complaints.actions import steps
from complaints.errors import CaseError
from complaints.leaving import LETTERS
from complaints.lifecycle import State
from complaints.models import Commitment, Complaint, Outbox
from complaints.models.commitment import OWED

logger = logging.getLogger(__name__)
# Time for the consumer to object and for the last proofs to come in, before the file is sealed.
QUIET = timedelta(days=15)


def due(now: datetime) -> QuerySet[Complaint]:
    """Closed cases whose quiet time is over and whose file lacks nothing, the oldest first.

    The same conditions as the guard `file_is_complete`, which has the last word.
    """
    promised = Commitment.objects.filter(OWED, complaint=OuterRef("pk"))
    unsent = Outbox.objects.filter(
        complaint=OuterRef("pk"), effect__in=LETTERS, done_at=None, cancelled_at=None
    )
    found: QuerySet[Complaint] = (
        Complaint.objects.filter(state=State.CLOSED, closed_at__lte=now - QUIET)
        .exclude(outcome="")
        .filter(~Exists(promised), ~Exists(unsent))
        .order_by("closed_at", "id")
    )
    return found


def archive_due(now: datetime, *, most: int = 500) -> int:
    """Take the step for every case that is due; answers how many were archived.

    Each case is one transaction of its own through the usual door: a case that fails is said in the
    log and does not stop the rest, one that was archived or reopened meanwhile is left alone.
    """
    done = 0
    for number in list(due(now).values_list("number", flat=True)[:most]):
        try:
            steps.take(number, "archive", {}, by=None, via="system", now=now)
            done += 1
        except CaseError as refused:
            logger.info("%s was not archived: %s", number, refused)
        except Exception:
            logger.exception("%s could not be archived; the others go on", number)
    return done

"""When the clocks are looked at: every due one, soonest first, in batches, each once.

Called by Celery every half minute. Any number of sweeps may run at once on any number of machines:
a clock belongs to whoever holds its case, and what is due is decided by the clock of the database,
never by that of a worker.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import F

from complaints.actions import overdue
from complaints.models import Deadline, Postponed, SweepRun

logger = logging.getLogger(__name__)
BATCH = 1_000
POSTPONE = timedelta(hours=1)
RUN = 10.0  # seconds; other tasks come in between
KEPT = 200  # runs
Place = tuple[datetime, int]  # in the order in which clocks are due
BEGINNING: Place = (datetime(1, 1, 2, tzinfo=UTC), 0)
NEXT = """
SELECT ladder_at, id FROM complaints_deadline
WHERE state = 'running' AND ladder_at <= %s AND (ladder_at, id) > (%s, %s)
ORDER BY ladder_at, id LIMIT %s
"""
PLACE = """
SELECT pg_try_advisory_xact_lock(hashtext('sweep'), 1)
    OR pg_try_advisory_xact_lock(hashtext('sweep'), 2),
    set_config('idle_in_transaction_session_timeout', '60s', true)
"""


@dataclass
class Swept:
    """What a sweep did. `late_by`: how long the first had waited; `more`: its time was over before
    all were handled; `busy`: others are at it.
    """

    handled: int = 0
    failed: int = 0
    late_by: timedelta | None = None
    more: bool = False
    busy: bool = False
    postponed: set[int] = field(default_factory=set)  # clocks, in earlier sweeps


class Busy(Exception):
    """Enough others sweep already."""


def database_now() -> datetime:
    """What time it is for all workers alike."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def run(worker: str, *, seconds: float = RUN) -> Swept:
    """One sweep, written down. Raises what the database raises when it is away."""
    now = database_now()
    swept = enforce_due(now, seconds=seconds)
    if swept.busy and not swept.handled:
        return swept
    SweepRun.objects.create(
        started_at=now,
        finished_at=database_now(),
        worker=worker[:120],
        handled=swept.handled,
        failed=swept.failed,
        late_by=swept.late_by,
    )
    newest = SweepRun.objects.order_by("-id").values_list("id", flat=True)
    SweepRun.objects.filter(id__lte=newest[KEPT : KEPT + 1]).delete()
    return swept


def enforce_due(now: datetime, *, seconds: float | None = None, batch: int = BATCH) -> Swept:
    """Climb the ladder of every running clock that is due, soonest first.

    A clock that fails is postponed by an hour, loudly, and does not stop the others. No batch is
    begun after so many `seconds`. Raises what the database raises when it is away.
    """
    swept, began = Swept(), time.monotonic()
    places = _next(now, BEGINNING, batch)
    if places:
        swept.late_by = now - places[0][0]
        swept.postponed = set(Postponed.objects.values_list("pk", flat=True))
    while places:
        if seconds is not None and time.monotonic() - began > seconds:
            swept.more = True
            break
        try:
            _climb([key for _, key in places], now, swept)
        except Busy:
            swept.busy = True
            break
        places = _next(now, places[-1], batch) if len(places) == batch else []
    return swept


def _next(now: datetime, place: Place, most: int) -> list[Place]:
    """The next clocks; those that were left in this round are not met again in it."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [now, *place, most])
        return cursor.fetchall()


def _climb(keys: Sequence[int], now: datetime, swept: Swept) -> None:
    """All of them in one transaction; if that fails, each half, until the culprit stands alone."""
    line = connection.connection
    try:
        with transaction.atomic():
            _take_a_place()
            climbed = overdue.climb(keys, now)
            if again := swept.postponed.intersection(climbed):
                Postponed.objects.filter(pk__in=again).delete()
        swept.handled += len(climbed)
    except Busy:
        raise
    except Exception as error:
        if connection.connection is not line:  # it was cut; Django has opened another
            raise
        if len(keys) > 1:
            middle = len(keys) // 2
            _climb(keys[:middle], now, swept)
            _climb(keys[middle:], now, swept)
        else:
            swept.failed += 1
            _postpone(keys[0], now, error)


def _take_a_place() -> None:
    """Two batches at a time are enough; further sweeps would only take workers from other tasks.

    The place is free again with the end of the transaction, and the database ends one whose worker
    is not heard of for a minute. Raises Busy.
    """
    with connection.cursor() as cursor:
        cursor.execute(PLACE)
        if not cursor.fetchone()[0]:
            raise Busy


def _postpone(key: int, now: datetime, error: Exception) -> None:
    if isinstance(error, OperationalError):  # of the server, not of the clock
        logger.error("clock %s is left for the next sweep", key, exc_info=error)
        return
    logger.error("clock %s failed and is postponed by an hour", key, exc_info=error)
    until = now + POSTPONE
    Deadline.objects.filter(pk=key).update(ladder_at=until)
    said = {"until": until, "error": type(error).__name__}
    Postponed.objects.update_or_create(
        deadline_id=key,
        defaults={**said, "times": F("times") + 1},
        create_defaults={**said, "since": now},
    )

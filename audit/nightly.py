"""The record is verified every night, and what was found is kept for the auditors. Of the stored
files a seventh is read each night, so that each is read once a week.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from audit import anchors
from audit.models import Verification
from audit.verify import verify

log = logging.getLogger(__name__)
HOUR = 3  # o'clock, when few people work
_HELD = """
SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.granted
        AND l.classid::bigint = hashtext('audit')::bigint & 4294967295
        AND l.objid::bigint = hashtext('verify')::bigint & 4294967295 AND l.objsubid = 2)
"""


def running() -> bool:
    """Whether some process verifies at this moment: its lock goes when it goes."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD)
        return bool(cursor.fetchone()[0])


def due(now: datetime) -> bool:
    """Whether the record was not verified since the last time it was three o'clock; one that never
    was is due at once.
    """
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    began = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    began -= timedelta(days=1) if began > local else timedelta(0)
    return not Verification.objects.filter(at__gte=began).exists()


def verify_and_keep(
    now: datetime, *, asked_by: str = "", tell: Callable[[int], None] = lambda number: None
) -> Verification | None:
    """Verify and keep the result; None while another process does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('audit'), hashtext('verify'))")
        if not cursor.fetchone()[0]:
            return None
        try:
            return _keep(now, asked_by, tell)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('audit'), hashtext('verify'))")


def _keep(now: datetime, asked_by: str, tell: Callable[[int], None]) -> Verification:
    day = now.astimezone(ZoneInfo(settings.TIME_ZONE)).weekday()
    files = "all" if asked_by else str(day)
    report = verify(now, anchors=anchors.known(), files=files, tell=tell)
    if not report.is_whole:
        log.error("the record does not hold: %s", report.as_json()["faults"])
    return Verification.objects.create(
        at=now,
        seconds=Decimal(str(report.seconds)),
        is_whole=report.is_whole,
        report=report.as_json(),
        asked_by=asked_by,
    )

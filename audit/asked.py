"""An auditor has the whole record verified now: one at a time, by a worker, and whoever looks sees
how far it is, or that the worker is gone.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from celery import current_app
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from audit import nightly
from audit.models import Block, Verification, VerificationRun
from audit.record import Actor, record

logger = logging.getLogger(__name__)
PATIENCE = timedelta(minutes=2)  # within which a worker takes what was asked for
BEGINNING = timedelta(seconds=5)  # between taking it and holding the lock
_FAR = "audit:verify:block"  # where it is, in the cache: seen at once, and no loss when it is gone
_EVERY = 0.5  # seconds


class State(StrEnum):
    """How a verification that somebody asked for stands."""

    NONE = "none"  # nobody waits for one
    WAITING = "waiting"  # for a worker
    RUNNING = "running"
    LATE = "late"  # no worker took it
    LOST = "lost"  # its worker died


@dataclass(frozen=True)
class Standing:
    """`run` is what was asked for, None for the one of the night; `block` of `blocks` is done."""

    state: State
    run: VerificationRun | None = None
    block: int = 0
    blocks: int = 0

    @property
    def goes_on(self) -> bool:
        """Whether a result is still to come by itself."""
        return self.state in (State.WAITING, State.RUNNING)


def standing(now: datetime) -> Standing:
    """How it stands now."""
    run = VerificationRun.objects.filter(ended_at=None).order_by("-pk").first()
    if nightly.running():
        last = Block.objects.order_by("-number").values_list("number", flat=True).first() or 0
        return Standing(State.RUNNING, run, min(_far(), last), last)
    if run is None:
        return Standing(State.NONE)
    if run.started_at is not None:
        return _after(run, run.started_at, now)
    return Standing(State.WAITING if now - run.asked_at < PATIENCE else State.LATE, run)


def _after(run: VerificationRun, started: datetime, now: datetime) -> Standing:
    """Nobody holds the lock: not yet, not any more, or the worker died."""
    if Verification.objects.filter(at__gte=started).exists():
        return Standing(State.NONE)
    return Standing(State.WAITING if now - started < BEGINNING else State.LOST, run)


def _far() -> int:
    with suppress(RedisError):
        return int(cache.get(_FAR) or 0)
    return 0


def ask(by: Actor, now: datetime) -> VerificationRun | None:
    """Have it verified; None where one goes on already. Asking is on record."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit'), hashtext('ask'))")
        if standing(now).goes_on:
            return None
        VerificationRun.objects.filter(ended_at=None).update(ended_at=now)  # nobody is at it
        run = VerificationRun.objects.create(asked_at=now, asked_by=by.get_full_name())
        record("verification.asked", "audit", by, now)
        transaction.on_commit(lambda: _enqueue(run.pk))
    return run


def _enqueue(run_id: int) -> None:
    try:
        current_app.send_task("audit.tasks.verify_now", [run_id])
    except (OperationalError, OSError) as error:
        logger.warning("verification %s was not handed over: %s", run_id, type(error).__name__)


def work(run_id: int, now: datetime) -> bool:
    """Verify; answers whether that was done here. A second delivery of what is over does nothing;
    of what a killed worker left it begins anew.
    """
    runs = VerificationRun.objects.filter(pk=run_id, ended_at=None)
    run = runs.first()
    if run is None:
        return False
    runs.update(started_at=now)
    with suppress(RedisError):
        cache.delete(_FAR)
    found = nightly.verify_and_keep(now, asked_by=run.asked_by, tell=_Telling())
    runs.update(ended_at=timezone.now())  # where another process was at it, its result serves
    return found is not None


class _Telling:
    """Says now and then where it is."""

    def __init__(self) -> None:
        self.next = 0.0

    def __call__(self, number: int) -> None:
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + _EVERY
        with suppress(RedisError):
            cache.set(_FAR, number, 600)

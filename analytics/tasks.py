"""Celery's doors onto figures and signals. Tasks carry ids and are idempotent."""

from __future__ import annotations

import logging
import time as clocks
from typing import Any

from celery import shared_task
from django.utils import timezone

from analytics import (
    curing,
    detecting,
    folding,
    library_days,
    report_mail,
    telling,
    touching,
    volume_files,
)
from correspondence import at_once

log = logging.getLogger(__name__)
AT_MOST = 10.0  # seconds of one task; then others' come in between
NIGHT = range(1, 6)  # local hours in which nobody waits


@shared_task(bind=True)
def fold_changes(self: Any) -> int:
    """Count again what changed; answers how many changes were taken up."""
    library_days.compare()
    done, until = 0, clocks.monotonic() + AT_MOST
    while True:
        folded = folding.fold(wait=False)
        done += folded.done
        if not folded.more:
            return done
        if clocks.monotonic() > until:
            self.apply_async(retry=False)
            return done


@shared_task
def detect(run_id: int) -> bool:
    """One look at all series."""
    try:
        return detecting.run(run_id)
    except Exception as error:
        log.exception("the detection %s did not finish", run_id)
        detecting.failed(run_id, error, timezone.now())
        return False


@shared_task
def look_for_signals() -> int:
    """The night's run, before which the cases of the last days are counted once more, and runs
    whose worker died; answers how many workers are called.
    """
    now = timezone.now()
    runs = detecting.waiting(now)
    if timezone.localtime(now).hour in NIGHT and (pk := detecting.nightly(now)) is not None:
        touching.touch_recent(now)
        runs.append(pk)
    for pk in dict.fromkeys(runs):
        detecting.enqueue(pk)
    return len(runs)


@shared_task
def tell_about_signals() -> int:
    """Tell of corrective actions that are overdue, and send the mails that wait; answers how many
    left.
    """
    now = timezone.now()
    curing.tell_overdue(now)
    volume_files.forget(now)
    return at_once.send_each(telling.waiting(now), lambda pk: telling.send(pk, now))


@shared_task
def send_reports() -> int:
    """E-mails about saved reports; answers how many left."""
    return report_mail.send_all(timezone.now())

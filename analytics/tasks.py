"""Celery's doors onto the figures. Tasks carry ids and are idempotent."""

from __future__ import annotations

import time as clocks
from typing import Any

from celery import shared_task

from analytics import folding

AT_MOST = 10.0  # seconds of one task; then others' come in between


@shared_task(bind=True)
def fold_changes(self: Any) -> int:
    """Count again what changed; answers how many changes were taken up."""
    done, until = 0, clocks.monotonic() + AT_MOST
    while True:
        folded = folding.fold(wait=False)
        done += folded.done
        if not folded.more:
            return done
        if clocks.monotonic() > until:
            self.apply_async(retry=False)
            return done

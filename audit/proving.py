"""Laying down outside what waits for it (`Wanted`): at least once, and tried again with growing
distance. Nothing inside waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from audit.outside import Anchor, Wanted

logger = logging.getLogger(__name__)
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
MOST = 200  # in one go


class NotNow(Exception):
    """It has to be tried again. `code` is why, in one word (`complaints/anchor_words.py` has the
    sentence); the words are technical.
    """

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(f"{code}: {words}" if words else code)


@dataclass(frozen=True)
class Means:
    """One way out: whether this installation has it, and how it is gone. `prove` runs in the
    transaction that notes it down, answers where it stands now, and raises when it has to be
    tried again; a second time does what the first did.
    """

    in_use: Callable[[], bool]
    prove: Callable[[Wanted, datetime], str]


MEANS: dict[str, Means] = {}  # by code of the way; each app enters its own when it is ready


def work(now: datetime) -> int:
    """Lay down what is due; answers how much. A way that failed rests until the next call."""
    due = Wanted.objects.filter(how__in=MEANS, not_before__lte=now).order_by("not_before", "id")
    done, failed = 0, set()
    for pk, how in due.values_list("pk", "how")[:MOST]:
        if how in failed:
            continue
        if _prove(pk, now):
            done += 1
        else:
            failed.add(how)
    return done


def _prove(pk: int, now: datetime) -> bool:
    """True when nothing is left to do for the row here."""
    try:
        with transaction.atomic():
            wanted = Wanted.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if wanted is not None:
                _noted(wanted, MEANS[wanted.how].prove(wanted, now), now)
        return True
    except Exception as error:
        logger.warning("%s was not laid down outside: %s", pk, type(error).__name__)
        _postponed(pk, error, now)
        return False


def _noted(wanted: Wanted, where: str, now: datetime) -> None:
    if wanted.day is not None and wanted.block is not None:
        anchor = Anchor(
            block=wanted.block,
            hash=wanted.digest,
            day=wanted.day,
            how=wanted.how,
            at=now,
            where=where[:300],
        )
        Anchor.objects.bulk_create([anchor], ignore_conflicts=True)  # laid down before: enough
    wanted.delete()


def _postponed(pk: int, error: Exception, now: datetime) -> None:
    words = str(error) if isinstance(error, NotNow) else type(error).__name__
    with transaction.atomic():
        wanted = Wanted.objects.select_for_update().filter(pk=pk).first()
        if wanted is not None:
            wanted.attempts += 1
            wanted.not_before = now + BACK_OFF[min(wanted.attempts, len(BACK_OFF)) - 1]
            wanted.last_error = words[:300]
            wanted.save(update_fields=["attempts", "not_before", "last_error"])

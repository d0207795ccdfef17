"""E-mails to colleagues that wait for no quiet hours and no wishes: alarms, and 紧急调阅 that one
must decide or review. Each row is one e-mail to one person, with the same key in every attempt.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from correspondence import transports
from correspondence.backoff import postponed
from correspondence.transports import Message, Refused, Transport

logger = logging.getLogger(__name__)
Row = Any  # has user, not_before, mailed_at, attempts, last_error
MOST = 200
PATIENCE = 3  # failures in a row, after which the other side is taken to be away


def waiting(rows: QuerySet[Any], now: datetime, most: int = MOST) -> list[int]:
    """Ids of the rows whose e-mail may leave."""
    due = rows.filter(mailed_at=None, not_before__lte=now).order_by("not_before", "pk")
    return list(due.values_list("pk", flat=True)[:most])


@dataclass
class Count:
    """How many left, and how many failed in a row. Only what failed (False) speaks against the
    other side: what has nothing to say any more, or is with another worker (None), holds up nobody.
    """

    sent: int = 0
    failed: int = 0

    def is_over(self, done: bool | None) -> bool:
        """Counts one more; True when the other side is taken to be away."""
        if done is False:
            self.failed += 1
        elif done:
            self.sent, self.failed = self.sent + 1, 0
        return self.failed >= PATIENCE


def send_each(pks: Iterable[int], hand_over: Callable[[int], bool | None]) -> int:
    """One after the other, until the other side is away; answers how many left."""
    count = Count()
    for pk in pks:
        if count.is_over(hand_over(pk)):
            break
    return count.sent


def send(
    rows: QuerySet[Any],
    pk: int,
    now: datetime,
    say: Callable[[Row], Message | None],
    key: Callable[[Row], str],
    transport: Transport | None = None,
) -> bool | None:
    """Hand one over: True when it left; None when another worker has it, it is done, or there is
    nothing to say any more; False when it failed (then it is tried again later).
    """
    transport = transport or transports.installed()["email"]
    try:
        with transaction.atomic():
            row = (
                rows.select_for_update(of=("self",), skip_locked=True)
                .select_related("user")
                .filter(pk=pk, mailed_at=None)
                .first()
            )
            if row is None:
                return None
            row.mailed_at, row.last_error = now, _why_not(row, say, key, transport)
            row.save(update_fields=["mailed_at", "last_error"])
        return None if row.last_error else True
    except Exception as error:
        logger.exception("an e-mail at once (%s %s) was not handed over", rows.model.__name__, pk)
        postponed(rows.model.objects.get(pk=pk), error, now)
        return False


def _why_not(row: Row, say: Callable[[Row], Message | None], key: Any, transport: Transport) -> str:
    """Hand it over; "" when it left. What the mail server will never take is not tried again: it
    stands on a page anyway.
    """
    if not (row.user.is_active and row.user.email):
        return "no address"
    with translation.override(row.user.language or "zh-hans"):
        message = say(row)
    if message is None:
        return "nothing to say"
    try:
        transport.deliver(message, key(row))
    except Refused as refused:
        logger.error("an e-mail at once (%s) was refused for good: %s", row.pk, refused)
        return str(refused)[:300]
    return ""

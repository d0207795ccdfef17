"""From outbox rows to notices, letters and calls.

At least once: a row is done only after everything of it was handed over or written; each message
has a key of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import translation

from complaints.advance import step_taken
from complaints.letter_values import locale_of
from complaints.models import Outbox
from complaints.prepared import NOW, ROW, everybodys
from complaints.signing.liveness import LETTER, NotLive
from correspondence import stopping, telling, to_consumer, transports, webhook_log
from correspondence.backoff import postponed
from correspondence.transports import Message, Refused, Transport
from correspondence.who_is_told import TABLE

logger = logging.getLogger(__name__)
Ways = dict[str, Transport]
SIGNAL = "correspondence.soon"
CALL = "call_webhook"  # the effect of every step when a webhook is configured


def soon(sender: Any, transition_id: int | None, **kwargs: Any) -> None:
    """A step was committed: ask Celery to send now.

    Never breaks the step; the beat sweep finds what was missed.
    """
    from correspondence.tasks import send_waiting

    try:
        send_waiting.apply_async(retry=False, ignore_result=True)
    except Exception:  # the broker is away: the sweep will find the rows
        logger.warning("broker not reachable; the outbox waits for the next sweep")


@contextmanager
def by_hand() -> Iterator[None]:
    """Inside, nobody asks Celery to send: the caller delivers."""
    step_taken.disconnect(dispatch_uid=SIGNAL)
    try:
        yield
    finally:
        step_taken.connect(soon, dispatch_uid=SIGNAL)


STAFF, LETTERS, CALLS = "staff", "letters", "calls"
_LETTERS = [effect for effect, row in TABLE.items() if row.to_consumer]


def waiting(now: datetime, most: int = 200, kind: str = "") -> list[int]:
    """Ids of outbox rows that may leave now, oldest first: all but calls, or of one kind.

    Kinds are apart because they wait for different others: notices for nobody, letters for the
    mail server, calls for another program.
    """
    rows = Outbox.objects.filter(
        done_at=None, cancelled_at=None, withheld_at=None, not_before__lte=now
    )
    if kind == CALLS:
        rows = rows.filter(effect=CALL)
    elif kind == LETTERS:
        rows = rows.filter(effect__in=_LETTERS)
    else:
        rows = rows.exclude(effect__in=[CALL, *_LETTERS] if kind == STAFF else [CALL])
    return list(rows.order_by("not_before", "id").values_list("pk", flat=True)[:most])


def deliver(
    pk: int, now: datetime, ways: Ways | None = None, *, mailed: bool = True
) -> bool | None:
    """Send one row: True when it left; None when another worker has it, it is done, or it leaves
    never (stopped, or refused for good); False when it failed (then it is tried again later).
    `ways`: other transports than the installed ones; `mailed`: whether e-mails to staff may follow.
    """
    ways = transports.installed() if ways is None else ways
    tried = webhook_log.Tried()
    try:
        with transaction.atomic():
            row = _held(pk, now)
            if row is None:
                return None
            try:
                _send(row, now, ways, mailed, tried)
            except NotLive as not_live:
                stopping.stop(row, not_live, now)
                return None
            row.done_at, row.attempts, row.last_error = now, row.attempts + 1, ""
            row.save(update_fields=["done_at", "attempts", "last_error"])
        return True
    except Refused as refused:
        _given_up(pk, now, refused)
        return None
    except Exception as error:
        logger.exception("outbox row %s was not sent", pk)
        with transaction.atomic():
            postponed(Outbox.objects.select_for_update().get(pk=pk), error, now)
        return False
    finally:
        tried.write()


def _held(pk: int, now: datetime) -> Outbox | None:
    """The row, claimed. Of the letter that counsel signed the case is held before it: every other
    row is claimed at once.
    """
    moments = {ROW: pk, NOW: now}
    rows = everybodys("claimed", lambda: _due().exclude(effect=LETTER), moments)
    if not rows:
        stopping.hold_case(pk)
        rows = everybodys("claimed letter", lambda: _due().filter(effect=LETTER), moments)
    return rows[0] if rows else None


def _due() -> QuerySet[Outbox]:
    """One row that is due; for a statement that is kept."""
    return _claimed([ROW]).filter(not_before__lte=NOW)


def _claimed(pks: Sequence[int]) -> QuerySet[Outbox]:
    """The rows that nobody else is at, held until the end of the transaction, oldest first."""
    return (
        Outbox.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("complaint__consumer", "complaint__owner", "transition")
        .filter(pk__in=pks, done_at=None, cancelled_at=None, withheld_at=None)
        .order_by("not_before", "pk")
    )


def deliver_notices(pks: Sequence[int], now: datetime) -> int:
    """Write the notices of many rows to staff in one transaction; answers how many rows are done.

    When one of them fails, each goes alone, so that it holds up no other.
    """
    try:
        with transaction.atomic():
            rows = list(_claimed(pks))
            _notify(rows, now, transports.installed())
            done = [row.pk for row in rows]
            Outbox.objects.filter(pk__in=done).update(
                done_at=now, attempts=F("attempts") + 1, last_error=""
            )
        return len(done)
    except Exception:
        logger.exception("%s outbox rows together were not sent; each is sent alone", len(pks))
        return sum(deliver(pk, now) is True for pk in pks)


def _notify(rows: Sequence[Outbox], now: datetime, ways: Ways, mailed: bool = True) -> None:
    telling.tell(rows, now, mailed=mailed)
    if "webhook" in ways and settings.WEBHOOK_URL:
        warnings = [row for row in rows if row.effect == "warn_of_deadline"]
        Outbox.objects.bulk_create([_call_later(row, now) for row in warnings])


def _send(
    outbox: Outbox, now: datetime, ways: Ways, mailed: bool, tried: webhook_log.Tried
) -> None:
    """Write and hand over what belongs to the row. The row is locked and becomes done with it, so
    there is none of it yet.
    """
    if outbox.effect == CALL:
        _call(outbox, ways, tried)
        return
    row = TABLE[outbox.effect]
    if row.to_consumer:
        with translation.override(locale_of(outbox.complaint.consumer.language)):
            to_consumer.send(outbox, row, now, ways)
        return
    _notify([outbox], now, ways, mailed)


def _call(outbox: Outbox, ways: Ways, tried: webhook_log.Tried) -> None:
    """Tell the other program. One that is configured no more is told nothing."""
    webhook, complaint, step = ways.get("webhook"), outbox.complaint, outbox.transition
    if webhook is None:
        return
    event = f"step.{step.step}" if step else str(outbox.payload.get("event", ""))
    message = Message(
        event=event,
        at=step.at if step else outbox.created_at,
        number=complaint.number,
        state=step.to_state if step else complaint.state,
    )
    tried.deliver(webhook, outbox, message)


def _call_later(outbox: Outbox, now: datetime) -> Outbox:
    """A warning is told to the webhook as well, in a row of its own (not saved)."""
    return Outbox(
        complaint=outbox.complaint,
        effect=CALL,
        key=f"{outbox.key}.call",
        payload={"event": f"deadline.{outbox.payload.get('who', '')}"},
        created_at=outbox.created_at,
        not_before=now,
    )


def _given_up(pk: int, now: datetime, refused: Refused) -> None:
    """The other side will never take it: the row says so and is not tried again."""
    logger.error("outbox row %s was refused for good: %s", pk, refused)
    Outbox.objects.filter(pk=pk).update(cancelled_at=now, last_error=str(refused)[:300])

"""From outbox rows to messages.

At least once: a row is done only after its messages were handed over; each message has a key of its
own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation

from accounts.models import User
from complaints import clock_words
from complaints.advance import step_taken
from complaints.lifecycle import STEPS
from complaints.models import Communication, Deadline, Event, Outbox, Resolution
from correspondence.models import Notice
from correspondence.who_is_told import TABLE, Row

logger = logging.getLogger(__name__)
Post = Callable[[EmailMessage], object]
SIGNAL = "correspondence.soon"
BACK_OFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


def soon(sender: Any, transition_id: int, **kwargs: Any) -> None:
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


def waiting(now: datetime, most: int = 200) -> list[int]:
    """Ids of outbox rows that may leave now, oldest first."""
    rows = Outbox.objects.filter(done_at=None, cancelled_at=None, not_before__lte=now).order_by(
        "not_before", "id"
    )
    return list(rows.values_list("pk", flat=True)[:most])


def deliver(pk: int, now: datetime, post: Post = EmailMessage.send) -> bool:
    """Send one row.

    False when another worker has it, it is done, or it failed (then it is tried again later).
    """
    try:
        with transaction.atomic():
            row = (
                Outbox.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("complaint", "transition")
                .filter(pk=pk, done_at=None, cancelled_at=None)
                .first()
            )
            if row is None:
                return False
            _send(row, now, post)
            row.done_at, row.attempts, row.last_error = now, row.attempts + 1, ""
            row.save(update_fields=["done_at", "attempts", "last_error"])
        return True
    except Exception as error:
        logger.exception("outbox row %s was not sent", pk)
        row = Outbox.objects.get(pk=pk)
        row.attempts = min(row.attempts + 1, 30000)
        row.not_before = now + BACK_OFF[min(row.attempts - 1, len(BACK_OFF) - 1)]
        row.last_error = type(error).__name__
        row.save(update_fields=["attempts", "not_before", "last_error"])
        return False


def _send(outbox: Outbox, now: datetime, post: Post) -> None:
    """Write and hand over the row's notices. The row is locked and becomes done with them, so there
    are none of it yet.
    """
    row = TABLE[outbox.effect]
    if row.to_consumer:
        with translation.override("zh-hans"):
            _to_consumer(outbox, row, now, post)
    for user in row.staff(outbox.complaint, outbox) if row.staff else []:
        with translation.override(user.language or "zh-hans"):
            _to_staff(outbox, row, user, now, post)


def _values(outbox: Outbox) -> dict[str, str]:
    complaint, transition = outbox.complaint, outbox.transition
    fields = transition.fields if transition else {}
    values = {
        "number": complaint.number,
        "title": complaint.title,
        "enterprise": settings.ENTERPRISE_NAME,
        "step": str(STEPS[transition.step].title) if transition else "",
        "explanation": str(fields.get("explanation", "")),
        "words": str(fields.get("comments") or fields.get("reason") or ""),
    }
    if outbox.effect == "acknowledge_consumer":
        due = (
            Deadline.objects.filter(complaint=complaint, kind="general_reply")
            .order_by("-id")
            .values_list("due_at", flat=True)
            .first()
        )
        values["due"] = timezone.localtime(due).strftime("%Y-%m-%d") if due else ""
    if outbox.effect == "send_reply_letter":
        signed = (
            Resolution.objects.filter(complaint=complaint, status=Resolution.Status.SIGNED)
            .order_by("-version")
            .first()
        )
        values["letter"] = signed.letter if signed else ""
    if outbox.effect == "reply_to_consumer":
        values["text"] = Communication.objects.get(outbox=outbox).text
    if "kind" in outbox.payload:
        payload = outbox.payload
        values["clock"] = clock_words.title_of_row(payload.get("entry") or payload["kind"])
    return values


def _fill(text: object, values: dict[str, str]) -> str:
    result = str(text)
    for name, value in values.items():
        result = result.replace("{" + name + "}", value)
    return result


def _to_consumer(outbox: Outbox, row: Row, now: datetime, post: Post) -> None:
    consumer, values = outbox.complaint.consumer, _values(outbox)
    by_mail = bool(consumer.email_masked) and outbox.payload.get("channel", "email") == "email"
    way = Notice.Way.EMAIL if by_mail else Notice.Way.MANUAL
    notice = Notice.objects.create(
        key=f"{outbox.key}.consumer",
        outbox=outbox,
        way=way,
        to=consumer.email_masked if by_mail else consumer.phone_masked,
        created_at=now,
        subject=_fill(row.subject, values)[:200],
        body=_fill(row.body, values),
        sent_at=now if by_mail else None,
    )
    if by_mail:
        _mail(notice, consumer.clear("email"), post)
    Event.objects.create(
        complaint=outbox.complaint,
        at=now,
        by=None,
        kind=Event.Kind.NOTICE,
        code=outbox.effect,
        text=notice.subject,
        detail={"way": way, "to": notice.to, "notice": notice.pk},
        visible_to_consumer=True,
    )


def _to_staff(outbox: Outbox, row: Row, user: User, now: datetime, post: Post) -> None:
    values = _values(outbox)
    notice = Notice.objects.create(
        key=f"{outbox.key}.{user.username}",
        outbox=outbox,
        user=user,
        way=Notice.Way.IN_APP,
        to=user.username,
        created_at=now,
        sent_at=now,
        subject=_fill(row.subject, values)[:200],
        body=_fill(row.body, values),
        reason=str(row.reason),
    )
    if user.email:
        _mail(notice, user.email, post)


def _mail(notice: Notice, to: str, post: Post) -> None:
    message = EmailMessage(notice.subject, notice.body, settings.DEFAULT_FROM_EMAIL, [to])
    message.extra_headers = {
        "Message-ID": f"<{notice.key}@kesu>",
        "Auto-Submitted": "auto-generated",
    }
    post(message)

"""Celery's doors onto the outbox and the e-mails to colleagues."""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from types import ModuleType

from celery import shared_task
from django.utils import timezone

from complaints.views import view_alert_looks
from correspondence import (
    access_mail,
    alarm_mail,
    at_once,
    dispatch,
    mailing,
    returned,
    view_alert_mail,
    webhook_log,
)

SECONDS = 20.0  # one task works so long; the next finds what is left


@shared_task
def send_waiting() -> int:
    """Send what may leave now: notices inside first, for they wait for nobody, then letters.

    Answers how many rows were sent.
    """
    return _notices() + _send(dispatch.LETTERS)


def _notices() -> int:
    """Notices in batches, while they come."""
    sent, until = 0, monotonic() + SECONDS
    while rows := dispatch.waiting(timezone.now(), kind=dispatch.STAFF):
        done = dispatch.deliver_notices(rows, timezone.now())
        sent += done
        if not done or monotonic() > until:
            break
    return sent


@shared_task
def call_webhook() -> int:
    """Tell the other program what happened; answers how many calls it took."""
    return _send(dispatch.CALLS)


@shared_task
def forget_calls() -> int:
    """Remove the log of old calls; answers how many rows."""
    return webhook_log.forget(timezone.now())


def _send(kind: str) -> int:
    """Send what waits of a kind. After some failures in a row the rest waits for the next sweep, so
    that whoever is away is not called hundreds of times and holds up nobody else; so does what
    other workers are at.
    """
    count, until = at_once.Count(), monotonic() + SECONDS
    before: list[int] = []
    while (rows := dispatch.waiting(timezone.now(), kind=kind)) and rows != before:
        for pk in rows:
            if count.is_over(dispatch.deliver(pk, timezone.now())) or monotonic() > until:
                return count.sent
        before = rows
    return count.sent


@shared_task
def send_digests() -> int:
    """E-mails to colleagues whose moment has come, one for each person; answers how many left."""
    now = timezone.now()
    for user_id in mailing.people_to_mail(now):
        mailing.gather(user_id, now)
    return at_once.send_each(mailing.waiting_mails(now), lambda pk: mailing.send(pk, now))


@shared_task
def send_alarms() -> int:
    """E-mails about alarms, one by one and at once; answers how many left."""
    now = timezone.now()
    return _at_once(alarm_mail, alarm_mail.waiting(now), now)


@shared_task
def look_at_views() -> int:
    """Tell those whose views crossed the number that they set; answers how many."""
    return view_alert_looks.look(timezone.now())


@shared_task
def mail_view_alerts() -> int:
    """E-mails to those whose views crossed their numbers; answers how many left."""
    now = timezone.now()
    return _at_once(view_alert_mail, view_alert_mail.waiting(now), now)


@shared_task
def call_about_access() -> int:
    """E-mails to those who decide on 紧急调阅 or review it; answers how many left."""
    now = timezone.now()
    access_mail.call(now)
    return _at_once(access_mail, access_mail.waiting(now), now)


def _at_once(mails: ModuleType, rows: list[int], now: datetime) -> int:
    return at_once.send_each(rows, lambda pk: mails.send(pk, now))


@shared_task
def take_bounces() -> int:
    """Take in what the mail server sent back; answers how many letters did not arrive."""
    return returned.take_all(timezone.now())["bounced"]

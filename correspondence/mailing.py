"""E-mails to colleagues: what waits for a person becomes one e-mail instead of many.

Two steps. `gather` writes a `Mail` and marks its notices in one transaction, so that a notice is in
one e-mail. `send` hands a `Mail` over; its key is the Message-ID in every attempt, so that a
worker killed between handing over and noting it down repeats the same message and makes no second.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from accounts.absences import Roster
from accounts.models import User
from complaints.workdays import SHANGHAI
from correspondence import digest, preferences, quiet, transports
from correspondence.backoff import postponed
from correspondence.models import Mail, Notice, Preferences
from correspondence.transports import Message, Refused, Transport

logger = logging.getLogger(__name__)
MANY = 5  # more than so many within the window are a flood
WINDOW = timedelta(minutes=10)


def _waiting() -> QuerySet[Notice]:
    return Notice.objects.filter(mail=None, mail_after__isnull=False)


def people_to_mail(now: datetime) -> list[int]:
    """Ids of those for whom an e-mail may be due: their hour has come, or a flood came in."""
    due = _waiting().filter(mail_after__lte=now).values_list("user_id", flat=True).distinct()
    flooded = (
        _waiting()
        .filter(created_at__gt=now - WINDOW, created_at__lte=now)
        .values("user_id")
        .annotate(n=Count("pk"))
        .filter(n__gt=MANY)
        .values_list("user_id", flat=True)
    )
    return sorted({*due, *flooded} - {None})


def gather(user_id: int, now: datetime) -> Mail | None:
    """Write the e-mail of what may leave for the person now; None when there is nothing, or when
    another worker is at it.
    """
    with transaction.atomic():
        if not _mine(user_id):
            return None
        user = User.objects.get(pk=user_id)
        wishes = Preferences.objects.filter(pk=user_id).first()
        chosen = _leaving(user, wishes, now)
        if not chosen:
            return None
        pks = sorted(notice.pk for notice in chosen)
        if not (user.is_active and user.email):
            Notice.objects.filter(pk__in=pks).update(mail_after=None)
            return None
        mail = Mail.objects.create(
            key=f"mail.{user_id}.{pks[0]}", user=user, created_at=now, not_before=now
        )
        Notice.objects.filter(pk__in=pks).update(mail=mail)
    return mail


def _mine(user_id: int) -> bool:
    """Whether this worker alone gathers for the person until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"mail:{user_id}"]
        )
        found: bool = cursor.fetchone()[0]
    return found


def _leaving(user: User, wishes: Preferences | None, now: datetime) -> list[Notice]:
    rows = list(_waiting().filter(user=user).order_by("mail_after", "pk").only(*_READ)[:MOST])
    due = [n for n in rows if n.mail_after is not None and n.mail_after <= now]
    if _is_flood(rows, user, wishes, now):
        return [n for n in rows if n.bundled or n in due]
    if any(n.bundled for n in due) or any(preferences.rings_anyway(wishes, n) for n in due):
        return due
    recent = Mail.objects.filter(user=user, created_at__gt=now - WINDOW).count()
    return due if recent < MANY else []


MOST = 2000  # notices in one e-mail
_READ = ("pk", "created_at", "mail_after", "bundled", "urgent")


def _is_flood(rows: list[Notice], user: User, wishes: Preferences | None, now: datetime) -> bool:
    """More waits than anybody reads one by one, and the person may be told now."""
    fresh = sum(n.created_at > now - WINDOW for n in rows)
    if fresh <= MANY or Roster.of(now.astimezone(SHANGHAI).date()).absence_of(user):
        return False
    return quiet.may_ring(now, preferences.hours_of(wishes), preferences.working_days())


def waiting_mails(now: datetime, most: int = 200) -> list[int]:
    """Ids of e-mails that are to be handed over."""
    rows = Mail.objects.filter(sent_at=None, cancelled_at=None, not_before__lte=now)
    return list(rows.order_by("not_before", "pk").values_list("pk", flat=True)[:most])


def _hand_over(mail: Mail, message: Message, transport: Transport, now: datetime) -> None:
    """What the mail server will never take is not tried again; the notices are in the application
    anyway.
    """
    mail.attempts += 1
    try:
        transport.deliver(message, mail.key)
    except Refused as refused:
        logger.error("e-mail %s was refused for good: %s", mail.key, refused)
        mail.cancelled_at, mail.last_error = now, str(refused)[:300]
    else:
        mail.sent_at, mail.last_error = now, ""


def send(pk: int, now: datetime, transport: Transport | None = None) -> bool | None:
    """Hand one e-mail over: True when it left; None when another worker has it, it is done, nothing
    is left to say, or it was refused for good; False when it failed (then it is tried again later).
    """
    transport = transport or transports.installed()["email"]
    try:
        with transaction.atomic():
            mail = (
                Mail.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("user")
                .filter(pk=pk, sent_at=None, cancelled_at=None)
                .first()
            )
            if mail is None:
                return None
            message = digest.message(mail, now)
            if message is None:
                mail.cancelled_at = now
            else:
                _hand_over(mail, message, transport, now)
            mail.save(update_fields=["sent_at", "cancelled_at", "attempts", "last_error"])
        return None if mail.sent_at is None else True
    except Exception as error:
        logger.exception("e-mail %s was not handed over", pk)
        postponed(Mail.objects.get(pk=pk), error, now)
        return False

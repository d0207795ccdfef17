"""Saved reports by e-mail: what is due is written down once, then handed over until it has left.

Two steps, as for the other e-mails to colleagues. `plan` writes one row for each recipient and
moves the report on to its next due moment, in one transaction: whoever is killed loses nothing and
doubles nothing. After an outage only the youngest due moment is written. `send` hands one over,
under the same Message-ID in every attempt.

The e-mail holds headline figures, counted in the receiver's own scope, and an address. No files:
whatever leaves as a file asks who sits there and what for (docs/privacy.md).
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from analytics import folding, report_troubles, report_words, saving
from analytics.models import ReportMail, SavedReport
from analytics.models.saved import Why, may_get
from analytics.report_values import asked_of
from audit.record import record
from complaints.errors import Invalid
from correspondence import at_once, bounces
from correspondence.transports import Message, Transport

logger = logging.getLogger(__name__)
KIND = "r"  # of the token by which a returned e-mail is known
MOST = 100  # reports in one round; the next finds the others


def due(now: datetime) -> list[int]:
    """Ids of the reports that are due."""
    rows = SavedReport.objects.filter(next_due__lte=now, paused_at=None, deleted_at=None)
    return list(rows.order_by("next_due", "pk").values_list("pk", flat=True)[:MOST])


def send_all(now: datetime) -> int:
    """One round: write down what is due, tell owners of what did not arrive, hand over what waits.
    Answers how many e-mails left.
    """
    plan_all(now)
    report_troubles.tell(now)
    return at_once.send_each(waiting(now), lambda pk: send(pk, now))


def plan_all(now: datetime) -> int:
    """Write down everything that is due; one report that fails holds up no other."""
    planned = 0
    for pk in due(now):
        try:
            planned += plan(pk, now)
        except Exception:
            logger.exception("report %s could not be planned", pk)
    return planned


def plan(pk: int, now: datetime) -> int:
    """Write down what leaves now; answers how many e-mails. 0 while another worker is at it."""
    with transaction.atomic():
        report = (
            SavedReport.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("owner")
            .filter(pk=pk, next_due__lte=now, paused_at=None, deleted_at=None)
            .first()
        )
        if report is None:
            return 0
        if report.owner_left:
            return _without_owner(report, now)
        works = saving.working_days()
        at = report.rhythm.latest(now, works)
        report.next_due = report.rhythm.after(now, works)
        report.save(update_fields=["next_due"])
        rows = [
            ReportMail(
                report=report,
                user=one.user,
                due_at=at,
                not_before=now,
                mailed_at=now if one.stopped_at else None,
                last_error=Why.STOPPED if one.stopped_at else "",
            )
            for one in report.recipients.select_related("user")
        ]
        ReportMail.objects.bulk_create(rows, ignore_conflicts=True)
        record("report.due", report.subject, None, now, {"at": at.isoformat(), "mails": len(rows)})
    return len(rows)


def _without_owner(report: SavedReport, now: datetime) -> int:
    """Nobody answers for it: it pauses, and those who may take it over are told, and those who get
    it, who would wonder.
    """
    report.paused_at, report.paused_why = now, SavedReport.OWNER_LEFT
    report.version += 1
    report.save(update_fields=["paused_at", "paused_why", "version"])
    detail = {"why": report.paused_why, "owner": report.owner.username}
    record("report.paused", report.subject, None, now, detail)
    heirs = Q(membership__team=report.shared_with_id, membership__leads=True)
    readers = Q(pk__in=report.recipients.values("user"))
    told = saving.able().filter(heirs | readers if report.shared_with_id else readers)
    people = told.exclude(pk=report.owner_id).distinct()
    rows = [ReportMail.about(report, user, ReportMail.What.OWNER_LEFT, now) for user in people]
    ReportMail.objects.bulk_create(rows, ignore_conflicts=True)
    return 0


def waiting(now: datetime) -> list[int]:
    """Ids of the e-mails that may leave."""
    return at_once.waiting(ReportMail.objects.all(), now)


def send(pk: int, now: datetime, transport: Transport | None = None) -> bool | None:
    """Hand one over; `at_once.send`. What shall not leave any more is done with, and says why.

    What changed is counted before: while the mail server is waited for, nobody else may have to
    wait for the sums.
    """
    with transaction.atomic():
        row = (
            ReportMail.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("report__owner", "user")
            .filter(pk=pk, mailed_at=None)
            .first()
        )
        if row is None:
            return None
        if why := why_not(row, now):
            row.mailed_at, row.last_error = now, why
            row.save(update_fields=["mailed_at", "last_error"])
            return None
    if row.what == ReportMail.What.REPORT:
        folding.catch_up()
    rows = ReportMail.objects.select_related("report__owner")
    return at_once.send(rows, pk, now, _message, _key, transport)


def why_not(row: ReportMail, now: datetime) -> str:
    """A code, "" when nothing stands against it."""
    report, user = row.report, row.user
    if report.deleted_at is not None:
        return Why.GONE
    if not may_get(user):
        return Why.NOT_ALLOWED
    if not user.email:
        return Why.NO_ADDRESS
    if row.what != ReportMail.What.REPORT:
        return ""
    if report.paused_at is not None:
        return Why.GONE
    younger = ReportMail.objects.filter(
        report=report, user=user, what=row.what, due_at__gt=row.due_at
    )
    if younger.exists():
        return Why.REPLACED
    try:
        looked = asked_of(report, user, now)
    except Invalid:
        return Why.FILTERS
    # Who leads no team would read noughts as good news.
    return Why.NO_CASES if looked.teams == () else ""


def _key(row: ReportMail) -> str:
    return f"report.{row.what}.{row.pk}"


def _message(row: ReportMail) -> Message | None:
    now = timezone.now()
    if why_not(row, now):
        return None
    if row.what == ReportMail.What.REPORT:
        subject, text = report_words.figures(row, now)
    else:
        subject, text = report_words.trouble(row)
    return Message(
        event="report",
        at=row.due_at,
        to=row.user.email,
        subject=subject,
        text=text,
        headers={
            bounces.TOKEN_HEADER: bounces.token(KIND, row.pk),
            "X-Kesu-For": f"staff {row.user.username}",
        },
    )

"""What did not arrive of saved reports: stopped, shown, and told to the owner once for a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from analytics.models import ReportMail
from analytics.models.saved import Why
from audit.record import record
from correspondence import at_once


def returned(pk: int, action: str, status: str, now: datetime) -> str:
    """The mail server sent an e-mail back; `bounces.OTHERS`."""
    row = ReportMail.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        return "unknown"
    if row.bounced_at is not None or action != "failed":
        return "known"
    row.bounced_at, row.cause = now, status or "bounced"
    row.save(update_fields=["bounced_at", "cause"])
    record("report.returned", row.report.subject, None, now, _about(row, row.cause))
    return "bounced"


def tell(now: datetime) -> int:
    """Stop what the mail server does not take, and tell owners of what did not arrive: once for a
    reason. Answers how many e-mails did not arrive.
    """
    rows = ReportMail.objects.filter(
        ~Q(last_error="") | Q(bounced_at__isnull=False),
        Q(mailed_at__isnull=False),
        what=ReportMail.What.REPORT,
        told_at=None,
    )
    found = list(rows.order_by("pk").values_list("pk", flat=True)[: at_once.MOST])
    return sum(_told(pk, now) for pk in found)


@transaction.atomic
def _told(pk: int, now: datetime) -> int:
    row = (
        ReportMail.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("report__owner", "user")
        .filter(pk=pk, told_at=None)
        .first()
    )
    if row is None:
        return 0
    row.told_at = now
    row.save(update_fields=["told_at"])
    if row.last_error in Why.QUIET and row.bounced_at is None:
        return 0
    if is_of_the_address(row):
        cause = row.cause or row.last_error[:60]
        waits = row.report.recipients.filter(user=row.user, stopped_at=None)
        waits.update(stopped_at=now, stopped_why=cause)
    elif _was_so_before(row):
        return 0
    record("report.not_delivered", row.report.subject, None, now, _about(row, code_of(row)))
    if row.report.deleted_at is None:
        notice = ReportMail.about(row.report, row.report.owner, ReportMail.What.TROUBLE, now)
        ReportMail.objects.bulk_create([notice], ignore_conflicts=True)
    return 1


def code_of(row: ReportMail) -> str:
    """Why it did not arrive, "" where it did or is under way."""
    return row.cause if row.bounced_at else row.last_error if row.mailed_at else ""


def is_of_the_address(row: ReportMail) -> bool:
    """Whether it came back, or the mail server will never take it."""
    return row.bounced_at is not None or row.last_error.startswith("SMTP")


def _was_so_before(row: ReportMail) -> bool:
    before = ReportMail.objects.filter(
        report=row.report_id, user=row.user_id, what=row.what, due_at__lt=row.due_at
    ).order_by("-due_at")
    last = before.values_list("last_error", flat=True).first()
    return last == row.last_error


def _about(row: ReportMail, cause: str) -> dict[str, str]:
    return {"user": row.user.username, "due": row.due_at.isoformat(), "cause": cause}

"""While a case waits for somebody (中止): what a hold does to its clocks, and its reminders."""

from __future__ import annotations

from datetime import datetime

from complaints import clock, clock_rows, next_due
from complaints.choices import RUNS, DeadlineState
from complaints.models import Commitment, Complaint, Deadline, Hold, Outbox


def pause(complaint: Complaint, hold: Hold, now: datetime) -> list[str]:
    """Stop the clocks that this reason may stop (the hold is saved); answers the kinds of those
    that stand still: one that ran out before stays overdue, and its warnings go on.
    """
    held = list(
        Deadline.objects.filter(
            complaint=complaint, state__in=RUNS, pausable_by__contains=[hold.reason]
        )
    )
    clock_rows.add(held, now, clock.HELD, {"hold": str(hold.pk)}, by=hold.by)
    next_due.refresh(complaint)
    return [d.kind for d in held if d.state == DeadlineState.HELD]


def resume(complaint: Complaint, hold: Hold, now: datetime) -> None:
    """Let the clocks of this hold run again, later by the days that it took."""
    held = list(
        Deadline.objects.filter(
            complaint=complaint,
            state__in=RUNS,
            events__kind=clock.HELD,
            events__key=str(hold.pk),
        )
    )
    clock_rows.add(held, max(now, hold.started_at), clock.RESUMED, {"hold": str(hold.pk)})
    for deadline in held:
        kind, _colon, number = deadline.subject.partition(":")
        if kind == "commitment" and deadline.state == DeadlineState.RUNNING:
            Commitment.objects.filter(pk=number).update(due_at=deadline.due_at)
    next_due.refresh(complaint)


def end(complaint: Complaint, hold: Hold, now: datetime) -> None:
    """Nobody waits any longer: the clocks run again, and no reminder of the hold leaves any more.

    `on_hold` is set and nothing is saved on the case.
    """
    resume(complaint, hold, now)
    hold.ended_at = max(now, hold.started_at)
    hold.save(update_fields=["ended_at"])
    forget_reminders(complaint, hold, now)
    complaint.on_hold = Hold.objects.filter(complaint=complaint, ended_at=None).exists()


def forget_reminders(complaint: Complaint, hold: Hold, now: datetime) -> None:
    """Cancel what would remind of the hold's expected end."""
    waiting = Outbox.objects.filter(complaint=complaint, done_at=None, cancelled_at=None)
    waiting.filter(key__startswith=reminder_key(complaint, hold)).update(cancelled_at=now)


def reminder_key(complaint: Complaint, hold: Hold) -> str:
    """The beginning of the keys of a hold's reminders in the outbox."""
    return f"{complaint.number}.hold.{hold.pk}."

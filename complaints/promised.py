"""Promises and their clocks: one runs for each that is open and has a day or an hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounts.models import User
from complaints import deadlines, regimes
from complaints.choices import CommitmentState, DeadlineState
from complaints.clock import Terms
from complaints.models import Commitment, Complaint, Deadline
from complaints.workdays import END_OF_DAY, SHANGHAI

KIND = "commitment"
TITLE_LIMIT = 80


def save_new(commitments: Sequence[Commitment], dues: Sequence[date | datetime]) -> None:
    """Store promises, each with the clock that runs until its day or hour."""
    for commitment, due in zip(commitments, dues, strict=True):
        set_due(commitment, due)
    Commitment.objects.bulk_create(commitments)
    deadlines.save_new([_new_clock(c) for c in commitments])


def set_due(commitment: Commitment, due: date | datetime) -> None:
    """Until a day (its end) or an hour (not saved)."""
    commitment.precise = isinstance(due, datetime)
    if isinstance(due, datetime):
        commitment.due, commitment.due_at = due.astimezone(SHANGHAI).date(), due
    else:
        commitment.due, commitment.due_at = due, datetime.combine(due, END_OF_DAY, SHANGHAI)


def _terms(commitment: Commitment) -> Terms:
    end = commitment.due_at if commitment.precise else commitment.due
    if end is None:
        raise RuntimeError(f"promise {commitment.pk} has no day")
    return Terms.agreed(end)


def _new_clock(commitment: Commitment) -> Deadline:
    row = regimes.row(KIND)
    if row is None:
        raise RuntimeError("regimes.yaml has no row for promises")
    return deadlines.new(
        commitment.complaint,
        row,
        commitment.made_at,
        subject=f"{KIND}:{commitment.pk}",
        terms=_terms(commitment),
        title={"zh": cut(commitment.text)},
    )


def run_again(commitments: Sequence[Commitment]) -> None:
    """New clocks for promises that turned out not to be kept, until the same day or hour."""
    deadlines.save_new([_new_clock(c) for c in commitments if c.due_at is not None])


def cut(text: str) -> str:
    """The words as a name that fits on a line."""
    return text if len(text) <= TITLE_LIMIT else f"{text[: TITLE_LIMIT - 1]}…"


def clock_of(commitment: Commitment) -> Deadline | None:
    """The clock that runs for the promise; else the one that ended last."""
    rows = Deadline.objects.filter(
        complaint=commitment.complaint_id, kind=KIND, subject=f"{KIND}:{commitment.pk}"
    )
    return rows.order_by("-id").first()


def with_held(rows: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """The promises with `held`: whether their clock stands still."""
    subject = Concat(Value(f"{KIND}:"), Cast(OuterRef("pk"), CharField()))
    held = Deadline.objects.filter(
        complaint=OuterRef("complaint"), kind=KIND, subject=subject, state=DeadlineState.HELD
    )
    return rows.annotate(held=Exists(held))


def due_words(commitment: Commitment) -> str:
    """2026-11-27, or 2026-11-27 18:00 where an hour was named."""
    if commitment.due_at is None:
        return ""
    local = commitment.due_at.astimezone(SHANGHAI)
    return local.strftime("%Y-%m-%d %H:%M" if commitment.precise else "%Y-%m-%d")


def move_clock(commitment: Commitment, reason: str, by: Any, now: datetime) -> None:
    """Run until the new day; the earlier one stays among the clock's events."""
    running = clock_of(commitment)
    if running is None:  # a promise of earlier days that had no date
        deadlines.save_new([_new_clock(commitment)])
    else:
        deadlines.change_terms([running], _terms(commitment), reason, now, by)


def hand_over(complaint: Complaint, before: int | None, owner: User | None) -> None:
    """What the earlier owner of the case still had to keep is the next one's to keep."""
    kept_by = Commitment.objects.filter(complaint=complaint, owner=before)
    kept_by.filter(state=CommitmentState.OPEN).update(owner=owner)

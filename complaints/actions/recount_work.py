"""One part of a recount: some cases whose clocks are counted by the calendar of today."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit.record import Act, record_many
from complaints import calendars, deadlines, next_due, recounting
from complaints.actions import recount
from complaints.clock import Terms
from complaints.models import (
    CalendarChange,
    ClockMove,
    Complaint,
    Deadline,
    Event,
    RecountPart,
)

log = logging.getLogger(__name__)


def work(change_id: int, now: datetime | None = None) -> float | None:
    """Do the next part that nobody works on.

    Answers in how many seconds there may be more to do, None when everything is done.
    """
    now = now or timezone.now()
    change = CalendarChange.objects.filter(pk=change_id, state=recount.State.RUNNING).first()
    if change is None:
        return None
    calendars.fresh()
    with transaction.atomic():
        parts = RecountPart.objects.filter(change=change, done_at=None).order_by("id")
        part = parts.select_for_update(skip_locked=True, no_key=True).first()
        if part is not None:
            return _do(change, part, now)
    return recount.next_round(change_id, now)


def _do(change: CalendarChange, part: RecountPart, now: datetime) -> float:
    """Count the cases of the part that nobody else holds; the others stay for later."""
    free = Complaint.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    cases = list(free.filter(pk__in=part.left).order_by("pk"))
    found = _count_all(change, cases, now)
    done = {case.pk for case in cases}
    part.left = [pk for pk in part.left if pk not in done]
    part.confirmed += found.confirmed
    part.failed += found.failed
    if not part.left:
        part.done_at = now
    part.save(update_fields=["left", "confirmed", "failed", "done_at"])
    return 0.0 if done else 1.0


@dataclass
class Found:
    """What came of some cases."""

    confirmed: int = 0
    failed: int = 0


def _count_all(change: CalendarChange, cases: Sequence[Complaint], now: datetime) -> Found:
    """All at once; one by one where a case cannot be counted, so that it alone stays as it was."""
    try:
        with transaction.atomic():
            return Found(_count(change, cases, now))
    except Exception:
        log.exception("change %s: some case cannot be counted; trying each", change.pk)
    found = Found()
    for case in cases:
        try:
            with transaction.atomic():
                found.confirmed += _count(change, [case], now)
        except Exception:
            log.exception("change %s: %s cannot be counted", change.pk, case.number)
            found.failed += 1
    return found


def _count(change: CalendarChange, cases: Sequence[Complaint], now: datetime) -> int:
    """Count the clocks of the cases, and tell of every one that moved; answers how many only
    became firm.
    """
    clocks = list(recount.touched(change).filter(complaint__in=cases).order_by("pk"))
    before = {d.pk: (d.due_at, d.provisional) for d in clocks}
    if change.kind == recount.Kind.TARGET:
        _change_terms(change, clocks, now)
    else:
        recounting.recount(clocks, now, change.kind)
    moves = [
        ClockMove(
            change=change,
            deadline=d,
            complaint_id=d.complaint_id,
            before=before[d.pk][0],
            after=d.due_at,
            was_provisional=before[d.pk][1],
            provisional=d.provisional,
            at=now,
        )
        for d in clocks
        if d.due_at != before[d.pk][0]
    ]
    _tell(change, moves, {case.pk: case for case in cases}, now)
    moved = {move.deadline_id for move in moves}
    return sum(before[d.pk][1] and not d.provisional for d in clocks if d.pk not in moved)


def _change_terms(change: CalendarChange, clocks: Sequence[Deadline], now: datetime) -> None:
    terms = Terms.from_json(change.detail["terms"])
    deadlines.change_terms(clocks, terms, change.detail["reason"], now, by=change.by)


def _tell(
    change: CalendarChange,
    moves: Sequence[ClockMove],
    cases: dict[int, Complaint],
    now: datetime,
) -> None:
    """What moved: in the list of the change, on the timeline, in the audit record, and as the next
    date of each case.
    """
    if not moves:
        return
    ClockMove.objects.bulk_create(moves)
    details = [_detail(change, move) for move in moves]
    Event.objects.bulk_create(
        Event(
            complaint=cases[move.complaint_id],
            at=now,
            by=change.by,
            kind=Event.Kind.DEADLINE,
            code="recounted",
            detail=detail,
        )
        for move, detail in zip(moves, details, strict=True)
    )
    acts = [
        Act("deadline.recounted", cases[move.complaint_id].subject, detail)
        for move, detail in zip(moves, details, strict=True)
    ]
    record_many(acts, change.by, now)
    next_due.refresh_many([move.complaint_id for move in moves])


def _detail(change: CalendarChange, move: ClockMove) -> dict[str, object]:
    return {
        "kind": move.deadline.kind,
        "entry": move.deadline.entry,
        "deadline": move.deadline_id,
        "before": move.before.isoformat(),
        "after": move.after.isoformat(),
        "was_provisional": move.was_provisional,
        "provisional": move.provisional,
        "why": change.kind,
        "change": change.pk,
    }

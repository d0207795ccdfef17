"""What the clocks do by themselves: warn, remind, escalate, close what nobody answered.

Called by Celery, idempotent.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from audit.record import record
from complaints import deadlines
from complaints.actions import steps
from complaints.choices import DeadlineState
from complaints.errors import CaseError
from complaints.lifecycle import State
from complaints.models import ClockEvent, Complaint, Deadline, Event, Outbox

logger = logging.getLogger(__name__)
POSTPONE = timedelta(hours=1)


def enforce_due(now: datetime, *, most: int = 500) -> int:
    """Climb the ladder of every running clock whose next step is due, soonest first; answers how
    many clocks were handled.

    Each clock is one transaction under its case's lock, so that a killed worker neither loses nor
    doubles a step. A case that fails is postponed by an hour, loudly, and does not stall the
    others.
    """
    due = Deadline.objects.filter(state=DeadlineState.RUNNING, ladder_at__lte=now).order_by(
        "ladder_at", "id"
    )
    handled = 0
    for pk, number in list(due.values_list("pk", "complaint__number")[:most]):
        try:
            handled += _climb(pk, number, now)
        except Exception:
            logger.exception("deadline %s of %s failed; postponed by an hour", pk, number)
            Deadline.objects.filter(pk=pk).update(ladder_at=now + POSTPONE)
    return handled


def _climb(pk: int, number: str, now: datetime) -> bool:
    with transaction.atomic():
        complaint = Complaint.objects.locked().select_related("consumer").get(number=number)
        deadline = Deadline.objects.filter(
            pk=pk, state=DeadlineState.RUNNING, ladder_at__lte=now
        ).first()
        if deadline is None:
            return False
        climbed = deadlines.climb(deadline, now)
        deadline.save(update_fields=["ladder", "ladder_at"])
        for rung in climbed:
            _tell(complaint, deadline, rung, now)
        if deadline.due_at <= now:
            _fell_due(complaint, deadline, now)
    return True


def _tell(complaint: Complaint, deadline: Deadline, rung: Mapping[str, Any], now: datetime) -> None:
    told = {"kind": deadline.kind, "entry": deadline.entry, "who": rung["who"]}
    ClockEvent.objects.create(
        deadline=deadline, at=now, kind="warned", key=rung["code"], detail=told
    )
    effect = "remind_consumer" if deadline.owed_by == "consumer" else "warn_of_deadline"
    Outbox.objects.create(
        complaint=complaint,
        effect=effect,
        key=f"{complaint.number}.deadline.{deadline.pk}.{rung['code']}",
        payload={"deadline": deadline.pk, **told},
        created_at=now,
        not_before=now,
    )
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=None,
        kind=Event.Kind.DEADLINE,
        code=effect,
        detail=told,
    )
    record(f"deadline.{effect}", complaint.subject, None, now, told)


def _fell_due(complaint: Complaint, deadline: Deadline, now: datetime) -> None:
    step = (
        "no_reply"
        if deadline.kind == "consumer_reply" and complaint.state == State.OFFERED
        else "escalate"
    )
    try:
        steps.take(complaint.number, step, {}, by=None, via="system", now=now)
    except CaseError as error:
        logger.info("%s of %s not taken: %s", step, complaint.number, error)

"""并案 and 取消并案: what they do to the other of the two cases. Nothing is moved by either: the
merged case keeps its number, its story and its evidence, and is shown with the target's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from audit.record import record
from complaints import clock
from complaints.models import ClockEvent, Complaint, Event, Outbox, Transition


@contextmanager
def both_held(number: str, step: str, fields: Mapping[str, Any]) -> Iterator[None]:
    """Around a step that touches a second case: both are held, the older one first, so that two
    people who merge the same two into each other do not wait for each other, and what is said of
    the target is still so when it is written.
    """
    if step == "merge":
        pair = Complaint.objects.filter(number__in=[number, str(fields.get("into", ""))])
    elif step == "reopen":
        own = Complaint.objects.filter(number=number)
        target = own.exclude(merged_into=None).values("merged_into")
        pair = own | Complaint.objects.filter(pk__in=target) if target.exists() else own.none()
    else:
        yield
        return
    with transaction.atomic():
        list(pair.order_by("pk").locked().only("pk"))
        yield


def merged(complaint: Complaint, step: Transition) -> None:
    """The case goes into its target, whose history says which clocks ended with it."""
    target = Complaint.objects.locked().get(number=str(step.fields["into"]).strip())
    complaint.merged_into = target
    detail = {"number": complaint.number, "clocks": _clocks_ended(complaint, step)}
    event = _written(target, "merged_in", detail, step)
    _tell(target, "tell_merged_in", event)


def undone(complaint: Complaint, step: Transition) -> None:
    """取消并案: the case is worked on by itself again; both say so. No statement for another case
    that is reopened.
    """
    target, complaint.merged_into = complaint.merged_into, None
    if target is None:
        return
    _written(complaint, "unmerged", {"number": target.number}, step)
    if target.destroyed_at is None:
        event = _written(target, "merge_undone", {"number": complaint.number}, step)
        _tell(target, "tell_merge_undone", event)


def _clocks_ended(complaint: Complaint, step: Transition) -> list[dict[str, str]]:
    ended = ClockEvent.objects.filter(
        deadline__complaint=complaint, at=step.at, kind__in=clock.ENDS
    )
    return [
        {"entry": e.deadline.entry or e.deadline.kind, "due": e.deadline.due_at.isoformat()}
        for e in ended.select_related("deadline").order_by("deadline__due_at", "pk")
    ]


def _written(case: Complaint, code: str, detail: dict[str, Any], step: Transition) -> Event:
    event = Event.objects.create(
        complaint=case,
        at=step.at,
        by=step.by,
        kind=Event.Kind.STEP,
        code=code,
        detail=detail,
        text=str(step.fields.get("reason", "")),
    )
    number = {"number": detail["number"]}
    record(f"complaint.{code}", case.subject, step.by, step.at, number)
    return event


def _tell(target: Complaint, effect: str, event: Event) -> None:
    """Whoever works on the target learns of it, unless it was that person."""
    if target.owner_id is not None and target.owner_id == event.by_id:
        return
    Outbox.objects.create(
        complaint=target,
        effect=effect,
        key=f"{target.number}.{effect}.{event.pk}",
        payload={"event": event.pk},
        created_at=event.at,
        not_before=event.at,
    )

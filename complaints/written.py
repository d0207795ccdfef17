"""The rows that a step leaves behind it, not saved: its entries in the story of the case and in the
audit record, and what must leave the house. `advance.py` writes them, for one case or for many.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from audit.record import Act
from complaints.lifecycle import Step
from complaints.models import Event, Outbox, Transition


def _detail(transition: Transition) -> dict[str, Any]:
    return {
        "from": transition.from_state,
        "to": transition.to_state,
        "version": transition.version,
        "fields": transition.fields,
    }


def event(transition: Transition) -> Event:
    """The step in the story of the case."""
    return Event(
        complaint_id=transition.complaint_id,
        at=transition.at,
        by_id=transition.by_id,
        kind=Event.Kind.STEP,
        code=transition.step,
        text=_words(transition) if transition.fields else "",
        detail=_detail(transition),
    )


def act(transition: Transition) -> Act:
    """The step in the audit record, without the words that were written."""
    detail = {**_detail(transition), "fields": sorted(transition.fields)}
    return Act(f"step.{transition.step}", transition.complaint.subject, detail)


def outbox(transition: Transition, step: Step) -> list[Outbox]:
    """What leaves the house because of the step; another program is told of every step, when there
    is one (correspondence/dispatch.py).
    """
    complaint = transition.complaint
    effects = (*step.effects, "call_webhook") if settings.WEBHOOK_URL else step.effects
    return [
        Outbox(
            complaint_id=complaint.pk,
            transition_id=transition.pk,
            effect=effect,
            key=f"{complaint.number}.{transition.version}.{effect}",
            created_at=transition.at,
            not_before=transition.at,
        )
        for effect in effects
    ]


def _words(transition: Transition) -> str:
    texts = [
        transition.fields.get(k)
        for k in (
            "note",
            "reason",
            "explanation",
            "findings",
            "comments",
            "opinion",
            "consumers_words",
        )
    ]
    return "\n".join(str(t) for t in texts if t)

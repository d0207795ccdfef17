"""What a step leaves behind it: its entries in the story of the case and in the audit record, and
what must leave the house. `advance.py` writes them: for one case row by row, for many together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from audit.record import Act, Tails, chain
from complaints.leaving import leaves_at
from complaints.lifecycle import Step
from complaints.models import Complaint, Event, Outbox, Transition
from config import bulk
from config.bulk import Change, Shape


def _detail(
    before: str, after: str, version: int, fields: Mapping[str, Any] | list[str]
) -> dict[str, Any]:
    return {"from": before, "to": after, "version": version, "fields": fields}


def _detail_of(taken: Transition, fields: Mapping[str, Any] | list[str]) -> dict[str, Any]:
    return _detail(taken.from_state, taken.to_state, taken.version, fields)


def _key(number: str, version: int, effect: str) -> str:
    return f"{number}.{version}.{effect}"


def _effects(step: Step) -> tuple[str, ...]:
    """Another program is told of every step, when there is one (correspondence/dispatch.py)."""
    return (*step.effects, "call_webhook") if settings.WEBHOOK_URL else step.effects


def event(transition: Transition) -> Event:
    """The step in the story of the case."""
    return Event(
        complaint_id=transition.complaint_id,
        at=transition.at,
        by_id=transition.by_id,
        kind=Event.Kind.STEP,
        code=transition.step,
        text=_words(transition) if transition.fields else "",
        detail=_detail_of(transition, transition.fields),
    )


def act(transition: Transition) -> Act:
    """The step in the audit record, without the words that were written."""
    detail = _detail_of(transition, sorted(transition.fields))
    return Act(f"step.{transition.step}", transition.complaint.subject, detail)


def outbox(transition: Transition, step: Step) -> list[Outbox]:
    """What leaves the house because of the step."""
    complaint = transition.complaint
    return [
        Outbox(
            complaint_id=complaint.pk,
            transition_id=transition.pk,
            effect=effect,
            key=_key(complaint.number, transition.version, effect),
            created_at=transition.at,
            not_before=leaves_at(effect, transition.at, by_person=transition.by_id is not None),
        )
        for effect in _effects(step)
    ]


def together(cases: Sequence[Complaint], step: Step, now: datetime, tails: Tails | None) -> None:
    """Write the step for cases that only become a version older, all by the system, with nothing
    sent: one statement. `tails`: for `audit.record.chain`.
    """
    effects = _effects(step)
    # What is told of one is told of many; the record does not repeat what was sent.
    told: dict[tuple[str, int], tuple[dict[str, Any], dict[str, Any]]] = {}
    values, acts = [], []
    for case in cases:
        key = state, version = case.state, case.version
        if key not in told:
            told[key] = _detail(state, state, version, {}), _detail(state, state, version, [])
        story, recorded = told[key]
        values.append({"case": case.pk, "version": version, "state": state, "story": story})
        values[-1] |= {effect: _key(case.number, version, effect) for effect in effects}
        acts.append(Act(f"step.{step.code}", case.subject, recorded))
    entries, record = chain(acts, None, now, tails)
    bulk.spread(
        [value | entry for value, entry in zip(values, entries, strict=True)],
        [*_parts(step, now), *_leaving(effects, now), record],
        keys={"taken": Transition},
    )


def _parts(step: Step, now: datetime) -> list[Shape | Change]:
    """The step, the case and its story."""
    return [
        Shape(
            Transition(step=step.code, at=now),
            {
                "id": "taken",
                "complaint_id": "case",
                "from_state": "state",
                "to_state": "state",
                "version": "version",
            },
        ),
        Change(Complaint, {"id": "case", "version": "version"}, {"updated_at": now}),
        Shape(
            Event(at=now, kind=Event.Kind.STEP, code=step.code),
            {"complaint_id": "case", "detail": "story"},
        ),
    ]


def _leaving(effects: Sequence[str], now: datetime) -> list[Shape]:
    return [
        Shape(
            Outbox(effect=effect, created_at=now, not_before=now),
            {"complaint_id": "case", "transition_id": "taken", "key": effect},
        )
        for effect in effects
    ]


def _words(transition: Transition) -> str:
    texts = [
        transition.fields.get(k)
        for k in (
            "note",
            "reason",
            "ground",
            "explanation",
            "findings",
            "comments",
            "opinion",
            "consumers_words",
            "anyway",
        )
    ]
    return "\n".join(str(t) for t in texts if t)

"""What the clocks do by themselves: warn, remind, escalate, close what nobody answered.

`sweep.py` decides when; everything here is for many clocks at once, in one transaction: the clocks,
their events, the story, the audit record and what must leave the house.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.db import connection
from django.db.models.base import ModelState

from audit.record import Act, Tails, chain
from complaints import ladders
from complaints.actions import steps
from complaints.advance import advance_many
from complaints.errors import CaseError
from complaints.lifecycle import State
from complaints.models import ClockEvent, Complaint, Deadline, Event, Outbox
from complaints.situation import CaseSituation
from config import bulk
from config.bulk import Change, Shape

logger = logging.getLogger(__name__)
BESIDE = ("team_consult",)  # warns whom it concerns; the case itself is not late with it
OF_CASE = ("id", "number", "version", "state")
# Clock and case are held until the end of the transaction; one that somebody holds is passed over.
# What time it is with a clock is asked here, because reading an instant costs ten times a yes.
HELD = """
SELECT d.id, d.kind, d.entry, d.owed_by, d.due_at <= %(now)s, d.ladder,
    c.id, c.number, c.version, c.state,
    d.state = 'running' AND d.ladder_at <= %(now)s
FROM complaints_deadline d JOIN complaints_complaint c ON c.id = d.complaint_id
WHERE d.id = ANY(%(keys)s) ORDER BY d.ladder_at, d.id FOR NO KEY UPDATE SKIP LOCKED
"""


@dataclass(slots=True)
class Due:
    """A running clock with a rung that is due: what is looked at of its row, and its case. `over`:
    its due instant is past.
    """

    id: int
    kind: str
    entry: str
    owed_by: str
    over: bool
    ladder: list[dict[str, Any]]
    columns: Sequence[Any]  # OF_CASE

    @property
    def case(self) -> int:
        """Primary key of the case."""
        key: int = self.columns[0]
        return key

    @property
    def number(self) -> str:
        """Number of the case."""
        number: str = self.columns[1]
        return number

    def complaint(self) -> Complaint:
        """The case as it was read under the lock: what `from_db` makes of it, which takes ten times
        as long to say what was not read. That is read when it is asked for.
        """
        complaint = Complaint.__new__(Complaint)
        complaint.__dict__.update(zip(OF_CASE, self.columns, strict=True), _state=ModelState())
        complaint._state.adding = False
        return complaint


def climb(keys: Sequence[int], now: datetime) -> list[int]:
    """Climb every rung that is due by now of these clocks; answers which clocks were handled.

    In the caller's transaction, under the locks of the cases. A case that somebody holds at the
    moment is left for the next round, not waited for. The number of statements does not grow with
    the clocks, except for cases that need another step than `escalate`.
    """
    clocks = _still_due(keys, now)
    fell_due = [clock for clock in clocks if _falls_due(clock)]
    rungs = [(clock, step) for clock in clocks for step in ladders.climb(clock.ladder, now)]
    tails: Tails = {}
    _tell(rungs, now, tails)
    told = {clock.id for clock, _ in rungs}
    silent = [clock for clock in clocks if clock.id not in told]  # looked at too early
    bulk.change(Deadline, [{"id": c.id, "ladder_at": ladders.next_step(c.ladder)} for c in silent])
    _take_steps(fell_due, now, tails)
    return [clock.id for clock in clocks]


def _still_due(keys: Sequence[int], now: datetime) -> list[Due]:
    """Those of the clocks that are still due and whose case nobody holds, soonest first."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"keys": list(keys), "now": now})
        rows = cursor.fetchall()
    return [
        Due(key, kind, entry, owed_by, over, json.loads(ladder), columns)
        for key, kind, entry, owed_by, over, ladder, *columns, still_due in rows
        if still_due
    ]


def _falls_due(clock: Due) -> bool:
    """True when its time is over and none of its late rungs was climbed before: a clock falls due
    once, however often it warns afterwards.
    """
    if clock.kind in BESIDE:
        return False
    return clock.over and not any(
        ladders.is_late(rung) and rung["done_at"] is not None for rung in clock.ladder
    )


def _tell(rungs: Sequence[tuple[Due, Mapping[str, Any]]], now: datetime, tails: Tails) -> None:
    """Each rung on its clock, in the clock's history, in the story of the case, in the outbox and
    in the audit record.
    """
    values, acts = [], []
    for clock, step in rungs:
        told = {"deadline": clock.id, "kind": clock.kind, "entry": clock.entry, "who": step["who"]}
        effect = "remind_consumer" if clock.owed_by == "consumer" else "warn_of_deadline"
        values.append(
            {
                "clock": clock.id,
                "case": clock.case,
                "ladder": clock.ladder,  # the same for each of its rungs
                "next": ladders.next_step(clock.ladder),
                "rung": step["code"],
                "effect": effect,
                "key": f"{clock.number}.deadline.{clock.id}.{step['code']}",
            }
        )
        acts.append(Act(f"deadline.{effect}", f"complaint:{clock.number}", told))
    entries, record = chain(acts, None, now, tails)
    bulk.spread(
        [value | entry for value, entry in zip(values, entries, strict=True)],
        [
            Change(Deadline, {"id": "clock", "ladder": "ladder", "ladder_at": "next"}),
            Shape(
                ClockEvent(at=now, kind="warned"),
                {"deadline_id": "clock", "key": "rung", "detail": "detail"},
            ),
            Shape(
                Event(at=now, kind=Event.Kind.DEADLINE),
                {"complaint_id": "case", "code": "effect", "detail": "detail"},
            ),
            Shape(
                Outbox(created_at=now, not_before=now),
                {"complaint_id": "case", "effect": "effect", "key": "key", "payload": "detail"},
            ),
            record,
        ],
    )


# --- the steps of clocks that fell due


def _take_steps(fell_due: Sequence[Due], now: datetime, tails: Tails) -> None:
    """One step for each clock that fell due, by case in due order.

    Cases that are only escalated are taken together, the first clocks of all cases, then the
    second ones; a case that needs another step goes through the door alone.
    """
    cases = {clock.case: clock.complaint() for clock in fell_due}
    by_case: dict[int, list[Due]] = defaultdict(list)
    for clock in fell_due:
        by_case[clock.case].append(clock)
    alone = {key for key, clocks in by_case.items() if any(_closes(c, cases[key]) for c in clocks)}
    together = [clocks for key, clocks in by_case.items() if key not in alone]
    for nth in zip_longest(*together):
        _escalate([(cases[clock.case], clock) for clock in nth if clock], now, tails)
    for key in alone:
        for clock in by_case[key]:
            _take_step(clock, "no_reply" if _closes(clock, cases[key]) else "escalate", now)


def _closes(clock: Due, complaint: Complaint) -> bool:
    """True when it was the consumer's time to answer the offer."""
    return clock.kind == "consumer_reply" and complaint.state == State.OFFERED


def _escalate(due: Sequence[tuple[Complaint, Due]], now: datetime, tails: Tails) -> None:
    situations = []
    for complaint, clock in due:
        situation = CaseSituation(complaint, None, now, via="system", taking=True)
        situation.due_clocks = [clock]  # as it was read under the lock
        situations.append(situation)
    refused = advance_many(situations, "escalate", tails=tails)
    if refused:
        complaint, reasons = refused[0]
        logger.info(
            "escalate not taken for %s cases, the first is %s: %s",
            len(refused),
            complaint.number,
            reasons[0].message,
        )


def _take_step(clock: Due, step: str, now: datetime) -> None:
    try:
        steps.take(clock.number, step, {}, by=None, via="system", now=now)
    except CaseError as error:
        logger.info("%s of %s not taken: %s", step, clock.number, error)

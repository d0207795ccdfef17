"""When something of the matter happened (时间节点): which moments matter to a case, what each does
to the clocks, and how dated facts make them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from accounts.models import User
from complaints import marking, regimes
from complaints.choices import RUNS
from complaints.models import Complaint, Deadline, Moment
from complaints.own_regimes import Row
from complaints.workdays import SHANGHAI
from legal_rules import deadline_table
from legal_rules.deadline_terms import Moment as Kind

Standing = dict[int, Deadline]


@dataclass(frozen=True)
class Effect:
    """A moment that matters to a case, and the rows of the table that it starts, ends or starts
    anew.
    """

    kind: Kind
    starts: tuple[Row, ...]
    stops: tuple[Row, ...]
    restarts: tuple[Row, ...]


def effects(complaint: Complaint, on: date) -> list[Effect]:
    """The moments that people may record for the case, in the order of their table."""
    case = regimes.traits(complaint)
    rows = regimes.applying(on, case)
    found = []
    for kind in deadline_table.current().moments.values():
        if kind.step is not None or (kind.sectors and not case.sectors & set(kind.sectors)):
            continue
        effect = Effect(
            kind,
            tuple(row for row in rows if row.starts == kind.id),
            tuple(row for row in rows if kind.id in row.stops),
            tuple(row for row in rows if kind.id in row.restarts),
        )
        if effect.starts or effect.stops or effect.restarts:
            found.append(effect)
    return found


@dataclass(frozen=True)
class Change:
    """What became of one clock: started, met, missed, cancelled or moved; its due instant before
    (None when it is new) and after, each of which may be provisional.
    """

    deadline: Deadline
    what: str
    before: datetime | None
    was_provisional: bool = False

    def as_json(self) -> dict[str, Any]:
        """Plain values for the record."""
        return {
            "deadline": self.deadline.pk,
            "kind": self.deadline.kind,
            "entry": self.deadline.entry,
            "what": self.what,
            "from": self.before.isoformat() if self.before else None,
            "was_provisional": self.was_provisional,
            "to": self.deadline.due_at.isoformat(),
            "provisional": self.deadline.provisional,
        }


def standing(complaint: Complaint) -> Standing:
    """The clocks of a case as they are now."""
    return {d.pk: d for d in Deadline.objects.filter(complaint=complaint)}


def changes(before: Standing, after: Standing) -> list[Change]:
    """What became of the clocks, the soonest first."""
    found = [_change(before.get(pk), deadline) for pk, deadline in after.items()]
    return sorted((c for c in found if c is not None), key=lambda c: c.deadline.due_at)


def _change(was: Deadline | None, now: Deadline) -> Change | None:
    ended = now.state not in RUNS
    if was is None:
        return Change(now, now.state if ended else "started", None)
    if was.state in RUNS and ended:
        return Change(now, now.state, was.due_at, was.provisional)
    if (was.due_at, was.started_at) != (now.due_at, now.started_at):
        return Change(now, "moved", was.due_at, was.provisional)
    return None


# --- from dated facts


def from_facts(complaint: Complaint, answers: Mapping[str, Any], by: User, now: datetime) -> None:
    """Dated facts that were answered make moments; one that can no longer be established takes its
    moment back. The caller holds the case's lock and saves it.
    """
    for moment in of_facts(answers):
        value = answers[moment.fact]
        if value is None:
            marking.unmark(complaint, moment.id, now=now)
            continue
        at, precise = instant(value)
        marking.mark(
            complaint,
            moment.id,
            at,
            now=now,
            source=Moment.Source.FACT,
            precise=precise,
            by=by,
        )


def of_facts(names: Iterable[str]) -> list[Any]:
    """The moments that these facts make."""
    wanted = set(names)
    return [m for m in deadline_table.current().moments.values() if m.fact in wanted]


def instant(value: str) -> tuple[datetime, bool]:
    """When a dated fact says it was, and whether it knows the time of day.

    Of a day alone its beginning is taken: terms in hours then end too early, never too late.
    """
    if "T" not in value:
        return datetime.combine(date.fromisoformat(value), time.min, SHANGHAI), False
    at = datetime.fromisoformat(value)
    return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)), True

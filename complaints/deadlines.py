"""The clocks of a case: begin, end, make longer, give other terms. Each verb adds a `ClockEvent`
and stores what the clock then says (`clock_rows.py`).

What else turns them: the steps of the lifecycle (`turning.py`), moments of the matter
(`marking.py`), holds (`holds.py`), another calendar (`recounting.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from complaints import calendars, clock, clock_rows, regimes
from complaints.choices import DeadlineState
from complaints.clock import Happening, Reading, Terms
from complaints.models import ClockEvent, Complaint, Deadline, Moment
from complaints.own_regimes import Row
from complaints.workdays import SHANGHAI
from config import bulk
from legal_rules.deadline_terms import Traits

# What says on which row of the table a clock rests
PLACE = ["entry", "source", "nature", "owed_by", "citation", "pausable_by"]

# --- starting


def new(
    complaint: Complaint,
    row: Row,
    start: datetime,
    *,
    subject: str = "",
    terms: Terms | None = None,
    title: Mapping[str, str] | None = None,
) -> Deadline:
    """An unsaved clock of this row that starts then; `save_new` stores it."""
    terms = terms or calendars.terms_of(row, start.astimezone(SHANGHAI).date())
    deadline = Deadline(
        complaint=complaint,
        kind=row.kind,
        subject=subject,
        entry=row.entry,
        source=row.source,
        nature=row.nature,
        owed_by=row.owed_by,
        citation=dict(row.citation or {}),
        title=dict(title or {}),
        terms=terms.as_json(),
        pausable_by=list(row.pausable_by),
        started_at=start,
        due_at=start,
    )
    reading = clock.read([_started(deadline)], calendars.current())
    clock_rows.store(deadline, reading)
    return deadline


def save_new(deadlines: Sequence[Deadline]) -> None:
    """Store new clocks, one statement however many; the database writes down their beginning."""
    if deadlines:
        Deadline.objects.bulk_create(deadlines)


def for_kind(complaint: Complaint, kind: str, start: datetime) -> list[Deadline]:
    """Unsaved clocks of a kind, with those that run along with it; none where the law of that day
    sets none or the state is another.
    """
    case, on = regimes.traits(complaint), start.astimezone(SHANGHAI).date()
    found = regimes.row_for(kind, on, case)
    rows = [found] if found else []
    rows += regimes.alongside(kind, on, case)
    rows = [row for row in rows if not row.runs_in or complaint.state in row.runs_in]
    since = _known_moments(complaint, kind, rows) if complaint.pk else {}
    begun = [(row, min(start, since.get(row.starts, start))) for row in rows]
    return [new(complaint, _law_of(row, at, case), at) for row, at in begun]


def _law_of(row: Row, at: datetime, case: Traits) -> Row:
    return regimes.on_its_day(row, at.astimezone(SHANGHAI).date(), case)


def count_from(deadline: Deadline, row: Row, start: datetime, now: datetime) -> None:
    """Count from another beginning, by the law of that day: another row of the table may apply."""
    found = _law_of(row, start, regimes.traits(deadline.complaint))
    for name in ("entry", "source", "nature", "owed_by"):
        setattr(deadline, name, getattr(found, name))
    deadline.citation, deadline.pausable_by = dict(found.citation or {}), list(found.pausable_by)
    deadline.save(update_fields=PLACE)
    move([deadline], start, now)
    if found.entry != row.entry:
        change_terms([deadline], found.terms, "", now)


def _known_moments(complaint: Complaint, kind: str, rows: Iterable[Row]) -> dict[str, datetime]:
    """When the moments happened from which such rows are counted where they are known. Our having
    received the complaint is one for the first clock of a kind: an offer that was declined, or a
    case that is opened again, has a term of its own.
    """
    wanted = {row.starts for row in rows if row.starts}
    if not wanted:
        return {}
    known = Moment.objects.filter(complaint=complaint, superseded_at=None, kind__in=wanted)
    since = {m.kind: m.at for m in known}
    received = wanted.intersection(regimes.moments_of("register"))
    if received and Deadline.objects.filter(complaint=complaint, kind=kind).exists():
        return {moment: at for moment, at in since.items() if moment not in received}
    return dict.fromkeys(received, complaint.received_at) | since


def _started(deadline: Deadline) -> Happening:
    return Happening(deadline.started_at, clock.STARTED, deadline.terms)


# --- ending


def ending(deadline: Deadline, now: datetime, *, cancelled: bool = False) -> str:
    """How a clock ends now: met, missed or cancelled.

    At once (立即) has no figure: whether it was quick enough is a judgement, not a count. The time
    of a hold that still lasts does not count either.
    """
    if cancelled:
        return clock.CANCELLED
    due_at = deadline.due_at
    if deadline.state == DeadlineState.HELD:
        due_at = _ended(clock_rows.tapes([deadline])[deadline], clock.MET, now).due_at
    if now <= due_at or deadline.terms.get("unit") == "immediate":
        return clock.MET
    return clock.MISSED


def _ended(tape: Sequence[Happening], kind: str, at: datetime) -> Reading:
    """What the clock says when it ends like that: a hold that still lasts ends with it."""
    return clock.read([*tape, Happening(at, kind)], calendars.current())


def finish(ended: Sequence[tuple[Deadline, str]], at: datetime, by: Any = None) -> None:
    """Store that clocks ended: (clock, met | missed | cancelled), and when."""
    finish_each([(deadline, kind, at) for deadline, kind in ended], by)


def finish_each(ended: Sequence[tuple[Deadline, str, datetime]], by: Any = None) -> None:
    """The same for clocks that each ended at a moment of its own."""
    if not ended:
        return
    held = [d for d, _, _ in ended if d.state == DeadlineState.HELD]
    tapes = clock_rows.tapes(held) if held else {}
    for deadline, kind, at in ended:
        if deadline in tapes:
            clock_rows.store(deadline, _ended(tapes[deadline], kind, at))
        deadline.state = DeadlineState(kind)
        deadline.met_at = None if kind == clock.CANCELLED else at
        deadline.ladder_at = None
    fields = clock_rows.STORED if held else ["state", "met_at", "ladder_at"]
    bulk.update([d for d, _, _ in ended], fields)
    ClockEvent.objects.bulk_create(
        ClockEvent(deadline=d, at=at, kind=kind, by=by) for d, kind, at in ended
    )


def run_on(deadlines: Sequence[Deadline], now: datetime, by: Any = None) -> None:
    """What had ended these clocks did not happen: they run on, as long and until the same day."""
    for deadline in deadlines:
        deadline.met_at = None
    clock_rows.add(deadlines, now, clock.AGAIN, {}, by=by)


# --- longer, other, from another day


def extend(
    deadline: Deadline, detail: Mapping[str, Any], now: datetime, by: Any = None
) -> datetime:
    """Make one clock longer: {by | to, unit, reason, approved_by…}; answers the new due instant.

    Who may, and how often, is checked by the caller. Raises ClockError.
    """
    clock_rows.add([deadline], now, clock.EXTENDED, dict(detail), by=by)
    return deadline.due_at


def due_if_extended(deadline: Deadline, detail: Mapping[str, Any], now: datetime) -> datetime:
    """When the clock would be due with one more extension; nothing is stored. Raises ClockError."""
    tape = clock_rows.tapes([deadline])[deadline]
    longer = Happening(now, clock.EXTENDED, dict(detail))
    return clock.read([*tape, longer], calendars.current()).due_at


def change_terms(
    deadlines: Sequence[Deadline], terms: Terms, reason: str, now: datetime, by: Any = None
) -> None:
    """Another policy in mid-flight: counted from the same start, pauses and extensions kept."""
    clock_rows.add(deadlines, now, clock.TERMS, {**terms.as_json(), "reason": reason}, by=by)


def move(deadlines: Sequence[Deadline], start: datetime, now: datetime) -> None:
    """Count from another beginning: the event was on another day."""
    clock_rows.add(deadlines, now, clock.MOVED, {"start": start.isoformat()})

"""The clocks of a case: start, stop, hold, extend, count anew. Steps of the lifecycle do it through
`advance.py`, everything else through `actions/`.

Every row follows from its `ClockEvent`s: each verb here adds an event and stores what `clock.read`
then says. `recompute` reads them again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.dispatch import Signal

from complaints import calendars, clock, regimes
from complaints.choices import DeadlineState
from complaints.clock import Happening, Reading, Terms
from complaints.lifecycle import State
from complaints.models import (
    ClockEvent,
    Commitment,
    Complaint,
    Deadline,
    Hold,
    Moment,
    Outbox,
)
from complaints.regimes import Row
from complaints.workdays import SHANGHAI, Calendar
from config import bulk

RUNS = (DeadlineState.RUNNING, DeadlineState.HELD)
STORED = [
    "started_at",
    "due_at",
    "provisional",
    "state",
    "met_at",
    "terms",
    "extensions",
    "explanation",
    "ladder",
    "ladder_at",
]


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
    _store(deadline, reading)
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
    since = _known_moments(complaint, rows) if complaint.pk else {}
    return [new(complaint, row, min(start, since.get(row.starts, start))) for row in rows]


def _known_moments(complaint: Complaint, rows: Iterable[Row]) -> dict[str, datetime]:
    """When the moments happened from which such rows are counted where they are known."""
    wanted = {row.starts for row in rows if row.starts}
    if not wanted:
        return {}
    known = Moment.objects.filter(complaint=complaint, superseded_at=None, kind__in=wanted)
    return {m.kind: m.at for m in known}


def _started(deadline: Deadline) -> Happening:
    return Happening(deadline.started_at, clock.STARTED, deadline.terms)


# --- the steps of the lifecycle


@dataclass
class _Running:
    """The clocks of a case that have not ended, while a step turns them."""

    complaint: Complaint
    now: datetime
    clocks: dict[tuple[str, str], Deadline]
    ended: list[tuple[Deadline, str]]

    def end(self, deadline: Deadline, *, cancelled: bool) -> None:
        self.clocks.pop((deadline.kind, deadline.subject))
        self.ended.append((deadline, ending(deadline, self.now, cancelled=cancelled)))


def turn(
    complaint: Complaint,
    *,
    stops: Collection[str],
    cancels: Collection[str],
    starts: Iterable[str],
    now: datetime,
    step: str = "",
) -> None:
    """Stop, cancel and start clocks for a step (the state is the new one) and refresh
    `next_due_at`; nothing is saved on the case.
    """
    rows = Deadline.objects.filter(complaint=complaint, state__in=RUNS)
    running = _Running(complaint, now, {(d.kind, d.subject): d for d in rows}, [])
    for deadline in list(running.clocks.values()):
        by = {deadline.kind, _alongside(deadline)}
        if by & set(cancels):
            running.end(deadline, cancelled=True)
        elif by & set(stops):
            running.end(deadline, cancelled=False)
        elif complaint.state == State.CLOSED and not _outlives(deadline):
            running.end(deadline, cancelled=not stops)
    finish(running.ended, now)
    fresh = [
        deadline
        for kind in starts
        for deadline in for_kind(complaint, kind, now)
        if (deadline.kind, deadline.subject) not in running.clocks
    ]
    save_new(fresh)
    running.clocks.update({(d.kind, d.subject): d for d in fresh})
    complaint.next_due_at = _soonest(running.clocks.values())
    for kind in regimes.moments_of(step):
        mark(complaint, kind, now, now=now, source=Moment.Source.STEP)


def _alongside(deadline: Deadline) -> str:
    row = regimes.row(deadline.entry)
    return row.alongside if row else ""


def _outlives(deadline: Deadline) -> bool:
    """A duty that does not depend on the complaint goes on when the case is closed."""
    row = regimes.row(deadline.entry)
    return bool(row and row.after_close)


def _soonest(deadlines: Iterable[Deadline]) -> datetime | None:
    return min((d.due_at for d in deadlines if d.state == DeadlineState.RUNNING), default=None)


def ending(deadline: Deadline, now: datetime, *, cancelled: bool = False) -> str:
    """How a clock ends now: met, missed or cancelled.

    At once (立即) has no figure: whether it was quick enough is a judgement, not a count. The time
    of a hold that still lasts does not count either.
    """
    if cancelled:
        return clock.CANCELLED
    due_at = deadline.due_at
    if deadline.state == DeadlineState.HELD:
        due_at = _ended(_tapes([deadline])[deadline], clock.MET, now).due_at
    if now <= due_at or deadline.terms.get("unit") == "immediate":
        return clock.MET
    return clock.MISSED


def _ended(tape: Sequence[Happening], kind: str, at: datetime) -> Reading:
    """What the clock says when it ends like that: a hold that still lasts ends with it."""
    return clock.read([*tape, Happening(at, kind)], calendars.current())


def finish(ended: Sequence[tuple[Deadline, str]], at: datetime, by: Any = None) -> None:
    """Store that clocks ended: (clock, met | missed | cancelled), and when."""
    if not ended:
        return
    held = [d for d, _ in ended if d.state == DeadlineState.HELD]
    tapes = _tapes(held) if held else {}
    for deadline, kind in ended:
        if deadline in tapes:
            _store(deadline, _ended(tapes[deadline], kind, at))
        deadline.state = DeadlineState(kind)
        deadline.met_at = None if kind == clock.CANCELLED else at
        deadline.ladder_at = None
    fields = STORED if held else ["state", "met_at", "ladder_at"]
    Deadline.objects.bulk_update([d for d, _ in ended], fields)
    ClockEvent.objects.bulk_create(
        ClockEvent(deadline=d, at=at, kind=kind, by=by) for d, kind in ended
    )


# --- moments of the matter

# An event was written down, or taken back (`at` None), under the case's lock: clocks that are not
# in the table of regimes start from it and end with it too (`public_promises.py`).
moment_marked = Signal()


def move(deadlines: Sequence[Deadline], start: datetime, now: datetime) -> None:
    """Count from another beginning: the event was on another day."""
    _add(deadlines, now, clock.MOVED, {"start": start.isoformat()})


def mark(
    complaint: Complaint,
    kind: str,
    at: datetime,
    *,
    now: datetime,
    source: str,
    precise: bool = True,
    note: str = "",
    by: Any = None,
) -> Moment | None:
    """Write down when something happened; clocks that it starts start, those that it ends end.

    A corrected moment takes the earlier one's place: clocks that rested on it are counted from the
    new one. None when nothing changed. The caller holds the case's lock.
    """
    before = Moment.objects.filter(complaint=complaint, kind=kind, superseded_at=None).first()
    if before is not None and (before.at, before.precise) == (at, precise):
        return None
    if before is not None:
        before.superseded_at = now
        before.save(update_fields=["superseded_at"])
    moment = Moment.objects.create(
        complaint=complaint,
        kind=kind,
        at=at,
        precise=precise,
        source=source,
        note=note,
        by=by,
        recorded_at=now,
    )
    _start_from(complaint, moment, now)
    _restart_at(complaint, moment, now)
    _stop_at(complaint, moment)
    moment_marked.send(Moment, complaint=complaint, kind=kind, at=at, now=now)
    refresh_next_due(complaint)
    return moment


def unmark(complaint: Complaint, kind: str, *, now: datetime) -> bool:
    """Take a moment back: what it started is cancelled. False when there was none."""
    moment = Moment.objects.filter(complaint=complaint, kind=kind, superseded_at=None).first()
    if moment is None:
        return False
    moment.superseded_at = now
    moment.save(update_fields=["superseded_at"])
    alone, along = _resting_on(complaint, kind)
    finish([(d, clock.CANCELLED) for d in alone], now)
    _begin_at(along, None, now)
    moment_marked.send(Moment, complaint=complaint, kind=kind, at=None, now=now)
    refresh_next_due(complaint)
    return True


def _resting_on(complaint: Complaint, kind: str) -> tuple[list[Deadline], list[Deadline]]:
    """Running clocks that count from the moment: those it starts by itself, and those that a step
    starts and that only count from it.
    """
    rows = Deadline.objects.filter(complaint=complaint, state__in=RUNS)
    found = [(d, row) for d in rows if (row := regimes.row(d.entry)) and row.starts == kind]
    alone = [d for d, row in found if not row.alongside]
    return alone, [d for d, row in found if row.alongside]


def _start_from(complaint: Complaint, moment: Moment, now: datetime) -> None:
    """Begin the clocks of a moment, or let them count from it where it was corrected."""
    on = moment.at.astimezone(SHANGHAI).date()
    alone, along = _resting_on(complaint, moment.kind)
    _begin_at(along, moment.at, now)
    rows = {
        row.entry: row
        for row in regimes.started_by(moment.kind, on, regimes.traits(complaint))
        if complaint.is_open or row.after_close
    }
    kept = [d for d in alone if d.entry in rows]
    _begin_at(kept, moment.at, now)
    finish([(d, clock.CANCELLED) for d in alone if d.entry not in rows], now)
    running = {d.entry for d in kept}
    fresh = [new(complaint, row, moment.at) for row in rows.values() if row.entry not in running]
    over = _already_stopped(complaint, fresh)
    save_new(fresh)
    for deadline, at in over:
        finish([(deadline, ending(deadline, at))], at)


def _begin_at(deadlines: Sequence[Deadline], start: datetime | None, now: datetime) -> None:
    """Count from there. A clock that a step started counts from the moment only where that is the
    earlier one, and from its step again when the moment is taken back (`start` None).
    """
    for deadline in deadlines:
        begun = deadline.events.get(kind=clock.STARTED).at
        wanted = begun if start is None else start
        row = regimes.row(deadline.entry)
        if row is not None and row.alongside:
            wanted = min(begun, wanted)
        if wanted != deadline.started_at:
            _add([deadline], now, clock.MOVED, {"start": wanted.isoformat()})


def _already_stopped(
    complaint: Complaint, fresh: Sequence[Deadline]
) -> list[tuple[Deadline, datetime]]:
    """New clocks whose end was written down before their beginning was."""
    current = {m.kind: m.at for m in Moment.objects.filter(complaint=complaint, superseded_at=None)}
    found = []
    for deadline in fresh:
        row = regimes.row(deadline.entry)
        ends = [current[kind] for kind in (row.stops if row else ()) if kind in current]
        if ends and min(ends) >= deadline.started_at:
            found.append((deadline, min(ends)))
    return found


def _restart_at(complaint: Complaint, moment: Moment, now: datetime) -> None:
    """Count the clocks anew for which the moment begins the term again (投诉人提出新的事实和理由);
    one before the clock began changes nothing.
    """
    rows = Deadline.objects.filter(complaint=complaint, state__in=RUNS)
    anew = [
        d
        for d in rows
        if (row := regimes.row(d.entry))
        and moment.kind in row.restarts
        and moment.at > d.events.get(kind=clock.STARTED).at
    ]
    _add(anew, now, clock.MOVED, {"start": moment.at.isoformat()})


def _stop_at(complaint: Complaint, moment: Moment) -> None:
    """End the clocks for which the moment is the end: judged by when it happened, not by when it
    was written down.
    """
    rows = Deadline.objects.filter(complaint=complaint, state__in=RUNS)
    stopped = [d for d in rows if (row := regimes.row(d.entry)) and moment.kind in row.stops]
    finish([(d, ending(d, moment.at)) for d in stopped], moment.at)


# --- holds


def pause(complaint: Complaint, hold: Hold, now: datetime) -> list[str]:
    """Stop the clocks that this reason may stop (the hold is saved); answers their kinds."""
    held = list(
        Deadline.objects.filter(
            complaint=complaint, state__in=RUNS, pausable_by__contains=[hold.reason]
        )
    )
    _add(held, now, clock.HELD, {"hold": str(hold.pk)}, by=hold.by)
    refresh_next_due(complaint)
    return [d.kind for d in held]


def resume(complaint: Complaint, hold: Hold, now: datetime) -> None:
    """Let the clocks of this hold run again, later by the days that it took."""
    held = list(
        Deadline.objects.filter(
            complaint=complaint,
            state=DeadlineState.HELD,
            events__kind=clock.HELD,
            events__key=str(hold.pk),
        )
    )
    _add(held, max(now, hold.started_at), clock.RESUMED, {"hold": str(hold.pk)})
    for deadline in held:
        kind, _colon, number = deadline.subject.partition(":")
        if kind == "commitment" and deadline.state == DeadlineState.RUNNING:
            Commitment.objects.filter(pk=number).update(due_at=deadline.due_at)
    refresh_next_due(complaint)


def end_hold(complaint: Complaint, hold: Hold, now: datetime) -> None:
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


# --- longer, other, anew


def extend(
    deadline: Deadline, detail: Mapping[str, Any], now: datetime, by: Any = None
) -> datetime:
    """Make one clock longer: {by | to, unit, reason, approved_by…}; answers the new due instant.

    Who may, and how often, is checked by the caller. Raises ClockError.
    """
    _add([deadline], now, clock.EXTENDED, dict(detail), by=by)
    return deadline.due_at


def due_if_extended(deadline: Deadline, detail: Mapping[str, Any], now: datetime) -> datetime:
    """When the clock would be due with one more extension; nothing is stored. Raises ClockError."""
    tape = _tapes([deadline])[deadline]
    longer = Happening(now, clock.EXTENDED, dict(detail))
    return clock.read([*tape, longer], calendars.current()).due_at


def change_terms(
    deadlines: Sequence[Deadline], terms: Terms, reason: str, now: datetime, by: Any = None
) -> None:
    """Another policy in mid-flight: counted from the same start, pauses and extensions kept."""
    _add(deadlines, now, clock.TERMS, {**terms.as_json(), "reason": reason}, by=by)


def recount(deadlines: Sequence[Deadline], now: datetime, why: str) -> list[Deadline]:
    """Count anew by the calendar of today; answers those whose date moved or is provisional no
    longer. The old date stays in the clock's history.

    Where only the warnings or the explanation come out otherwise they are stored without a word.
    """
    calendar = calendars.current()
    stored = {d.pk: _as_stored(d) for d in deadlines}
    before = {d.pk: (d.due_at, d.provisional) for d in deadlines}
    for deadline, happenings in _tapes(deadlines).items():
        _store(deadline, clock.read(happenings, calendar), calendar)
    bulk.update([d for d in deadlines if stored[d.pk] != _as_stored(d)], STORED)
    changed = [d for d in deadlines if before[d.pk] != (d.due_at, d.provisional)]
    ClockEvent.objects.bulk_create(
        ClockEvent(
            deadline=d,
            at=now,
            kind="recounted",
            detail={
                "from": before[d.pk][0].isoformat(),
                "to": d.due_at.isoformat(),
                "was_provisional": before[d.pk][1],
                "provisional": d.provisional,
                "why": why,
            },
        )
        for d in changed
    )
    return changed


def _as_stored(deadline: Deadline) -> list[Any]:
    return [getattr(deadline, name) for name in STORED]


def readings(deadlines: Sequence[Deadline], calendar: Calendar) -> dict[Deadline, Reading]:
    """What the clocks would say by another calendar; nothing is stored. Raises ClockError."""
    return {d: clock.read(tape, calendar) for d, tape in _tapes(deadlines).items()}


def recompute(deadline: Deadline, calendar: Calendar | None = None) -> Reading:
    """What the clock says by its events alone. Raises ClockError."""
    return clock.read(_tapes([deadline])[deadline], calendar or calendars.current())


def _tapes(deadlines: Sequence[Deadline]) -> dict[Deadline, list[Happening]]:
    """The happenings of each clock, one statement for all."""
    tapes: dict[int, list[Happening]] = {d.pk: [] for d in deadlines}
    events = ClockEvent.objects.filter(deadline__in=deadlines, kind__in=clock.KINDS).order_by("id")
    for event in events:
        tapes[event.deadline_id].append(Happening(event.at, event.kind, event.detail))
    return {d: tapes[d.pk] for d in deadlines}


def _add(
    deadlines: Sequence[Deadline],
    now: datetime,
    kind: str,
    detail: Mapping[str, Any],
    *,
    by: Any = None,
) -> None:
    """One more event of each clock, and what the clock then says."""
    if not deadlines:
        return
    calendar = calendars.current()
    for deadline, happenings in _tapes(deadlines).items():
        reading = clock.read([*happenings, Happening(now, kind, detail)], calendar)
        _store(deadline, reading, calendar)
    bulk.update(deadlines, STORED)
    ClockEvent.objects.bulk_create(
        ClockEvent(
            deadline=d, at=now, kind=kind, key=str(detail.get("hold", "")), detail=detail, by=by
        )
        for d in deadlines
    )


def _store(deadline: Deadline, reading: Reading, calendar: Calendar | None = None) -> None:
    """Write what the clock says onto its row (not saved)."""
    due = reading.due
    deadline.started_at = reading.started_at
    deadline.due_at, deadline.provisional = due.at, due.provisional
    deadline.state = DeadlineState(reading.state)
    deadline.terms, deadline.extensions = reading.terms.as_json(), len(reading.extensions)
    deadline.explanation = {
        "length": reading.terms.length,
        "unit": reading.terms.unit,
        "back": reading.terms.back,
        "first_day": due.first_day.isoformat(),
        **{
            name: [d.isoformat() for d in getattr(due, name)]
            for name in ("skipped", "made_up", "moved", "held")
        },
        "pauses": [[a.isoformat(), b.isoformat()] for a, b in reading.pauses],
        "stands_since": reading.held_since.isoformat() if reading.held_since else None,
        "extended": [{k: e[k] for k in ("by", "to", "unit") if k in e} for e in reading.extensions],
    }
    deadline.ladder = _ladder(deadline, reading, calendar or calendars.current())
    running = reading.state == DeadlineState.RUNNING
    deadline.ladder_at = next_step(deadline.ladder) if running else None


def _ladder(deadline: Deadline, reading: Reading, calendar: Calendar) -> list[dict[str, Any]]:
    """The rungs with their instants; a rung that was climbed stays climbed.

    A due instant that moved can fall due once more: its own rung and those after it are climbed
    again then.
    """
    row, due = regimes.row(deadline.entry), reading.due_at
    climbed = {step["code"]: step for step in deadline.ladder if step["done_at"]}
    rungs = row.ladder if row else regimes.ladder("default")
    steps = []
    for rung in rungs:
        late = rung.percent is None or rung.percent >= 100
        code = f"{rung.code}|{due.astimezone(UTC):%y%m%d%H%M}" if late else rung.code
        at = clock.climb_at(
            rung, reading.started_at, due, reading.terms.unit, calendar, reading.pauses
        )
        done = climbed.get(code)
        steps.append(done or {"at": at.isoformat(), "who": rung.who, "code": code, "done_at": None})
    return steps


def is_late(step: Mapping[str, Any]) -> bool:
    """True for a rung at the due instant or after it; it carries the instant that it belongs to."""
    return "|" in step["code"]


def next_step(ladder: Sequence[Mapping[str, Any]]) -> datetime | None:
    """The next instant at which somebody is told; None when all have been."""
    waiting = [datetime.fromisoformat(step["at"]) for step in ladder if step["done_at"] is None]
    return min(waiting, default=None)


def climb(ladder: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Mark the rungs that are due by now as climbed; answers them."""
    climbed = []
    for step in ladder:
        if step["done_at"] is None and datetime.fromisoformat(step["at"]) <= now:
            step["done_at"] = now.isoformat()
            climbed.append(step)
    return climbed


def refresh_next_due(complaint: Complaint) -> None:
    """Set the case's `next_due_at` from its running clocks (not saved)."""
    running = Deadline.objects.filter(complaint=complaint, state=DeadlineState.RUNNING).order_by(
        "due_at"
    )
    complaint.next_due_at = running.values_list("due_at", flat=True).first()

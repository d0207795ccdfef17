"""One clock, from what happened to when it is due. Pure: no Django, no database.

    read([started, held, resumed, extended, …], calendar) → Reading

Nothing is remembered between two readings: the same happenings and the same calendar always give
the same due instant, which is how a stored date is proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from complaints import workdays
from complaints.clock_terms import ClockError, Terms
from complaints.workdays import SHANGHAI, STATE, Calendar, CountingError, Due, Pause

__all__ = ["ClockError", "Terms"]

STARTED, HELD, RESUMED, EXTENDED, TERMS = "started", "held", "resumed", "extended", "terms"
MOVED = "moved"  # its beginning: the event it starts from turned out to be on another day
MET, MISSED, CANCELLED = "met", "missed", "cancelled"
AGAIN = "again"  # what had ended it did not happen: it runs on
ENDS = (MET, MISSED, CANCELLED)
KINDS = (STARTED, HELD, RESUMED, EXTENDED, TERMS, MOVED, AGAIN, *ENDS)
FOREVER = datetime(workdays.YEARS[-1], 12, 31, tzinfo=SHANGHAI)  # a hold that nobody ended yet
Stage = tuple[int, str]  # a length in a unit


@dataclass(frozen=True)
class Happening:
    """Something that happened to a clock, in the order in which it was written down.

    `detail`: `started` and `terms` carry the terms, `held` and `resumed` the `hold` they belong to,
    `extended` either `by` and `unit` (longer by so much) or `to` and `unit` (so long in all),
    `moved` the `start` from which is counted instead, `again` nothing.
    """

    at: datetime
    kind: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What a clock says. `held_since`: None unless it stands still; `ended_at`: unless it ended."""

    started_at: datetime
    terms: Terms
    due: Due
    pauses: tuple[Pause, ...]
    extensions: tuple[Mapping[str, Any], ...]
    state: str  # running, held, met, missed, cancelled
    held_since: datetime | None = None
    ended_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        """The due instant."""
        return self.due.at


@dataclass
class _Tape:
    """The happenings, sorted into what a reading needs."""

    started_at: datetime
    terms: Terms
    open: dict[str, datetime] = field(default_factory=dict)
    pauses: list[Pause] = field(default_factory=list)
    extensions: list[Mapping[str, Any]] = field(default_factory=list)
    ended: Happening | None = None

    def take(self, happening: Happening) -> None:
        turns = {HELD: self._hold, RESUMED: self._resume, AGAIN: self._run_on}
        if (self.ended is None) == (happening.kind == AGAIN):
            raise ClockError("has_not_ended" if self.ended is None else "has_ended", happening.at)
        if happening.kind in ENDS:
            self.ended = happening
        elif happening.kind in turns:
            turns[happening.kind](happening)
        elif happening.kind == EXTENDED:
            self.extensions.append(_longer(happening.detail, self.terms))
        elif happening.kind == TERMS:
            self.terms = Terms.from_json(happening.detail)
        elif happening.kind == MOVED:
            self.started_at = _beginning(happening.detail.get("start"))
        else:
            raise ClockError("started_twice" if happening.kind == STARTED else "unknown_kind")

    def _run_on(self, happening: Happening) -> None:
        """As if it had not ended; what was held until then is held no more."""
        self.pauses, _still = self.stands_still()
        self.open, self.ended = {}, None

    def _hold(self, happening: Happening) -> None:
        name = str(happening.detail.get("hold", ""))
        if name in self.open:
            raise ClockError("held_twice", happening.at)
        self.open[name] = happening.at

    def _resume(self, happening: Happening) -> None:
        name = str(happening.detail.get("hold", ""))
        if name not in self.open:
            raise ClockError("not_held", happening.at)
        # another machine's clock may be behind: `merged` drops what ended before it began
        self.pauses.append((self.open.pop(name), happening.at))

    def stands_still(self) -> tuple[list[Pause], datetime | None]:
        """The pauses that are over, merged, and since when the clock stands still without a break.

        A hold that nobody ended ends with the clock.
        """
        until = FOREVER if self.ended is None else self.ended.at
        lasting = [(begin, until) for begin in self.open.values()]
        pauses = workdays.merged([*self.pauses, *lasting])
        if pauses and pauses[-1][1] == FOREVER:
            return pauses[:-1], pauses[-1][0]
        return pauses, None


def _longer(detail: Mapping[str, Any], terms: Terms) -> Mapping[str, Any]:
    """An extension that can be counted: {by | to, unit}. Raises ClockError."""
    unit = detail.get("unit", terms.unit)
    if terms.back or unit not in (*workdays.HOURS, *workdays.DAYS):
        raise ClockError("unit")
    if ("by" in detail) == ("to" in detail):
        raise ClockError("length")
    _checked(detail.get("by", detail.get("to")), unit)
    return {**detail, "unit": unit}


def _beginning(text: object) -> datetime:
    try:
        return workdays.local(datetime.fromisoformat(str(text)))
    except ValueError as error:  # also what has no zone
        raise ClockError("start") from error


def read(happenings: Iterable[Happening], calendar: Calendar = STATE) -> Reading:
    """What the clock says after all that happened.

    While it is held it shows the date that it had when the hold began. Raises ClockError.
    """
    rows = list(happenings)
    if not rows or rows[0].kind != STARTED:
        raise ClockError("not_started")
    if any(happening.at.tzinfo is None for happening in rows):
        raise ClockError("naive")
    tape = _Tape(rows[0].at, Terms.from_json(rows[0].detail))
    for happening in rows[1:]:
        tape.take(happening)
    try:
        return _reading(tape, calendar)
    except CountingError as error:
        raise ClockError(error.code) from error


def _reading(tape: _Tape, calendar: Calendar) -> Reading:
    pauses, held_since = tape.stands_still()
    due = _due(tape, calendar, pauses)
    if held_since is not None and held_since >= due.at:
        held_since = None  # it had run out: nothing of it can stand still, and it stays overdue
    state = tape.ended.kind if tape.ended else "running" if held_since is None else "held"
    return Reading(
        tape.started_at,
        tape.terms,
        due,
        tuple(pauses),
        tuple(tape.extensions),
        state,
        held_since,
        tape.ended.at if tape.ended else None,
    )


def _due(tape: _Tape, calendar: Calendar, pauses: Sequence[Pause]) -> Due:
    start, terms = tape.started_at, tape.terms
    if terms.until is not None:
        if tape.extensions:  # another date is agreed, not a longer term
            raise ClockError("agreed_date")
        return workdays.fixed(start, terms.until, pauses)
    if terms.back:
        event = workdays.local(start).date()
        return workdays.count_back(event, terms.length, terms.unit, calendar, own=terms.own)

    def counted(stages: Iterable[Stage]) -> Due:
        return _one_after_the_other(start, stages, calendar, terms.own, pauses)

    stages = [(terms.length, terms.unit)]
    for extension in tape.extensions:
        unit = extension["unit"]
        if "to" in extension:  # so long in all; what is longer already stays
            whole = [(extension["to"], unit)]
            stages = max(stages, whole, key=lambda tried: counted(tried).at)
        elif unit == stages[-1][1]:
            stages[-1] = (stages[-1][0] + extension["by"], unit)
        else:  # another unit: counted on from the day the term would have ended
            stages.append((extension["by"], unit))
    return counted(stages)


def _one_after_the_other(
    start: datetime,
    stages: Iterable[Stage],
    calendar: Calendar,
    own: bool,
    pauses: Sequence[Pause],
) -> Due:
    """The end of the last of several terms, each of which begins when the one before ended."""
    due: Due | None = None
    for length, unit in stages:
        start = start if due is None else due.at
        further = workdays.count(start, length, unit, calendar, own=own, pauses=pauses)
        due = further if due is None else _joined(due, further)
    if due is None:
        raise ClockError("length")
    return due


def _joined(due: Due, further: Due) -> Due:
    """One explanation of two terms in a row; of a moved last day only the last one matters."""
    return Due(
        further.at,
        due.first_day,
        due.skipped + further.skipped,
        due.made_up + further.made_up,
        further.moved,
        due.held + further.held,
        due.provisional or further.provisional,
    )


def _checked(length: object, unit: str) -> None:
    try:
        workdays.checked(length, unit)
    except CountingError as error:
        raise ClockError(error.code) from error


def remaining_minutes(due_at: datetime, now: datetime, calendar: Calendar = STATE) -> int:
    """Business minutes left; negative when overdue."""
    return workdays.working_minutes(now, due_at, calendar)


# --- warnings


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: at so many percent of the time, or so long `after` the due instant."""

    who: str
    percent: int | None = None
    after: int = 0
    unit: str = ""

    @property
    def code(self) -> str:
        """Tells the rung from the others of its ladder."""
        when = f"+{self.after}{self.unit}" if self.percent is None else str(self.percent)
        return f"{self.who}@{when}"


def climb_at(
    rung: Rung,
    start: datetime,
    due: datetime,
    unit: str,
    calendar: Calendar = STATE,
    pauses: Sequence[Pause] = (),
) -> datetime:
    """When the rung is due. The time of (merged) pauses is no part of what is used.

    A warning before the due instant of a term in days falls into business time and never after the
    due instant; the due instant itself and terms in hours are never moved. A promised date is like
    days unless it is less than a day away.
    """
    if rung.percent is None:
        return workdays.count(due, rung.after, rung.unit, calendar).at
    if rung.percent >= 100 or due <= start:
        return due
    running = due - start - workdays.stood(start, due, pauses)
    moment = workdays.shifted(start, running * rung.percent // 100, pauses)
    far = unit == workdays.UNTIL and due - start >= workdays.DAY
    if unit not in workdays.DAYS and not far:
        return moment
    moment = workdays.into_business(moment, calendar)
    return min(moment.astimezone(due.tzinfo), due)


def share_used(start: datetime, due: datetime, now: datetime, pauses: Sequence[Pause] = ()) -> int:
    """How much of the time is used, 0 to 100; the time of (merged) pauses is no part of it."""
    running = due - start - workdays.stood(start, due, pauses)
    if running <= timedelta():
        return 100
    used = now - start - workdays.stood(start, now, pauses)
    return min(100, max(0, used * 100 // running))

"""One clock, from what happened to when it is due. Pure: no Django, no database.

    read([started, held, resumed, extended, …], calendar) → Reading

Nothing is remembered between two readings: the same happenings and the same calendar always give
the same due instant, which is how a stored date is proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from complaints import workdays
from complaints.workdays import SHANGHAI, STATE, Calendar, CountingError, Due, Pause

STARTED, HELD, RESUMED, EXTENDED, TERMS = "started", "held", "resumed", "extended", "terms"
MOVED = "moved"  # its beginning: the event it starts from turned out to be on another day
MET, MISSED, CANCELLED = "met", "missed", "cancelled"
ENDS = (MET, MISSED, CANCELLED)
KINDS = (STARTED, HELD, RESUMED, EXTENDED, TERMS, MOVED, *ENDS)


class ClockError(ValueError):
    """Happenings that no clock can have: `code` says which mistake."""

    def __init__(self, code: str, at: datetime | None = None) -> None:
        super().__init__(code)
        self.code, self.at = code, at


@dataclass(frozen=True)
class Terms:
    """How long: a length in a unit.

    `own`: counted by the enterprise's own calendar (internal and promised clocks; a clock of the
    law never is). `back`: the term ends so long before the event at which it is counted.
    The unit `until` has no length but the day, or the hour, that was promised.
    """

    length: int
    unit: str
    own: bool = False
    back: bool = False
    until: date | datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values, the shape that `from_json` reads."""
        values = {"length": self.length, "unit": self.unit, "own": self.own, "back": self.back}
        return values if self.until is None else {**values, "until": self.until.isoformat()}

    @staticmethod
    def agreed(end: date | datetime) -> Terms:
        """A day or an hour that was promised."""
        return Terms(0, workdays.UNTIL, own=True, until=end)

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Terms:
        """Raises ClockError for a length or unit that cannot be counted."""
        if values.get("unit") == workdays.UNTIL:
            return Terms.agreed(_day_or_hour(values.get("until")))
        terms = Terms(
            values.get("length", -1),
            values.get("unit", ""),
            bool(values.get("own")),
            bool(values.get("back")),
        )
        try:
            workdays.checked(terms.length, terms.unit)
        except CountingError as error:
            raise ClockError(error.code) from error
        return terms


def _day_or_hour(text: object) -> date | datetime:
    """A day `2026-11-27`, or an instant with its offset. Raises ClockError."""
    try:
        if len(str(text)) == len("2026-11-27"):
            return date.fromisoformat(str(text))
        instant = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise ClockError("until") from error
    if instant.tzinfo is None:
        raise ClockError("until")
    return instant


@dataclass(frozen=True)
class Happening:
    """Something that happened to a clock, in the order in which it was written down.

    `detail`: `started` and `terms` carry the terms, `held` and `resumed` the `hold` they belong to,
    `extended` either `by` and `unit` (longer by so much) or `to` and `unit` (so long in all),
    `moved` the `start` from which is counted instead.
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
        if self.ended is not None:
            raise ClockError("has_ended", happening.at)
        if happening.kind in ENDS:
            self.ended = happening
        elif happening.kind == HELD:
            self._hold(happening)
        elif happening.kind == RESUMED:
            self._resume(happening)
        elif happening.kind == EXTENDED:
            self.extensions.append(happening.detail)
        elif happening.kind == TERMS:
            self.terms = Terms.from_json(happening.detail)
        elif happening.kind == MOVED:
            self.started_at = datetime.fromisoformat(happening.detail["start"])
        else:
            raise ClockError("started_twice" if happening.kind == STARTED else "unknown_kind")

    def _hold(self, happening: Happening) -> None:
        name = str(happening.detail.get("hold", ""))
        if name in self.open:
            raise ClockError("held_twice", happening.at)
        self.open[name] = max(happening.at, self.started_at)

    def _resume(self, happening: Happening) -> None:
        name = str(happening.detail.get("hold", ""))
        if name not in self.open:
            raise ClockError("not_held", happening.at)
        # a clock of another machine may be behind: a pause never has a negative length
        begin = self.open.pop(name)
        self.pauses.append((begin, max(begin, happening.at)))


def read(happenings: Iterable[Happening], calendar: Calendar = STATE) -> Reading:
    """What the clock says after all that happened.

    While it is held it shows the date that it had when the hold began. Raises ClockError.
    """
    rows = list(happenings)
    if not rows or rows[0].kind != STARTED:
        raise ClockError("not_started")
    tape = _Tape(rows[0].at, Terms.from_json(rows[0].detail))
    for happening in rows[1:]:
        tape.take(happening)
    return _reading(tape, calendar)


def _reading(tape: _Tape, calendar: Calendar) -> Reading:
    pauses = workdays.merged(tape.pauses)
    held_since = min(tape.open.values(), default=None)
    if held_since is not None:  # what another hold added meanwhile is not known before this ends
        pauses = [(a, min(b, held_since)) for a, b in pauses if a < held_since]
    due = _due(tape.started_at, tape.terms, tape.extensions, calendar, pauses)
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


def _due(
    start: datetime,
    terms: Terms,
    extensions: Sequence[Mapping[str, Any]],
    calendar: Calendar,
    pauses: Sequence[Pause],
) -> Due:
    if terms.until is not None:
        if extensions:  # another date is agreed, not a longer term
            raise ClockError("agreed_date")
        return workdays.fixed(start, terms.until, pauses)
    if terms.back:
        return workdays.count_back(
            start.astimezone(SHANGHAI).date(), terms.length, terms.unit, calendar
        )
    length, unit, further = terms.length, terms.unit, []
    for extension in extensions:
        if "to" in extension:
            length, unit = extension["to"], extension.get("unit", unit)
        elif extension.get("unit", unit) == unit:
            length += extension["by"]
        else:
            further.append(extension)
    due = _count(start, length, unit, terms.own, calendar, pauses)
    for extension in further:  # another unit: counted on from the day the term would have ended
        due = _count(due.at, extension["by"], extension["unit"], terms.own, calendar, ())
    return due


def _count(
    start: datetime,
    length: int,
    unit: str,
    own: bool,
    calendar: Calendar,
    pauses: Sequence[Pause],
) -> Due:
    try:
        return workdays.count(start, length, unit, calendar, own=own, pauses=pauses)
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
    rung: Rung, start: datetime, due: datetime, unit: str, calendar: Calendar = STATE
) -> datetime:
    """When the rung is due.

    A warning before the due instant of a term in days falls into business time and never after the
    due instant; the due instant itself and terms in hours are never moved. A promised date is like
    days unless it is less than a day away.
    """
    if rung.percent is None:
        return workdays.count(due, rung.after, rung.unit, calendar).at
    if rung.percent >= 100 or due <= start:
        return due
    moment = start + (due - start) * rung.percent / 100
    far = unit == workdays.UNTIL and due - start >= workdays.DAY
    if unit not in workdays.DAYS and not far:
        return moment
    moment = workdays.into_business(moment, calendar)
    return min(moment.astimezone(due.tzinfo), due)


def share_used(start: datetime, due: datetime, now: datetime) -> int:
    """How much of the time is used, 0 to 100."""
    total = (due - start).total_seconds()
    if total <= 0:
        return 100
    return min(100, max(0, int((now - start).total_seconds() / total * 100)))


def days_between(start: datetime, end: datetime) -> Iterable[date]:
    """Every local day touched by the stretch of time."""
    day, last = start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date()
    while day <= last:
        yield day
        day += timedelta(days=1)

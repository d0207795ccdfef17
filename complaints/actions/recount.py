"""Counting clocks anew after a change of the calendar: which cases, in parts, by whoever is free.

A part is claimed under its row's lock and written in one transaction, so that a killed worker
leaves it to the next one. Counting twice changes nothing. `recount_work.py` does a part.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet, Sum
from kombu.exceptions import OperationalError

from accounts.models import User
from audit.record import record
from complaints import calendars, recounting
from complaints.choices import RUNS
from complaints.models import CalendarChange, ClockMove, Deadline, RecountPart
from complaints.workdays import SHANGHAI, Calendar

PART = 100  # cases
AT_ONCE = 4  # messages in the queue of one change
SETTLE = timedelta(seconds=6)  # until no process counts with the calendar of before any more
WRITTEN_SINCE = timedelta(minutes=1)  # before the change: clocks of other machines, long acts
SILENT = timedelta(seconds=30)
HEAL_EVERY = timedelta(hours=1)
RUNG_AFTER = timedelta(days=14)  # a rung so long after the due instant still rests on the calendar
FORECAST = 2000  # clocks that are counted for a preview
SUBJECT = "calendar"  # in the audit record
Kind, State = CalendarChange.Kind, CalendarChange.State
log = logging.getLogger(__name__)


@contextmanager
def changing() -> Iterator[None]:
    """One change of the calendar after the other, so that the highest id is the newest calendar."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('calendar', 0))")
        yield
        calendars.forget()
        transaction.on_commit(calendars.forget)


def begin(
    kind: str,
    detail: dict[str, Any],
    *,
    by: User | None,
    now: datetime,
    days: tuple[date, date | None] | None = None,
) -> CalendarChange:
    """Write the change down and plan its first round; the caller is inside `changing`."""
    first, last = days or (None, None)
    change = CalendarChange.objects.create(
        kind=kind, detail=detail, first_day=first, last_day=last, by=by, at=now
    )
    _plan(change, touched(change))
    transaction.on_commit(lambda: enqueue(change.pk))
    return change


# --- which clocks


def touched(change: CalendarChange) -> QuerySet[Deadline]:
    """Clocks that have not ended and may come out otherwise because of the change."""
    running = Deadline.objects.filter(state__in=RUNS)
    if change.kind == Kind.TARGET:
        return _of_target(running, change)
    if change.kind == Kind.HEALED:
        return _healable(running, calendars.current())
    if change.first_day is None:
        return running.none()
    return running.filter(spanning(change.first_day, change.last_day))


def spanning(first: date, last: date | None) -> Q:
    """Clocks that run over one of the days; one that is counted back runs from its end."""
    start = _midnight(first)
    ends = Q(due_at__gte=start - RUNG_AFTER) | Q(started_at__gte=start)
    if last is None:
        return ends
    end = _midnight(last + timedelta(days=1))
    return ends & (Q(started_at__lt=end) | Q(due_at__lt=end))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def _of_target(running: QuerySet[Deadline], change: CalendarChange) -> QuerySet[Deadline]:
    """Clocks of that row with another length. Where only new ones were meant: those that somebody
    started since with the old one.
    """
    found = running.filter(entry=change.detail["entry"], subject="")
    found = found.exclude(terms=change.detail["terms"])
    if not change.detail["running"]:
        begins = _midnight(date.fromisoformat(change.detail["valid_from"]))
        found = found.filter(started_at__gt=max(change.at, begins))
    return found


def _healable(running: QuerySet[Deadline], calendar: Calendar) -> QuerySet[Deadline]:
    """Provisional although every year that they touch is published by now."""
    end = _midnight(date(calendar.last_published + 1, 1, 1))
    return running.filter(provisional=True, due_at__lt=end, started_at__lt=end)


@dataclass(frozen=True)
class Forecast:
    """What another calendar would do to the clocks: how many it touches, how many of those that
    were counted would move, and would be provisional no longer. `whole`: all were counted.
    """

    touched: int
    counted: int
    moves: int
    confirmed: int

    @property
    def whole(self) -> bool:
        """Nothing was left out."""
        return self.touched == self.counted


def forecast(clocks: QuerySet[Deadline], calendar: Calendar) -> Forecast:
    """Count the first clocks by the other calendar; nothing is stored."""
    first = list(clocks.order_by("pk")[:FORECAST])
    number = len(first) if len(first) < FORECAST else clocks.count()
    read = recounting.readings(first, calendar)
    moves = sum(d.due_at != r.due_at for d, r in read.items())
    confirmed = sum(
        d.provisional and not r.due.provisional and d.due_at == r.due_at for d, r in read.items()
    )
    return Forecast(number, len(first), moves, confirmed)


# --- planning


def _plan(change: CalendarChange, clocks: QuerySet[Deadline]) -> None:
    """Parts over the cases of these clocks: one statement, whatever their number."""
    cases, params = clocks.order_by().values("complaint_id").distinct().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO complaints_recountpart"  # noqa: S608 - Django compiled the inner one
            ' (change_id, "left", cases, confirmed, failed)'
            " SELECT %s, array_agg(complaint_id ORDER BY complaint_id), count(*), 0, 0 FROM"
            " (SELECT complaint_id, (row_number() OVER (ORDER BY complaint_id) - 1) / %s AS part"
            f" FROM ({cases}) AS touched) AS numbered GROUP BY part ORDER BY part",
            [change.pk, PART, *params],
        )
    total = RecountPart.objects.filter(change=change).aggregate(n=Sum("cases"))["n"] or 0
    CalendarChange.objects.filter(pk=change.pk).update(cases=total)
    change.cases = total


def enqueue(change_id: int, messages: int = AT_ONCE, *, in_seconds: float = 0) -> None:
    """Call workers. A broker that is away costs half a minute: `sweep` calls again."""
    try:
        for _message in range(messages):
            current_app.send_task(
                "complaints.tasks.recount_clocks", [change_id], countdown=in_seconds
            )
    except (OperationalError, OSError) as error:
        log.warning("change %s waits for the broker: %s", change_id, type(error).__name__)


def next_round(change_id: int, now: datetime) -> float | None:
    """What comes when no part is left: seconds to wait for the second round, 0 when it was planned
    now, None when everything is done.
    """
    with transaction.atomic():
        change = CalendarChange.objects.select_for_update(no_key=True).get(pk=change_id)
        if change.state != State.RUNNING:
            return None
        if change.parts.filter(done_at=None).exists():
            return 1.0
        if change.checked_again_at is None:
            wait = (change.at + SETTLE - now).total_seconds()
            if wait > 0:
                return wait
            written = touched(change).filter(complaint__updated_at__gte=change.at - WRITTEN_SINCE)
            change.checked_again_at = now
            change.save(update_fields=["checked_again_at"])
            _plan(change, written)
            return 0.0
        _finish(change, now)
    return None


def _finish(change: CalendarChange, now: datetime) -> None:
    change.state, change.finished_at = State.DONE, now
    change.save(update_fields=["state", "finished_at"])
    told = progress(change)
    detail = {"change": change.pk, "moved": told.moved, "confirmed": told.confirmed}
    if told.failed:
        detail["failed"] = told.failed
    record("calendar.recounted", SUBJECT, None, now, detail)


@dataclass(frozen=True)
class Progress:
    """How far a change is: cases in all and done; clocks that moved, or are provisional no longer
    with the same date; cases that could not be counted.
    """

    cases: int
    done: int
    moved: int
    confirmed: int
    failed: int

    @property
    def share(self) -> int:
        """Percent that is done."""
        return self.done * 100 // self.cases if self.cases else 100


def progress(change: CalendarChange) -> Progress:
    """Two small statements over the parts and what moved."""
    parts = RecountPart.objects.filter(change=change)
    sums = parts.aggregate(confirmed=Sum("confirmed"), failed=Sum("failed"), cases=Sum("cases"))
    done = parts.exclude(done_at=None).aggregate(n=Sum("cases"))["n"] or 0
    moved = ClockMove.objects.filter(change=change).count()
    return Progress(sums["cases"] or 0, done, moved, sums["confirmed"] or 0, sums["failed"] or 0)


# --- by itself


def sweep(now: datetime) -> int:
    """Call workers anew for changes of which nothing was heard; answers for how many. Then heal."""
    running = CalendarChange.objects.filter(state=State.RUNNING)
    called = 0
    for change in running.annotate(heard=Max("parts__done_at")):
        if max(filter(None, (change.heard, change.checked_again_at, change.at))) < now - SILENT:
            enqueue(change.pk, 1)
            called += 1
    heal(now)
    return called


def heal(now: datetime) -> CalendarChange | None:
    """Count clocks anew that are provisional although their years are published: a new version of
    the library knows another year, or a process wrote with an old calendar. None when there are
    none, or others were healed within the hour.
    """
    calendar = calendars.current()
    stale = _healable(Deadline.objects.filter(state__in=RUNS), calendar)
    if not stale.exists():
        return None
    with changing():
        recent = CalendarChange.objects.filter(kind=Kind.HEALED, at__gt=now - HEAL_EVERY)
        notice = CalendarChange.objects.filter(kind=Kind.NOTICE, state=State.RUNNING)
        if recent.exists() or notice.exists():
            return None
        detail = {"until": calendar.last_published}
        return begin(Kind.HEALED, detail, by=None, now=now)

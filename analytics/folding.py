"""Keeps what is counted equal to the cases: takes up what triggers wrote down as touched, counts
those cases again, and changes the sums by the difference, all in one transaction.

Whoever folds is alone (an advisory lock), so that no difference is taken twice; a killed worker
leaves everything as it was, and the next one does it. A change that cannot be counted is set aside
for a while, so that no other waits for it.

Longer than others on purpose: what one batch does, and what becomes of it when it fails, are read
together.
"""

from __future__ import annotations

import logging
import traceback
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from analytics import occurrences
from analytics.dimensions import By, Place, places
from analytics.models import CaseFigures, Cell, Occurrence, Touched
from analytics.occurrences import IS_OPEN, PHASE, Counted
from complaints import calendars

log = logging.getLogger(__name__)
BATCH = 500  # touched rows of one transaction
AT_ONCE = 300  # so many are folded before a page is shown; of more it says how many wait
PATIENCE = "1s"  # so long a page waits for whoever folds already, or works on a case
AGAIN = timedelta(hours=1)  # after that what could not be counted is tried once more
ONE_AT_A_TIME = 7_301_408  # advisory lock
UNCOUNTABLE = (DatabaseError, ArithmeticError, LookupError, TypeError, ValueError)
Counts = dict[int, Counter[Counted]]

# Columns of CaseFigures in the order of the statement; the first are those of `By`
COLUMNS = (
    *("team_id", "owner_id", "category", "channel", "region", "product", "brand"),
    *("batch", "supplier", "script_version", "received_day", "phase"),
)
FIGURES = f"""
SELECT c.id, c.team_id, c.owner_id, c.category, c.channel, c.region, c.product_name,
    c.brand, c.batch, c.supplier, c.script_version,
    (c.received_at AT TIME ZONE 'Asia/Shanghai')::date, CASE WHEN {IS_OPEN} THEN {PHASE} ELSE '' END
FROM complaints_complaint c WHERE c.id = ANY(%(ids)s)
"""  # noqa: S608 constants
_ADD = """
INSERT INTO analytics_cell AS c (team, kind, dimension, size, day, key, n, amount)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::date[], %s::text[],
    %s::int[], %s::numeric[])
ON CONFLICT (team, kind, dimension, size, day, key)
    DO UPDATE SET n = c.n + excluded.n, amount = c.amount + excluded.amount
RETURNING id, n
"""


# `to_do` and the turn, for every page
_WAITING = """
SELECT (SELECT number FROM analytics_turn), ARRAY(SELECT from_day FROM analytics_touched
    WHERE failed_at IS NULL OR failed_at < %s ORDER BY id LIMIT %s)
"""
_TURN = """
INSERT INTO analytics_turn (id, number)
VALUES (1, nextval(pg_get_serial_sequence('analytics_touched', 'id')))
ON CONFLICT (id) DO UPDATE SET number = excluded.number
"""


class Folded(NamedTuple):
    """How many rows of `Touched` were done, and whether there are more."""

    done: int
    more: bool


class Stand(NamedTuple):
    """How many changes are not counted (capped), and the turn that the figures are of."""

    behind: int
    turn: int


class Change(NamedTuple):
    """What is added to a cell."""

    n: int
    amount: Decimal


def to_do() -> QuerySet[Touched]:
    """The changes that wait, without those that could not be counted a moment ago."""
    return Touched.objects.filter(
        Q(failed_at=None) | Q(failed_at__lt=timezone.now() - AGAIN)
    ).order_by("pk")


def waiting(most: int = AT_ONCE) -> int:
    """How many changes are not counted yet, up to `most` + 1. One statement."""
    return len(to_do().values_list("pk")[: most + 1])


def catch_up(most: int = AT_ONCE) -> int:
    """How many changes stay uncounted (capped); `stand`."""
    return stand(most).behind


def stand(most: int = AT_ONCE) -> Stand:
    """Fold what waits if it is little; answers how many changes stay uncounted, and the turn.

    For pages: one batch at most, and never an error or a long wait. A change of the calendar
    touches any number of cases, and is left to the workers. One statement when nothing waits.
    """
    turn, days = _look(most)
    number = len(days)
    if not 0 < number <= most or any(days):
        return Stand(number, turn)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            _batch(wait=True)
        turn, days = _look(most)
        return Stand(len(days), turn)
    except OperationalError:
        log.info("others count changes at this moment; %s wait", number)
    except UNCOUNTABLE as error:
        log.error("%s changes could not be counted: %s", number, _where(error))
    return Stand(number, turn)


def _look(most: int) -> tuple[int, list[date | None]]:
    """The turn, and of each change that waits the day from which all is to be counted again."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [timezone.now() - AGAIN, most + 1])
        turn, days = cursor.fetchone()
    return turn or 0, days


def next_turn() -> None:
    """What pages of figures show is no longer what it was. A number that never was before: not even
    where the database was put back. Only whoever is `alone`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TURN)


def _where(error: Exception) -> str:
    """What went wrong where, without what the database says of it: that quotes the row."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"


def fold(*, wait: bool = True) -> Folded:
    """One batch. Without `wait` nothing is done while somebody else folds. Where a change cannot be
    counted, each is tried alone and that one set aside.
    """
    try:
        return _batch(wait)
    except OperationalError:  # a lost connection, a deadlock: it is no change's fault
        raise
    except UNCOUNTABLE as error:
        log.warning("changes could not be counted, each is tried alone: %s", type(error).__name__)
        return _one_by_one(wait)


def _one_by_one(wait: bool) -> Folded:
    rows, done = list(to_do().values_list("pk", "case_id")[:BATCH]), 0
    for pk, case in rows:
        try:
            done += _batch(wait, pk).done
        except OperationalError:
            raise
        except UNCOUNTABLE as error:
            log.error("change %s, case %s set aside, uncountable: %s", pk, case, _where(error))
            Touched.objects.filter(pk=pk).update(failed_at=timezone.now())
    return Folded(done, done > 0 and len(rows) == BATCH)


@transaction.atomic
def _batch(wait: bool, only: int | None = None) -> Folded:
    """What waits, or that one of it."""
    if not alone(wait):
        return Folded(0, False)
    waits = to_do() if only is None else to_do().filter(pk=only)
    rows = list(waits.values_list("pk", "case_id", "from_day")[: BATCH + 1])
    more, rows = len(rows) > BATCH, rows[:BATCH]
    if not rows:
        return Folded(0, False)
    days = [day for _pk, _case, day in rows if day is not None]
    more = bool(days and _touch_since(min(days))) or more
    ids = {case for _pk, case, _day in rows if case is not None}
    if ids:
        calendars.fresh()  # working time is counted by the days as they are now
        later = occurrences.later_of_the_same(ids)
        if only is not None:  # what is wrong with those is no fault of this one
            Touched.objects.bulk_create(Touched(case_id=pk, since=timezone.now()) for pk in later)
            later = set()
        count_again(ids | later)
    Touched.objects.filter(pk__in=[row[0] for row in rows]).delete()
    next_turn()
    return Folded(len(rows), more)


def alone(wait: bool = True) -> bool:
    """Nobody else folds until the transaction ends. Without `wait`: whether that is so."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        return bool(cursor.fetchone()[0])


def _touch_since(day: date) -> bool:
    """Every case is touched of which time was reckoned that ended that day or later. True when
    there is any.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO analytics_touched (case_id, since) SELECT DISTINCT complaint_id, now() "
            "FROM analytics_occurrence WHERE kind = ANY(%s) AND day >= %s",
            [list(occurrences.MINUTES_IN_A_TENTH), day],
        )
        return bool(cursor.rowcount > 0)


def count_again(ids: Collection[int]) -> None:
    """Count these cases by the slow definition, and correct rows and cells by the difference."""
    changes: dict[Place, list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    old, new = _by(ids)
    counted, before, rows = _counted(ids), *_stored(ids)
    gone: list[int] = []
    added: list[Occurrence] = []
    for case in ids:
        was, now = before[case], counted[case]
        for one, times in (now - was).items():
            added += [Occurrence(complaint_id=case, **one._asdict()) for _ in range(times)]
        for one, times in (was - now).items():
            gone += rows[case, one][:times]
        if case in old and case in new and old[case] == new[case]:
            was, now = was - now, now - was
        _add(changes, was, old.get(case), -1)
        _add(changes, now, new.get(case), 1)
    if gone:
        Occurrence.objects.filter(pk__in=gone).delete()
    Occurrence.objects.bulk_create(added)
    _write(changes)


def _add(
    changes: Mapping[Place, list[Any]], counted: Counter[Counted], by: By | None, sign: int
) -> None:
    if by is None:
        return
    for one, times in counted.items():
        for place in places(one, by):
            change = changes[place]
            change[0] += sign * times
            change[1] += sign * times * one.amount


def _by(ids: Collection[int]) -> tuple[dict[int, By], dict[int, By]]:
    """By what the cases were counted, and by what they are now; `CaseFigures` is made to say so."""
    columns = ("pk", *COLUMNS)
    before = {
        row[0]: row[1:] for row in CaseFigures.objects.filter(pk__in=ids).values_list(*columns)
    }
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, {"ids": list(ids)})
        now = {row[0]: row[1:] for row in cursor.fetchall()}
    changed = [(pk, *row) for pk, row in now.items() if before.get(pk) != row]
    CaseFigures.objects.bulk_create(
        [
            CaseFigures(complaint_id=pk, **dict(zip(COLUMNS, row, strict=True)))
            for pk, *row in changed
        ],
        update_conflicts=True,
        unique_fields=["complaint"],
        update_fields=COLUMNS,
    )
    wide = len(By._fields)
    return tuple(  # type: ignore[return-value]
        {pk: By(*row[:wide]) for pk, row in rows.items()} for rows in (before, now)
    )


def _counted(ids: Collection[int]) -> Counts:
    found: Counts = defaultdict(Counter)
    for case, one in occurrences.of_cases(ids):
        found[case][one] += 1
    return found


def _stored(ids: Collection[int]) -> tuple[Counts, dict[tuple[int, Counted], list[int]]]:
    """What was counted before, and the keys of its rows."""
    counts: Counts = defaultdict(Counter)
    rows: dict[tuple[int, Counted], list[int]] = defaultdict(list)
    stored = Occurrence.objects.filter(complaint__in=ids).values_list(
        "complaint_id", "pk", *Counted._fields
    )
    for case, pk, *columns in stored:
        one = Counted(*columns)
        counts[case][one] += 1
        rows[case, one].append(pk)
    return counts, rows


def _write(changes: Mapping[Place, Iterable[Any]]) -> None:
    rows = [(*place, *change) for place, change in sorted(changes.items()) if any(change)]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])
        empty = [pk for pk, n in cursor.fetchall() if n == 0]
    if empty:
        Cell.objects.filter(pk__in=empty).delete()

"""The rows of one page of the list, read by two statements that are put together once
(`complaints/prepared.py`) and drawn from what they show (`templates/queue/row.html`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from complaints import presence, snoozed
from complaints.models import Complaint, Deadline
from complaints.prepared import NOW, Statement, put_together, statement
from complaints.querysets import ComplaintQuerySet
from complaints.views.queue_filters import Filters, end_of_today
from complaints.views.queue_row import COLUMNS, Line, Row
from complaints.views.queue_rows import (
    OPEN_HOLD,
    PAGE_SIZE,
    WITHHELD,
    Cursor,
    Order,
    Page,
    from_here,
)

_MOMENT, _PK = datetime(1, 1, 9, tzinfo=NOW.tzinfo), 2**62  # stand for the cursor of a look
# Of each case the clock that is shown: the next that runs, else the next of those that stand still.
_CLOCKS = """
SELECT DISTINCT ON (complaint_id) * FROM complaints_deadline
WHERE complaint_id = ANY(%s) AND state IN ('running', 'held')
ORDER BY complaint_id, state = 'held', due_at
"""


def page(
    user: User,
    filters: Filters,
    order: Order,
    cursor: Cursor | None,
    now: datetime,
) -> Page:
    """One page of the person's cases that the filters leave. Two statements."""
    if filters.lost:
        return Page([], "", "")
    if "q" in filters.values:  # words are looked for first, and find others each time
        cases = filters.apply(Complaint.objects.visible_to(user), now)
        found = put_together(_rows(cases, order, cursor, now))
    else:
        found = _prepared(user, filters, order, cursor, now)
    found_lines = [Line(*row) for row in found.rows()]
    lines, previous, following = order.cut(found_lines, cursor, PAGE_SIZE)
    rows = _with_clocks(lines, now)
    there = presence.in_list(user, (line.pk for line in lines))
    for row in rows:
        if row.line.pk in there:
            row.others = "write" if there[row.line.pk] else "look"
    return Page(rows, previous, following)


def rows_of(cases: ComplaintQuerySet, order: Order, now: datetime, most: int) -> list[Row]:
    """The first cases in the order of the list, as its rows. Two statements."""
    found = put_together(_rows(cases, order, None, now, most))
    return _with_clocks([Line(*row) for row in found.rows()], now)


def _with_clocks(lines: list[Line], now: datetime) -> list[Row]:
    clocks = {
        clock.complaint_id: clock
        for clock in Deadline.objects.raw(_CLOCKS, [[line.pk for line in lines]])
    }
    return [Row(line, now, clocks.get(line.pk)) for line in lines]


def _prepared(
    user: User,
    filters: Filters,
    order: Order,
    cursor: Cursor | None,
    now: datetime,
) -> Statement:
    shape = cursor and Cursor(cursor.backwards, cursor.moment and _MOMENT, _PK)
    asked = (tuple(sorted(filters.values.items())), order, shape)
    moments: dict[Any, Any] = {NOW: now, end_of_today(NOW): end_of_today(now)}
    if cursor:
        moments |= {_MOMENT: cursor.moment, _PK: cursor.pk}

    def make() -> Statement:
        cases = filters.apply(Complaint.objects.visible_to(user), NOW)
        return put_together(_rows(cases, order, shape, NOW))

    return statement("queue", user, asked, make, moments)


def _rows(
    cases: ComplaintQuerySet,
    order: Order,
    cursor: Cursor | None,
    at: datetime,
    most: int = PAGE_SIZE + 1,
) -> ComplaintQuerySet:
    """The columns of one row more than a page has. The page's keys first: a search may find
    thousands, and only the page's rows need the rest.
    """
    backwards = bool(cursor and cursor.backwards)
    turn = snoozed.turn(at)
    cases = from_here(cases.annotate(turn_at=turn), order, cursor, most - 1, at)
    keys = order.sort(cases, backwards).values("pk")[:most]
    rows = order.sort(cases.model.objects.annotate(turn_at=turn).filter(pk__in=keys), backwards)
    rows = rows.annotate(hold_reason=OPEN_HOLD, withheld=WITHHELD, **snoozed.columns())
    return rows.values_list(*COLUMNS)

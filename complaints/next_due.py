"""When a case falls due next, kept on the case: by any of its running clocks (`next_due_at`, what
lists are sorted by), and by what the law obliges us to (`next_statutory_at`, what 领取下一件 goes
by). Both are set together, wherever clocks begin, end or move.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery

from complaints.choices import DeadlineNature, DeadlineState
from complaints.models import Complaint, Deadline

COLUMNS = ("next_due_at", "next_statutory_at")
# Whose terms are no duty of ours: that they run out presses nobody here.
OTHERS = ("consumer", "regulator", "authority", "guardian")
STATUTORY = Q(nature=DeadlineNature.STATUTORY) & ~Q(owed_by__in=OTHERS)


def statutory(deadline: Deadline) -> bool:
    """A term that the law sets us."""
    return deadline.nature == DeadlineNature.STATUTORY and deadline.owed_by not in OTHERS


def put(complaint: Complaint, clocks: Iterable[Deadline]) -> None:
    """From all of its clocks, saved or not; the case is not saved."""
    running = [d for d in clocks if d.state == DeadlineState.RUNNING]
    complaint.next_due_at = min((d.due_at for d in running), default=None)
    by_law = (d.due_at for d in running if statutory(d))
    complaint.next_statutory_at = min(by_law, default=None)


def refresh(complaint: Complaint) -> None:
    """From its clocks as they are stored: one statement; the case is not saved."""
    found = Deadline.objects.filter(complaint=complaint, state=DeadlineState.RUNNING).aggregate(
        next_due_at=Min("due_at"), next_statutory_at=Min("due_at", filter=STATUTORY)
    )
    vars(complaint).update(found)


def of_each() -> Mapping[str, Any]:
    """The same for an update of many cases."""
    running = Deadline.objects.filter(complaint=OuterRef("pk"), state=DeadlineState.RUNNING)
    return {
        "next_due_at": _soonest(running),
        "next_statutory_at": _soonest(running.filter(STATUTORY)),
    }


def _soonest(clocks: QuerySet[Deadline]) -> Subquery:
    return Subquery(clocks.order_by("due_at").values("due_at")[:1])


_OF_MANY = """
UPDATE complaints_complaint AS c
SET next_due_at = d.due, next_statutory_at = d.by_law
FROM (
    SELECT complaint_id, min(due_at) AS due, min(due_at) FILTER (
        WHERE nature = 'statutory' AND owed_by <> ALL(%(others)s)
    ) AS by_law
    FROM complaints_deadline
    WHERE state = 'running' AND complaint_id = ANY(%(cases)s)
    GROUP BY complaint_id
) AS d
WHERE c.id = d.complaint_id
    AND (c.next_due_at, c.next_statutory_at) IS DISTINCT FROM (d.due, d.by_law)
"""


def refresh_many(cases: Collection[int]) -> None:
    """Of cases some clock of which runs, by their ids: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_MANY, {"cases": list(cases), "others": list(OTHERS)})

"""One's own list begins with what is back from being put aside: each half is read from its own
index, and together they are the whole list in its order.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from complaints import snoozed
from complaints.models import Complaint, Snooze
from complaints.querysets import ComplaintQuerySet
from complaints.views import queue_lines
from complaints.views.queue_rows import BY_TURN, Cursor, from_here
from tests import factories as f
from tests.cast import Cast

NOW = datetime(2026, 11, 23, 10, tzinfo=timezone.get_default_timezone())
HOUR = timedelta(hours=1)


def aside(case: Complaint, until: datetime) -> None:
    Snooze.objects.create(
        complaint=case, owner=case.owner, until=until, waiting_for="报告", created_at=NOW - 9 * HOUR
    )


@pytest.fixture
def own(cast: Cast) -> ComplaintQuerySet:
    """Seven open cases: three are back, one is away, two are due together, and of two without a
    clock one is back.
    """
    cases = [f.registered(cast) for _ in range(7)]
    due = [5, 1, None, 1, 2, None, 3]
    for case, hours in zip(cases, due, strict=True):
        moment = None if hours is None else NOW + hours * HOUR
        Complaint.objects.filter(pk=case.pk).update(next_due_at=moment, owner=cast.agent)
        case.owner = cast.agent
    for place, days in {0: -1, 2: -1, 4: -1, 6: 1}.items():
        aside(cases[place], NOW + days * 24 * HOUR)
    found: ComplaintQuerySet = Complaint.objects.visible_to(cast.agent).filter(owner=cast.agent)
    return found.annotate(turn_at=snoozed.turn(NOW))


def in_order(cases: ComplaintQuerySet) -> list[Any]:
    end = NOW + 9999 * HOUR
    return sorted(cases, key=lambda case: (case.turn_at or end, case.pk))


@pytest.mark.parametrize("size", [1, 2, 3, 9])
@pytest.mark.parametrize("backwards", [False, True])
def test_from_every_place_the_next_rows_are_those_of_the_whole_list(
    own: ComplaintQuerySet, size: int, backwards: bool
) -> None:
    whole = in_order(own)
    assert len(whole) == 7
    for place, case in enumerate(whole):
        at = Cursor(backwards, case.turn_at, case.pk)
        rows = BY_TURN.sort(from_here(own, BY_TURN, at, size, NOW), backwards)
        rest = whole[:place][::-1] if backwards else whole[place + 1 :]
        assert list(rows[: size + 1]) == rest[: size + 1]


@pytest.mark.parametrize("size", [1, 2, 3, 9])
def test_the_first_page_is_the_head_of_the_whole_list(own: ComplaintQuerySet, size: int) -> None:
    rows = BY_TURN.sort(from_here(own, BY_TURN, None, size, NOW), False)
    assert list(rows[: size + 1]) == in_order(own)[: size + 1]


@pytest.mark.parametrize("at", [None, Cursor(False, NOW, 7), Cursor(True, NOW, 7)])
def test_what_is_due_is_read_from_the_index_and_no_further_than_the_page(
    cast: Cast, at: Cursor | None
) -> None:
    f.registered(cast)
    mine = Complaint.objects.visible_to(cast.agent).open().filter(owner=cast.agent)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    plan = queue_lines._rows(mine, BY_TURN, at, NOW).explain().splitlines()
    [scan] = [n for n, line in enumerate(plan) if "open_by_owner_and_due" in line][-1:]
    above = [line.split("->")[-1].split("(")[0].strip() for line in plan[:scan]]
    limit = max(n for n, name in enumerate(above) if name == "Limit")
    assert not [name for name in above[limit:] if "Sort" in name]

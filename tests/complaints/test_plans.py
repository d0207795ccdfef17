"""Lists, counts and searches read the rows that they show, however many cases there are: each has
its index. The planner is kept from reading everything, so that few rows show what many would.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Team, User
from complaints import person_search
from complaints.finding import holding
from complaints.finding.terms import asked
from complaints.models import Complaint
from complaints.views import queue_rows, queue_views
from complaints.views.queue_directory import Directory
from complaints.views.queue_filters import Filters
from complaints.views.review_desk import void_offers
from tests import factories as f
from tests.cast import Cast


def plan_of(query: QuerySet[Any], *forbidden: str) -> str:
    """How the database would fetch it when it has to avoid these ways and reading everything."""
    with connection.cursor() as cursor:
        for way in ("seqscan", *forbidden):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    return str(query.explain())


def plan_of_probe(typed: str) -> str:
    """How the keys of the cases are looked up that a query finds."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, values = holding.probe(asked(typed).terms, {}, 10)
        cursor.execute(f"EXPLAIN {sql}", values)
        return str(cursor.fetchall())


def view_of(user: User, key: str) -> QuerySet[Any]:
    """The first hundred of a ready-made view, as they are counted."""
    views = {v.key: v for s in queue_views.sections_for(user) for v in s.views}
    filters = Filters(user, dict(views[key].filters), Directory(user))
    cases = filters.apply(Complaint.objects.visible_to(user), timezone.now())
    return queue_rows.order_of(views[key].filters).sort(cases, backwards=False)[:100]


@pytest.mark.parametrize(
    ("who", "view", "index"),
    [
        ("agent", "mine", "open_by_owner_and_due"),
        ("agent", "team", "open_by_team_and_due"),
        ("agent", "closed", "finished_by_team"),
        ("supervisor", "team", "open_by_team_and_due"),
        ("supervisor", "high_risk", "high_risk_by_team"),
        ("supervisor", "team_on_hold", "on_hold_by_team"),
        ("supervisor", "team_returned", "returned_by_team"),
        ("supervisor", "closed", "finished_by_team"),
        ("counsel", "in_review", "in_review_by_due"),
    ],
)
def test_a_view_is_counted_from_an_index_in_its_order(
    cast: Cast, who: str, view: str, index: str
) -> None:
    f.registered(cast)
    if index not in ("open_by_owner_and_due", "open_by_team_and_due", "in_review_by_due"):
        with connection.cursor() as cursor:  # with so few rows these would do as well
            cursor.execute("DROP INDEX open_by_team_and_due, open_by_due")
    plan = plan_of(view_of(getattr(cast, who), view), "bitmapscan", "sort")
    assert index in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("who", "view", "index"),
    [
        ("agent", "team", "open_by_team_and_due"),
        ("supervisor", "team", "open_by_team_and_due"),
        ("counsel", "in_review", "in_review_by_due"),
    ],
)
def test_a_page_begins_in_the_index_where_the_one_before_ended(
    cast: Cast, who: str, view: str, index: str, backwards: bool
) -> None:
    f.registered(cast)
    cursor = queue_rows.Cursor(backwards, timezone.now(), 7)
    first = view_of(getattr(cast, who), view)
    first.query.clear_limits()
    part = queue_rows.BY_DUE._beyond(cursor)[0]
    rows = queue_rows.BY_DUE.sort(first.filter(part), backwards)[:26]
    plan = plan_of(rows, "bitmapscan", "sort")
    assert index in plan
    assert re.search(r"Index Cond: .*next_due_at [<>]= ", plan)
    assert "Sort" not in plan


def test_whoever_is_asked_by_another_team_reads_the_list_from_an_index(cast: Cast) -> None:
    """Of the own team or asked about: either from the index of open cases in their order, or from
    those of both conditions; never from all cases.
    """
    f.registered(cast)
    Team.objects.filter(pk=cast.team.pk).update(asked=True)
    user = User.objects.get(pk=cast.agent.pk)
    assert user.asked_team_ids
    plan = plan_of(view_of(user, "team"))
    assert re.search("open_by_(team_and_)?due", plan)
    assert "open_consults_of_team" in plan
    assert "Seq Scan" not in plan


def number(cast: Cast) -> str:
    return f.registered(cast).number


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        (number, "complaints_complaint_number"),
        (lambda _cast: "SO-1", "by_order_number"),
        (lambda _cast: "12315-77", "external_reference_is_registered_once"),
        (lambda _cast: "12012345678", "consumer_by_phone"),
        (lambda _cast: "王测试", "consumer_by_name"),
        (lambda _cast: "4111111111111111", "consumer_by_bank_account"),
        (lambda _cast: "batch9", "search_words"),
        (lambda _cast: "胶囊3", "passage_words"),
    ],
)
def test_each_way_of_finding_has_an_index_of_its_own(
    cast: Cast, typed: Callable[[Cast], str], index: str
) -> None:
    cases = Complaint.objects.visible_to(cast.agent)
    if (one := person_search.sought(typed(cast))) is None:
        plan = plan_of_probe(typed(cast))
    else:  # looked up first, by its own statement
        plan = plan_of(cases.filter(pk__in=person_search.having(one)))
    assert index in plan
    assert "Seq Scan on complaints_complaint" not in plan


def test_counsels_list_of_void_offers_is_read_from_its_index(cast: Cast) -> None:
    """Where somebody is named in cases the list asks for each row that it shows, by an index."""
    f.registered(cast)
    with connection.cursor() as cursor:  # with so few rows these would do as well
        cursor.execute("DROP INDEX open_by_team_and_due, open_by_due, by_due")
    rows = queue_rows.BY_DUE.sort(void_offers(cast.counsel), backwards=False)[:50]
    plan = plan_of(rows, "bitmapscan", "sort")
    assert "to_be_signed_again" in plan
    assert "Seq Scan on complaints_namedperson" not in plan


@pytest.mark.parametrize("who", ["supervisor", "counsel"])
def test_what_waits_for_an_approval_is_looked_for_among_what_waits(cast: Cast, who: str) -> None:
    """Not among all that was ever approved, which grows with the cases."""
    f.registered(cast)
    plan = plan_of(view_of(getattr(cast, who), "to_approve"))
    assert "approval_that_waits" in plan
    assert "Seq Scan on complaints_approval" not in plan

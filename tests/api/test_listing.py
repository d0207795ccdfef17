"""The list: filters from one allow-list, pages without gaps, by index."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints.actions import assignment, intake, steps
from complaints.models import Complaint
from tests import factories as f
from tests.api.conftest import Caller, complaint, program
from tests.cast import Cast


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


def case(cast: Cast, now: datetime | None = None, **changes: Any) -> Complaint:
    return intake.register(complaint(**changes), by=cast.agent, owned=True, now=now)


def found(caller: Caller, query: str) -> list[str]:
    answer = caller.get(f"complaints/?{query}")
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


def pages(caller: Caller, query: str) -> list[list[str]]:
    """Every page from the first to the last, by `next`; and back again by `previous`."""
    there, address = [], f"/api/v1/complaints/?{query}"
    while address:
        answer = caller.get(address).json()
        there.append([row["number"] for row in answer["results"]])
        last, address = address, answer["next"]
    back, address = [], last
    while address:
        answer = caller.get(address).json()
        back.append([row["number"] for row in answer["results"]])
        address = answer["previous"]
    assert back[::-1] == there
    return there


def test_each_filter_finds_what_it_says(cast: Cast, agent: Caller) -> None:
    now = timezone.now()
    late = case(cast, now=now - timedelta(days=9), narrative="充电宝鼓包起火", category="injury")
    flagged = case(
        cast, risk_flags=["media"], product={"name": "云朵枕"}, channel="wechat", region="51"
    )
    moving = f.investigating(cast)
    assignment.assign(flagged.number, by=cast.agent, user=cast.colleague, note="交接")
    done = case(cast)
    steps.take(
        done.number,
        "decline",
        {"reason": "not_our_business", "explanation": "请拨打 12315"},
        by=cast.supervisor,
    )
    everything = {late.number, flagged.number, moving.number, done.number}
    tomorrow = (now + timedelta(days=30)).isoformat()
    yesterday = (now - timedelta(days=1)).date().isoformat()
    expected = {
        "": everything,
        "state=investigating": {moving.number},
        "state=open": everything - {done.number},
        "state=investigating,closed": {moving.number, done.number},
        "phase=intake": {late.number, flagged.number},
        "owner=colleague": {flagged.number},
        "owner=me": everything - {flagged.number},
        "owner=none": set(),
        "team=客服一组": everything,
        f"team={cast.team.pk}": everything,
        f"team={cast.other_team.pk}": set(),
        "category=injury": {late.number},
        "category=injury,telesales_fraud": everything,
        "risk=media": {flagged.number},
        "channel=wechat": {flagged.number},
        "region=51,11": {flagged.number},
        "outcome=declined": {done.number},
        "q=鼓包": {late.number},
        "q=云朵": {flagged.number},
        f"q={moving.number}": {moving.number},
        "overdue=true": {late.number},
        "overdue=0": everything - {late.number},
        "on_hold=true": set(),
        f"due_before={quote(tomorrow)}": everything - {done.number},
        f"due_before={yesterday}": {late.number},
        f"received_after={yesterday}": everything - {late.number},
        f"received_after={quote(tomorrow)}": set(),
        "state=open&category=injury&q=起火": {late.number},
        "state=&q=&owner=": everything,
    }
    assert {query: set(found(agent, query)) for query in expected} == expected


@pytest.mark.parametrize(
    ("query", "field", "known"),
    [
        ("colour=red", "colour", "received_after"),
        ("state=asleep", "state", "investigating"),
        ("phase=x", "phase", "intake"),
        ("category=weather", "category", "telesales_fraud"),
        ("risk=low", "risk", "safety"),
        ("region=99", "region", "33"),
        ("ordering=price_paid", "ordering", "-created_at"),
        ("ordering=owner__password", "ordering", "created_at"),
        ("overdue=maybe", "overdue", "true"),
        ("due_before=soon", "due_before", "2026-11-23"),
        ("page_size=0", "page_size", "200"),
        ("page_size=201", "page_size", "200"),
        ("page_size=ten", "page_size", "200"),
        ("cursor=abc", "cursor", "第一页"),
        ("number__startswith=T", "number__startswith", "state"),
        ("consumer__phone_index=1", "consumer__phone_index", "state"),
    ],
)
def test_an_unknown_filter_or_value_is_refused_and_those_that_exist_are_named(
    agent: Caller, query: str, field: str, known: str
) -> None:
    answer = agent.get(f"complaints/?{query}")
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert known in error["message"]


@pytest.mark.parametrize("ordering", ["", "created_at", "next_due_at", "-next_due_at", "number"])
def test_pages_have_neither_gaps_nor_repetitions_there_and_back(
    cast: Cast, agent: Caller, ordering: str
) -> None:
    now = timezone.now()
    for n in range(7):  # several of the same instant, some without a deadline
        case(cast, now=now - timedelta(days=n % 3))
    Complaint.objects.filter(number__endswith="3").update(next_due_at=None)
    Complaint.objects.filter(pk=Complaint.objects.latest("pk").pk).update(next_due_at=None)
    query = f"ordering={ordering}&" if ordering else ""
    whole = found(agent, f"{query}page_size=200")
    assert len(whole) == len(set(whole)) == 7
    for size in (1, 2, 3, 7):
        walked = pages(agent, f"{query}page_size={size}")
        assert [number for page in walked for number in page] == whole
        assert {len(page) for page in walked[:-1]} <= {size}


def test_orderings_put_cases_without_a_value_last(cast: Cast, agent: Caller) -> None:
    now = timezone.now()
    old, new = case(cast, now=now - timedelta(days=5)), case(cast, now=now)
    held = case(cast, now=now - timedelta(days=9))
    Complaint.objects.filter(pk=held.pk).update(next_due_at=None)
    numbers = {
        "next_due_at": [old.number, new.number, held.number],
        "-next_due_at": [new.number, old.number, held.number],
        "-created_at": [new.number, old.number, held.number],
        "received_at": [held.number, old.number, new.number],
        "-number": [held.number, new.number, old.number],
    }
    assert {o: found(agent, f"ordering={o}") for o in numbers} == numbers


def test_a_case_that_arrives_while_somebody_turns_pages_moves_nothing(
    cast: Cast, agent: Caller
) -> None:
    before = [case(cast).number for _n in range(4)][::-1]
    first = agent.get("complaints/?page_size=2").json()
    case(cast)
    second = agent.get(first["next"]).json()
    assert [r["number"] for r in first["results"] + second["results"]] == before


def test_a_cursor_of_another_ordering_is_refused(cast: Cast, agent: Caller) -> None:
    case(cast)
    case(cast)
    cursor = urlsplit(agent.get("complaints/?page_size=1").json()["next"]).query
    answer = agent.get(f"complaints/?{cursor}&ordering=number")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize(
    ("ordering", "column"),
    [
        *(("created_at", "created_at"), ("-received_at", "received_at")),
        *(("next_due_at", "next_due_at"), ("-number", "id")),
    ],
)
def test_a_page_is_a_range_of_an_index(
    cast: Cast, agent: Caller, ordering: str, column: str
) -> None:
    """Neither a count nor an OFFSET, and no reading of everything before the page."""
    for _n in range(4):
        case(cast)
    following = agent.get(f"complaints/?page_size=1&ordering={ordering}").json()["next"]
    with CaptureQueriesContext(connection) as statements:
        agent.get(following)
    sql = " ".join(q["sql"] for q in statements)
    assert "OFFSET" not in sql
    assert "COUNT(" not in sql
    [page] = [q["sql"] for q in statements if 'FROM "complaints_complaint"' in q["sql"]]
    with connection.cursor() as cursor:
        for other in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{other} = off")
        cursor.execute(f"EXPLAIN {page}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Sort" not in plan
    assert re.search(rf"Index Cond: .*\b{column} [<>]", plan), plan

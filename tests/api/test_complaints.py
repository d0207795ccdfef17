"""Registering, reading and mending cases over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.models import Complaint
from tests import factories as f
from tests.api.conftest import Caller, complaint, person, program
from tests.cast import Cast

FIELDS = {
    *("number", "state", "phase", "outcome", "version", "priority", "risk_flags", "confidential"),
    *("owner", "team", "category", "rights", "channel", "received_at", "registered_by"),
    *("consumer", "product", "order_number", "transaction_date", "price_paid", "loss_claimed"),
    *("claims", "narrative", "holds", "round", "next_deadline", "created_at", "updated_at"),
}


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


def registered(caller: Caller, **changes: Any) -> dict[str, Any]:
    answer = caller.post("complaints/", complaint(**changes))
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_complaint_is_registered_with_its_first_deadline(agent: Caller) -> None:
    answer = agent.post("complaints/", complaint(external_reference="CRM-1"))
    body = answer.json()
    assert answer.status_code == 201
    assert set(body) >= FIELDS
    assert body["state"] == "registered"
    assert body["version"] == 1
    assert answer["ETag"] == '"1"'
    assert answer["Location"] == f"/api/v1/complaints/{body['number']}/"
    [deadline] = body["deadlines"]
    assert deadline["kind"] == "accept"
    assert body["next_deadline"]["id"] == deadline["id"]
    assert body["price_paid"] == "3980.00"
    assert (body["team"]["name"], body["registered_by"]["username"]) == ("客服一组", "agent")


def test_the_consumer_is_answered_masked_everywhere(agent: Caller) -> None:
    number = registered(agent)["number"]
    for path in (f"complaints/{number}/", "complaints/", f"complaints/{number}/timeline/"):
        text = agent.get(path).content.decode()
        assert f.CONSUMER["phone"] not in text
        assert f.CONSUMER["name"] not in text
    assert agent.get(f"complaints/{number}/").json()["consumer"]["phone"] == "120****5678"


def test_a_consumer_has_a_language_for_letters(agent: Caller) -> None:
    number = registered(agent, consumer={"name": "Smith", "phone": "12000003333"})["number"]
    address = f"complaints/{number}/"
    assert agent.get(address).json()["consumer"]["language"] == "zh"
    sent = agent("patch", address, {"consumer": {"language": "en"}, "version": 1})
    assert sent.json()["consumer"]["language"] == "en"
    assert sent.json()["consumer"]["phone"] == "120****3333"
    refused = agent("patch", address, {"consumer": {"language": "fr"}, "version": 2})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "consumer.language"
    told = {"name": "Lee", "phone": "12000004444", "language": "en"}
    assert registered(agent, consumer=told)["consumer"]["language"] == "en"


def test_earlier_cases_of_the_same_person_and_order_are_named(agent: Caller) -> None:
    first = registered(agent, order_number="SO-SAME")
    second = registered(agent, order_number="SO-SAME")
    assert first["similar"] == []
    [similar] = second["similar"]
    assert similar["number"] == first["number"]
    assert set(similar["same"]) == {"phone", "order_number"}


def test_a_case_is_mended_and_its_version_grows(agent: Caller) -> None:
    case = registered(agent)
    answer = agent("patch", f"complaints/{case['number']}/", {"order_number": "SO-X", "version": 1})
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert answer.json()["order_number"] == "SO-X"


@pytest.mark.parametrize(
    ("headers", "version", "status"), [({"If_Match": '"1"'}, None, 412), ({}, 1, 409)]
)
def test_a_stale_write_is_refused_and_shows_the_case_as_it_is(
    agent: Caller, headers: dict[str, str], version: int | None, status: int
) -> None:
    path = f"complaints/{registered(agent)['number']}/"
    assert agent("patch", path, {"order_number": "SO-A"}, If_Match='"1"').status_code == 200
    change = {"order_number": "SO-B", **({"version": version} if version else {})}
    refused = agent("patch", path, change, **headers)
    problem = refused.json()
    assert refused.status_code == status
    assert (problem["code"], problem["version"], refused["ETag"]) == ("stale_version", 2, '"2"')
    assert problem["current"]["order_number"] == "SO-A"
    assert Complaint.objects.get().order_number == "SO-A"


def test_registering_takes_at_most_sixteen_statements(cast: Cast) -> None:
    for caller in (program(cast.agent), person(cast.agent)):
        registered(caller)  # the key's last use is written once in ten minutes
        with CaptureQueriesContext(connection) as statements:
            registered(caller, external_reference=f"CRM-{id(caller)}")
        assert len(statements) <= 16, [q["sql"][:80] for q in statements]


def test_list_and_case_take_few_statements_whatever_the_number(cast: Cast) -> None:
    agent = program(cast.agent)
    numbers = [registered(agent)["number"]]
    counted = {}
    for rows in (3, 30):
        numbers += [registered(agent)["number"] for _n in range(rows)]
        for name, path, most in (
            ("list", "complaints/?page_size=200&ordering=next_due_at", 8),
            ("case", f"complaints/{numbers[0]}/", 10),
            ("search", "complaints/?q=血压&state=open", 8),
        ):
            with CaptureQueriesContext(connection) as statements:
                assert agent.get(path).status_code == 200
            assert len(statements) <= most, [q["sql"][:80] for q in statements]
            assert counted.setdefault(name, len(statements)) == len(statements)

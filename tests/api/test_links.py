"""links/: cases that have to do with one another, over HTTP."""

from __future__ import annotations

import pytest

from complaints.models import CaseLink
from tests import factories as f
from tests.api.conftest import Caller, program
from tests.cast import Cast


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


def test_a_link_is_made_listed_from_both_sides_and_ended(cast: Cast, agent: Caller) -> None:
    one, other = f.investigating(cast), f.investigating(cast, order_number="SO-2")
    sent = {"to": other.number, "kind": "follow_up", "note": "同一张卡"}
    made = agent.post(f"complaints/{one.number}/links/", sent)
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["number"], row["state"], row["first"]) == (other.number, "investigating", True)
    there = agent.get(f"complaints/{other.number}/links/").json()
    assert there["hidden"] == 0
    [seen] = there["results"]
    assert (seen["id"], seen["number"], seen["first"]) == (row["id"], one.number, False)
    place = made["Location"].removeprefix("/api/v1/")
    assert agent("delete", place, {}).status_code == 400
    assert agent("delete", place, {"reason": "不是"}).status_code == 200
    assert agent("delete", place, {"reason": "不是"}).status_code == 400
    assert agent.get(f"complaints/{one.number}/links/").json()["results"] == []
    assert CaseLink.objects.get().ended_reason == "不是"


def test_a_foreign_case_is_refused_like_a_missing_one(cast: Cast, agent: Caller) -> None:
    one, hidden = f.registered(cast), f.registered(cast, by=cast.outsider)
    place = f"complaints/{one.number}/links/"
    answers = [
        agent.post(place, {"to": number, "kind": "same_matter"})
        for number in (hidden.number, "TS26-999999")
    ]
    assert [a.status_code for a in answers] == [400, 400]
    assert answers[0].json()["errors"] == answers[1].json()["errors"]


def test_merged_cases_are_listed_without_an_id(cast: Cast, agent: Caller) -> None:
    one, into = f.investigating(cast), f.investigating(cast, order_number="SO-2")
    f.step(one, "merge", cast.agent, into=into.number, reason="同一事")
    [row] = agent.get(f"complaints/{into.number}/links/").json()["results"]
    assert (row["id"], row["kind"], row["outcome"]) == (None, "merged_from", "merged")

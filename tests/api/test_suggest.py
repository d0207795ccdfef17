"""Suggestions over HTTP: a list of facts with the words quoted, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from legal_rules.suggest.text import LOOKED_AT
from tests.api.conftest import program
from tests.cast import Cast

FACTS, CATEGORY = "legal/suggest-facts/", "legal/suggest-category/"
SAID = "😀 3月1日接到推销电话，对方说胶囊根治高血压，花了3980元。要求退一赔三。 "


def test_facts_come_as_a_list_with_the_words_and_their_places(cast: Cast) -> None:
    caller = program(cast.agent)
    answer = caller.post(FACTS, {"narrative": SAID, "received_on": "2026-11-25"})
    assert answer.status_code == 200
    found = answer.json()
    assert isinstance(found, list)
    for one in found:
        assert {*one} == {"fact_id", "value", "confidence", "quote", "start", "end", "judgement"}
        assert SAID[one["start"] : one["end"]] == one["quote"]
    by_fact = {one["fact_id"]: one["value"] for one in found}
    assert by_fact["tx_price_paid"] == "3980.00"
    assert by_fact["conduct_date"] == "2026-03-01"
    assert by_fact["fr_disease_claim"] is True
    assert [o["value"] for o in found if o["fact_id"] == "rt_demand"] == [["惩罚性赔偿"], ["退款"]]
    told = [o for o in found if o["judgement"]]
    assert all(o["confidence"] <= 0.3 for o in told)


def test_the_facts_can_be_evaluated_as_they_are(cast: Cast) -> None:
    caller = program(cast.agent)
    found = caller.post(FACTS, {"narrative": SAID, "received_on": "2026-11-25"}).json()
    facts = {one["fact_id"]: one["value"] for one in found}
    answer = caller.post("legal/evaluate/", {"as_of": "2026-03-01", "facts": facts})
    assert answer.status_code == 200


def test_a_narrative_that_says_nothing_suggests_nothing(cast: Cast) -> None:
    caller = program(cast.agent)
    assert caller.post(FACTS, {"narrative": "你好，请问几点开门"}).json() == []
    answer = caller.post(CATEGORY, {"narrative": "你好，请问几点开门"}).json()
    assert answer == {"categories": [], "rights": []}


def test_categories_and_rights_have_an_address_of_their_own(cast: Cast) -> None:
    answer = program(cast.agent).post(CATEGORY, {"narrative": SAID}).json()
    assert answer["categories"][0]["category"] == "telesales_fraud"
    assert "推销电话" in answer["categories"][0]["words"]
    assert len(answer["categories"]) <= 3
    assert "right_to_know" in [r["right"] for r in answer["rights"]]
    for one in (*answer["categories"], *answer["rights"]):
        assert SAID[one["start"] : one["end"]] == one["quote"]


@pytest.mark.parametrize("path", [FACTS, CATEGORY])
@pytest.mark.parametrize(
    ("body", "field", "code", "sentence"),
    [
        ({}, "narrative", "required", "请给出叙述"),
        ({"narrative": None}, "narrative", "null", "请给出叙述"),
        ({"narrative": 3980}, "narrative", "not_text", "应是文字"),
        ({"narrative": ["花了98元"]}, "narrative", "not_text", "应是文字"),
        ({"narrative": " \r\n\t"}, "narrative", "empty", "是空的"),
        (
            {"narrative": "字" * (LOOKED_AT + 1)},
            "narrative",
            "too_long",
            "最多 10000 字，现有 10001 字",
        ),
        ({"narrative": "好", "received_on": "3月1日"}, "received_on", "invalid", "2026-03-01"),
        ({"narrative": "好", "received_on": "2999-01-01"}, "received_on", "in_future", "今天"),
        ({"narrative": "好", "recieved_on": "2026-03-01"}, "recieved_on", "unknown_field", "字段"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(
    cast: Cast, path: str, body: dict[str, Any], field: str, code: str, sentence: str
) -> None:
    answer = program(cast.agent).post(path, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert sentence in error["message"]


def test_an_unknown_category_and_hidden_characters_are_refused(cast: Cast) -> None:
    caller = program(cast.agent)
    answer = caller.post(FACTS, {"narrative": "花了98元", "category": "weather"})
    assert [e["field"] for e in answer.json()["errors"]] == ["category"]
    assert caller.post(FACTS, {"narrative": "花了\x0098元"}).status_code == 400
    assert caller.post(FACTS, '{"narrative": "\\ud800"}').status_code == 400
    assert caller.post(FACTS, "[]").status_code == 400


def test_a_key_needs_the_scope_of_the_law(cast: Cast) -> None:
    caller = program(cast.agent, "complaints:read")
    assert caller.post(FACTS, {"narrative": "花了98元"}).status_code == 403

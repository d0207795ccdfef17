"""Both reference cases as a conversation: always the first question, answered as it happened."""

from datetime import date
from typing import Any, NamedTuple

import pytest

from legal_rules import rulebook
from legal_rules.reasoning.ask import RANK

DAY = date(2026, 11, 9)
TELESALES: dict[str, Any] = {
    "tx_living_consumption": True,
    "tx_channel": "电话营销",
    "tx_category": "保健食品",
    "tx_our_role": "销售者",
    "tx_delivery_date": "2026-11-11",
    "fr_false_statement": True,
    "fr_induced": True,
    "fr_substantial_effect": True,
    "fr_disease_claim": True,
    "rt_excluded_goods": "否",
    "rt_intact": True,
    "rt_demand_date": "2026-11-13",
    "tm_consent": False,
    "fraud": True,
    "fr_intent": "有证据",
    "fr_is_advertisement": True,
}
SOLD: dict[str, Any] = {
    "pi_employee_sold": True,
    "pi_leak": "已发生",
    "pi_sensitive": ["身份证件号码", "金融账户"],
    "pi_leak_count": 620,
    "pi_loss": "5000.00",
    "pi_harm": True,
    "pi_request": ["无"],
    "pi_delete_ground": "无",
    "pi_no_consent": False,
    "pi_overcollect": False,
    "pi_no_fault": False,
}


class Asked(NamedTuple):
    fact: str
    kind: str


class Talk:
    """Asks what the engine would ask one person, until it asks that person nothing more."""

    def __init__(self, category: str, truth: dict[str, Any], **record: Any) -> None:
        self.category, self.truth, self.facts = category, truth, dict(record)
        self.settled: set[str] = set()

    @property
    def found(self) -> dict[str, Any]:
        return rulebook.analyse(self.facts, DAY, self.category)

    def ask(self, who: str) -> list[Asked]:
        asked = []
        while mine := [
            m
            for m in self.found["missing_facts"]
            if m["found_by"] == who and m["fact"] not in self.settled
        ]:
            fact = mine[0]["fact"]
            asked.append(Asked(fact, mine[0]["kind"]))
            self.settled.add(fact)  # what nobody knows is said to be so
            if fact in self.truth:
                self.facts[fact] = self.truth[fact]
        return asked

    def status(self, rule: str) -> str:
        return next(r["status"] for r in self.found["rules"] if r["id"] == rule)


def deciding(asked: list[Asked]) -> list[str]:
    return [each.fact for each in asked if each.kind == "decides"]


def test_the_telephone_sale_is_decided_with_few_questions() -> None:
    talk = Talk("telesales_fraud", TELESALES, tx_price_paid="3980.00")
    agent = talk.ask("agent")
    assert deciding(agent)[:2] == ["fr_false_statement", "fr_induced"]
    assert set(deciding(agent)[2:4]) == {"tx_our_role", "tx_living_consumption"}
    assert "fr_disease_claim" in {each.fact for each in agent}
    assert len(deciding(agent)) <= 12
    assert len(agent) <= 28
    assert talk.status("cpl.25") == "applies"
    assert talk.status("cpl.55.1") == "open"
    counsel = talk.ask("counsel")
    assert deciding(counsel)[0] == "fr_intent"
    assert len(deciding(counsel)) <= 3
    assert talk.status("cpl.55.1") == talk.status("civil_code.148") == "applies"
    sums = {r["remedy"]: r["amount"] for r in talk.found["remedies"]}
    assert (sums["fraud_triple"], sums["rescind_fraud"]) == ("11940.00", "3980.00")
    assert talk.ask("agent") == [], "the agent is not called back after counsel"


def test_the_sold_records_are_decided_with_few_questions() -> None:
    talk = Talk("pi_leak", SOLD)
    agent = talk.ask("agent")
    assert deciding(agent)[0] == "pi_employee_sold"
    assert "pi_loss" in deciding(agent)[:3]
    assert {"pi_sensitive", "pi_leak_count"} <= {each.fact for each in agent}
    assert len(deciding(agent)) <= 12
    assert len(agent) <= 20
    assert talk.status("pipl.69.1") == talk.status("criminal.253-1") == "applies"
    counsel = talk.ask("counsel")
    assert len(counsel) <= 8
    assert deciding(counsel) == []
    assert talk.ask("agent") == []


@pytest.mark.parametrize(("category", "truth"), [("telesales_fraud", TELESALES), ("pi_leak", SOLD)])
def test_what_decides_is_asked_before_sums_exposures_and_defences(
    category: str, truth: dict[str, Any]
) -> None:
    talk = Talk(category, truth, tx_price_paid="3980.00")
    while asked := talk.found["missing_facts"]:
        kinds = [RANK[m["kind"]] for m in asked]
        assert kinds == sorted(kinds)
        fact = asked[0]["fact"]
        if fact not in truth:
            break
        talk.facts[fact] = truth[fact]


def test_of_equal_weight_the_order_is_that_of_a_conversation() -> None:
    talk = Talk("return_no_reason", {}, tx_living_consumption=True)
    asked = [m["fact"] for m in talk.found["missing_facts"]]
    assert asked.index("tx_delivery_date") < asked.index("rt_demand_date")

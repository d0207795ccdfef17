"""Saying less never establishes more, save where the law lays the burden on the business.

One fact besides: a count of records displaces the estimate by persons, so that without the count
the estimate stands again.
"""

import random
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legal_rules import rulebook
from legal_rules.reasoning.apply import judge
from legal_rules.reasoning.derived import DERIVED
from legal_rules.reasoning.logic import Truth
from legal_rules.vocabulary import FACTS

BOOK = rulebook.current()
DAY = date(2026, 3, 2)
IN_FORCE = sorted(name for name, rule in BOOK.rules.items() if rule.version_on(DAY))
DECISIVE = sorted(
    name
    for name in {name for rule in BOOK.rules.values() for name in rule.names}
    if FACTS[name].type in ("boolean", "enum", "multi", "integer", "money") and name not in DERIVED
)


def an_answer(name, chance):
    fact = FACTS[name]
    if fact.type == "boolean":
        return chance.random() < 0.6
    if fact.type == "enum":
        return chance.choice(list(fact.values))
    if fact.type == "multi":
        return [chance.choice(list(fact.values))]
    return min(chance.choice([0, 1, 30, 5000]), fact.at_most)


def inputs_of(names):
    return {each for name in names for each in (*FACTS[name].inputs, name)}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(IN_FORCE), st.integers(0, 10**9))
def test_dropping_a_fact_never_establishes_a_rule(rule_id, seed):
    chance = random.Random(seed)  # noqa: S311 not a secret
    rule = BOOK.rules[rule_id]
    version = rule.version_on(DAY)
    assert version is not None
    mine = [name for name in rule.names if name in DECISIVE]
    facts = {name: an_answer(name, chance) for name in mine if chance.random() < 0.8}
    before = judge(rule, rulebook.known(facts), DAY)
    for name in facts:
        fewer = {other: value for other, value in facts.items() if other != name}
        after = judge(rule, rulebook.known(fewer), DAY)
        if name in inputs_of(version.defences()) or name.startswith("pi_count_"):
            continue
        if before.truth is not Truth.YES:
            assert after.truth is not Truth.YES, (name, facts)
        contradictory = name == "tx_farm_supplies" or facts.get("pf_rights_harmed") is False
        if before.truth is not Truth.NO and not contradictory:  # answers that fight each other
            assert after.truth is not Truth.NO, (name, facts)


@pytest.mark.parametrize("rule_id", sorted(BOOK.rules))
def test_leaving_a_fact_out_of_an_example_never_establishes_its_rule(rule_id):
    """Facts of a defence aside: whoever bears that burden loses by silence."""
    rule = BOOK.rules[rule_id]
    for example in rule.examples:
        day = example.on or BOOK.as_of
        if judge(rule, rulebook.known(example.facts), day).truth is Truth.YES:
            continue
        for name in example.facts:
            fewer = {other: value for other, value in example.facts.items() if other != name}
            after = judge(rule, rulebook.known(fewer), day)
            if after.truth is Truth.YES:
                assert after.version is not None
                defences = inputs_of(after.version.defences())
                dates = {*rule.dated_by, *inputs_of(rule.dated_by)}
                assert name in defences | dates or name.startswith("pi_count_"), (
                    example.name,
                    name,
                )


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(IN_FORCE))
def test_with_nothing_known_nothing_is_established(rule_id):
    finding = judge(BOOK.rules[rule_id], rulebook.known({}), DAY)
    assert finding.truth is Truth.OPEN


def test_every_applying_rule_rests_on_answered_elements():
    chance = random.Random(7)  # noqa: S311 not a secret
    for _ in range(60):
        facts = {name: an_answer(name, chance) for name in DECISIVE if chance.random() < 0.5}
        for rule in rulebook.analyse(facts, DAY)["rules"]:
            if rule["status"] == "applies":
                assert all(
                    element["status"] == "satisfied" or element["status"] == "failed"
                    for element in rule["elements"]
                ), rule["id"]
                assert any(element["status"] == "satisfied" for element in rule["elements"])

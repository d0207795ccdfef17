"""A computed fact reads exactly what it declares: its inputs are what the engine asks for."""

import random

import pytest

from legal_rules.reasoning.derived import DERIVED, Get
from legal_rules.vocabulary import FACTS
from tests.legal_rules.test_dropping_facts import an_answer

DAYS = ["2013-06-01", "2024-02-29", "2026-03-01", "2026-03-08", "2026-11-20"]


def plausible(name, chance):
    """A normal value of the fact."""
    fact = FACTS[name]
    if fact.type in ("date", "datetime"):
        return chance.choice(DAYS)
    if fact.type == "money":
        return f"{chance.choice([0, 1, 300, 5000])}.00"
    if fact.type == "integer":
        return min(chance.choice([0, 1, 7, 30, 5000]), fact.at_most)
    value = an_answer(name, chance)
    return tuple(value) if isinstance(value, list) else value


class Watched(Get):
    """Notes which facts are read."""

    def __init__(self, values, read):
        super().__init__(values)
        self.read = read

    def __call__(self, fact):
        self.read.add(fact)
        return super().__call__(fact)


@pytest.mark.parametrize("name", sorted(DERIVED))
def test_a_computed_fact_reads_its_declared_inputs_and_no_others(name):
    chance, read = random.Random(name), set()  # noqa: S311 not a secret

    for _ in range(400):
        values = {each: plausible(each, chance) for each in FACTS[name].inputs}
        kept = {each: value for each, value in values.items() if chance.random() < 0.8}

        DERIVED[name](Watched(kept, read))
    assert read == set(FACTS[name].inputs)

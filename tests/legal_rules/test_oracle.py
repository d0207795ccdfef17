"""A second, plain reading of the rule files, held against the engine.

The oracle knows two things only: what is proved and what is refuted. It reads the YAML itself.
Every example of every rule goes through both, whole and with each single fact left out: what is
not established must not become established for want of an answer, and what needs the answer must
not stay established without it.
"""

from datetime import date

import pytest
import yaml

from legal_rules import rulebook
from legal_rules.reasoning.apply import day_of, judge
from legal_rules.reasoning.logic import Truth
from legal_rules.vocabulary import STATUTES

BOOK = rulebook.current()
QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, five times as fast
PAGES = {
    page["id"]: page
    for path in sorted(STATUTES.glob("*/*.yaml"))
    for page in [yaml.load(path.read_text(encoding="utf-8"), Loader=QUICK)]  # noqa: S506
}


def proved(node, get):
    """The condition is shown by what is known; a reversed burden until its excuse is shown."""
    if isinstance(node, str):
        return get(node) is True
    if "fact" in node:
        return bool(held(node, get) & wanted(node))
    if "all" in node:
        return all(proved(part, get) for part in node["all"])
    if "any" in node:
        return any(proved(part, get) for part in node["any"])
    if "not" in node:
        return refuted(node["not"], get)
    return not proved(node["unless_proved"], get)


def refuted(node, get):
    """The condition is shown not to hold."""
    if isinstance(node, str):
        return get(node) is False
    if "fact" in node:
        return bool(held(node, get)) and not held(node, get) & wanted(node)
    if "all" in node:
        return any(refuted(part, get) for part in node["all"])
    if "any" in node:
        return all(refuted(part, get) for part in node["any"])
    if "not" in node:
        return proved(node["not"], get)
    return proved(node["unless_proved"], get)


def held(node, get):
    value = get(node["fact"])
    if value is None:
        return set()
    return set(value) if isinstance(value, tuple) else {value}


def wanted(node):
    return set(node["one_of"]) if "one_of" in node else {node["is"]}


def verdict(page, day, get):
    """Truth of the rule on that day by the oracle."""
    version = next((v for v in page["versions"] if in_force(v["in_force"], day)), None)
    if version is None:
        later = day >= page["versions"][0]["in_force"]["from"]
        return Truth.NO if later or "preceded_by" in page else Truth.OPEN
    if refuted(version["when"], get):
        return Truth.NO
    if any(proved(each["when"], get) for each in version.get("exceptions", [])):
        return Truth.NO
    if not proved(version["when"], get):
        return Truth.OPEN
    doubtful = any(proved(each["when"], get) for each in version.get("doubts", []))
    return Truth.OPEN if doubtful else Truth.YES


def in_force(span, day):
    return span["from"] <= day and (span.get("until") is None or day <= span["until"])


def sets_of_facts(example):
    """The example's facts, and what is left when any one of them is not known."""
    yield example.facts
    for name in example.facts:
        yield {other: value for other, value in example.facts.items() if other != name}


@pytest.mark.parametrize("rule_id", sorted(BOOK.rules))
def test_engine_and_oracle_agree_on_every_example_whole_and_without_any_one_fact(rule_id):
    rule, page = BOOK.rules[rule_id], PAGES[rule_id]
    for example in rule.examples:
        for facts in sets_of_facts(example):
            known = rulebook.known(facts)
            as_of: date = example.on or BOOK.as_of
            expected = verdict(page, day_of(rule, known, as_of), known.value)
            assert judge(rule, known, as_of).truth is expected, (example.name, facts)


def test_the_oracle_reads_every_rule():
    assert set(PAGES) == set(BOOK.rules)

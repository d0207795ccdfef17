"""The rulebook itself: every example, every relation, every label."""

import re

import pytest

from legal_rules import examples, reading, rulebook
from legal_rules.sign_off import Standing
from legal_rules.vocabulary import REMEDIES

HAN = re.compile(r"[\u4e00-\u9fff]")
BOOK = rulebook.current()


@pytest.mark.parametrize("rule", BOOK.rules.values(), ids=BOOK.rules)
def test_every_worked_example_holds_in_the_whole_book(rule):
    """One test for all of a rule: thousands of their own cost more than what they ask."""
    assert [
        f"{example.name}: {problem}"
        for example in rule.examples
        for problem in examples.check(BOOK, rule, example)
    ] == []


def test_a_wrong_expectation_is_noticed():
    rule = BOOK.rules["cpl.55.1"]
    wrong = next(each for each in rule.examples if "500.00" in each.expect.values())
    changed = type(wrong)(wrong.name, wrong.on, wrong.facts, {"pay_increased_damages": "499.00"}, 1)
    assert examples.check(BOOK, rule, changed) == [
        "expected pay_increased_damages '499.00', found '500.00'"
    ]


def test_the_rulebook_has_a_version_and_a_hash_over_law_and_engine():
    assert BOOK.version == "2026.11"
    assert re.fullmatch(r"[0-9a-f]{64}", BOOK.sha256)
    assert rulebook.current() is BOOK


def test_every_rule_has_an_example_that_holds_and_one_that_does_not():
    for rule in BOOK.rules.values():
        truths = {example.expect.get("truth") for example in rule.examples}
        assert truths & {"成立", "让位"}, rule.id
        assert truths & {"不成立", "待查明"} or "让位" in truths or len(rule.versions) > 1, rule.id


def test_a_rule_that_counsel_has_not_signed_says_so():
    assert not any(rule.signed for rule in BOOK.rules.values())


def test_rules_speak_both_languages():
    for rule in BOOK.rules.values():
        card = reading.rule_card(Standing(rule, None), "en")
        words = [card["title"]]
        for version in card["versions"]:
            for part in ("exceptions", "doubts", "duties", "exposures"):
                words += version[part]
            words += [source["name"] for source in version["sources"]]
        assert not [each for each in words if HAN.search(each)], card["id"]


def test_remedies_that_exclude_one_another_do_not_also_cumulate():
    for rule in BOOK.rules.values():
        assert not set(rule.cumulates_with) & set(rule.alternatives), rule.id
        assert rule.remedy not in (*rule.cumulates_with, *rule.alternatives), rule.id


def test_every_remedy_has_a_rule():
    covered = {rule.remedy for rule in BOOK.rules.values()}
    assert set(REMEDIES) <= covered

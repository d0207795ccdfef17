"""Other law than the present one, in a process of its own. No database."""

import re
from datetime import date

import pytest

from legal_rules import past, rulebook
from legal_rules.reasoning import load, source
from legal_rules.reasoning.source import LawError

FACTS = {
    "tx_living_consumption": True,
    "fraud": True,
    "tx_price_paid": "3980.00",
}
CASE = past.Case(FACTS, "2026-03-01", "telesales_fraud")
LAW = rulebook.current().law()
RULE = "cpl/55_1.yaml"


def test_the_same_law_gives_the_same_answer_under_the_same_hash():
    english = past.Case(FACTS, "2026-03-01", None, dated=False, lang="en")
    found = past.analyse(LAW, [CASE, english])
    assert found == [
        rulebook.analyse(FACTS, date(2026, 3, 1), "telesales_fraud"),
        rulebook.analyse(FACTS, date(2026, 3, 1), None, "en", dated=False),
    ]


def test_other_law_gives_its_own_answer_under_a_hash_of_its_own():
    changed = re.sub(r"(times: \[\w+, )3\]", r"\g<1>2]", LAW[RULE])
    [found] = past.analyse({**LAW, RULE: changed}, [CASE])
    sums = {remedy["rule"]: remedy["amount"] for remedy in found["remedies"]}
    assert sums["cpl.55.1"] == "7960.00"
    assert found["rulebook_sha256"] != rulebook.current().sha256
    assert rulebook.current().law() == LAW


def test_archived_law_that_says_in_chinese_only_why_it_reaches_back_is_still_read():
    one_language = re.sub(r"basis:\n +zh: (.+)\n +en: .+", r"basis: \1", LAW[RULE])
    assert one_language != LAW[RULE]
    with pytest.raises(LawError, match="in Chinese and English"):
        load.read_rule(source.parse(one_language, RULE))
    [found] = past.analyse({**LAW, RULE: one_language}, [CASE])
    now = rulebook.analyse(FACTS, date(2026, 3, 1), "telesales_fraud")
    assert found["remedies"] == now["remedies"]


def test_law_that_cannot_be_read_is_named_by_its_file():
    with pytest.raises(past.Unreadable, match=re.escape(RULE)):
        past.analyse({**LAW, RULE: "id: [broken"}, [CASE])


def test_a_fact_that_the_law_does_not_know_is_said():
    unknown = past.Case({"no_such_fact": True}, "2026-03-01", None)
    with pytest.raises(past.Unreadable, match="no_such_fact"):
        past.analyse(LAW, [unknown])


@pytest.mark.parametrize("name", ["../outside.yaml", "/srv/outside.yaml", "cpl/../../x.yaml"])
def test_no_file_is_written_elsewhere(name):
    with pytest.raises(past.Unreadable, match="is no file of law"):
        past.analyse({**LAW, name: "x: 1"}, [CASE])

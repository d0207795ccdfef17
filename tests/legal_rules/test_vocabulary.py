"""The vocabulary: what it holds, and what it refuses as an answer."""

import json
import re
from datetime import date
from decimal import Decimal

import pytest

from legal_rules.reasoning.derived import DERIVED
from legal_rules.values import SENTENCES
from legal_rules.vocabulary import (
    CATEGORIES,
    FACTS,
    GROUPS,
    INSTRUMENTS,
    REMEDIES,
    RIGHTS,
    UnknownFact,
    WrongValue,
    check_value,
)

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_the_vocabulary_is_complete():
    assert len(CATEGORIES) >= 31
    assert len(REMEDIES) >= 56
    assert [right.article for right in RIGHTS.values()] == [str(n) for n in range(7, 16)]
    assert len([fact for fact in FACTS.values() if not fact.derived]) >= 193


def test_every_label_is_chinese_and_english():
    labels = [(fact.zh, fact.en) for fact in FACTS.values()]
    labels += [(value, label) for fact in FACTS.values() for value, label in fact.values.items()]
    labels += [tuple(f.evidence) for f in FACTS.values() if f.evidence]
    for words in (GROUPS, RIGHTS, REMEDIES, CATEGORIES):
        labels += [tuple(each.name) for each in words.values()]
    labels += [tuple(each.title) for each in INSTRUMENTS.values()]
    for chinese, english in labels:
        assert HAN.search(chinese), chinese
        assert english.strip(), chinese
        assert not HAN.search(english), english


def test_every_instrument_says_when_its_wording_was_in_force():
    assert all(each.until is None or each.start < each.until for each in INSTRUMENTS.values())
    old, new = INSTRUMENTS["cpl_1993"], INSTRUMENTS["cpl_2013"]
    assert old.in_force_on(date(2014, 3, 14))
    assert not old.in_force_on(date(2014, 3, 15))
    assert not new.in_force_on(date(2014, 3, 14))
    assert new.in_force_on(date(2014, 3, 15))


def test_every_derived_fact_has_its_function_and_every_function_its_fact():
    assert set(DERIVED) == {fact.id for fact in FACTS.values() if fact.derived}


def test_a_category_asks_its_own_groups_after_those_always_asked():
    facts = CATEGORIES["pi_leak"].facts
    assert facts[0] == "tx_living_consumption" or facts[0].startswith("tx_")
    assert "pi_employee_sold" in facts
    assert "pp_amount" not in facts
    assert len(facts) == len(set(facts))


@pytest.mark.parametrize(
    ("fact", "given", "normal"),
    [
        ("tx_living_consumption", True, True),
        ("fr_intent", " 有证据 ", "有证据"),
        ("tx_price_paid", 1280, "1280.00"),
        ("tx_price_paid", "3,980.5", "3980.50"),
        ("tx_price_paid", "３９８０．００", "3980.00"),
        ("tx_price_paid", Decimal("0.01"), "0.01"),
        ("tx_contract_date", "2026-03-01", "2026-03-01"),
        ("tx_contract_date", date(2026, 3, 1), "2026-03-01"),
        ("mn_age", "12", 12),
        ("pi_sensitive", ["金融账户", "身份证件号码", "金融账户"], ["身份证件号码", "金融账户"]),
        ("pi_sensitive", [], []),
        ("pi_leak_discovered_at", "2026-03-01T09:30", "2026-03-01T09:30:00+08:00"),
        ("pi_records_type_count", "身份证号 620 条", "身份证号 620 条"),
    ],
)
def test_an_answer_is_brought_to_its_normal_form(fact, given, normal):
    result = check_value(fact, given)
    assert result == normal
    assert check_value(fact, json.loads(json.dumps(result))) == normal


@pytest.mark.parametrize(
    ("fact", "given", "code"),
    [
        ("tx_living_consumption", "是", "not_boolean"),
        ("tx_living_consumption", 1, "not_boolean"),
        ("fr_intent", "大概有", "not_listed"),
        ("fr_intent", None, "not_text"),
        ("fr_intent", "有证据\x00", "control_character"),
        pytest.param("fr_intent", "有" * 200_000, "too_long", id="200,000 characters"),
        ("tx_price_paid", 3980.0, "float_money"),
        ("tx_price_paid", float("nan"), "float_money"),
        ("tx_price_paid", "NaN", "not_money"),
        ("tx_price_paid", Decimal("NaN"), "not_money"),
        ("tx_price_paid", Decimal("1E+3"), "not_money"),
        ("tx_price_paid", "-1", "negative"),
        ("tx_price_paid", -1, "negative"),
        ("tx_price_paid", "1.234", "too_precise"),
        ("tx_price_paid", 10**30, "too_large"),
        pytest.param("tx_price_paid", 10**5000, "too_large", id="5001 digits"),
        ("tx_price_paid", True, "not_money"),
        ("tx_price_paid", "12 元", "not_money"),
        ("tx_price_paid", "", "not_money"),
        ("tx_price_paid", [], "not_money"),
        ("tx_contract_date", "2026-02-30", "not_date"),
        ("tx_contract_date", "2026/03/01", "not_date"),
        ("tx_contract_date", 20260301, "not_date"),
        ("tx_contract_date", "0001-01-01", "too_early"),
        ("tx_contract_date", "9999-12-31", "too_late"),
        ("pi_leak_discovered_at", "9999-12-31T23:00:00+00:00", "too_late"),
        ("mn_age", 151, "too_large"),
        ("mn_age", -1, "negative"),
        ("mn_age", 12.0, "not_integer"),
        ("mn_age", True, "not_integer"),
        ("pi_sensitive", "金融账户", "not_list"),
        ("pi_sensitive", ["无", "金融账户"], "conflicting"),
        ("pi_sensitive", [["金融账户"]], "not_text"),
        ("pi_leak_discovered_at", "yesterday", "not_datetime"),
        ("pi_records_type_count", "   ", "empty"),
    ],
)
def test_what_is_no_answer_is_refused_with_a_sentence_in_both_languages(fact, given, code):
    with pytest.raises(WrongValue) as refused:
        check_value(fact, given)
    assert refused.value.code == code
    assert refused.value.fact_id == fact
    assert isinstance(refused.value, ValueError)
    assert HAN.search(str(refused.value))
    assert FACTS[fact].en in refused.value.sentence_for("en")
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("fact", ["nothing", "", None, ["x"], "x" * 10_000])
def test_a_fact_outside_the_vocabulary_is_refused(fact):
    with pytest.raises(UnknownFact) as refused:
        check_value(fact, True)
    assert len(refused.value.fact_id) <= 100
    assert refused.value.code == "unknown_fact"


def test_a_date_after_today_is_refused_where_today_is_given():
    assert check_value("tx_contract_date", "2026-03-02") == "2026-03-02"
    with pytest.raises(WrongValue, match="晚于今天"):
        check_value("tx_contract_date", "2026-03-02", today=date(2026, 3, 1))


def test_every_refusal_is_said_in_both_languages():
    for chinese, english in SENTENCES.values():
        assert HAN.search(chinese)
        assert not HAN.search(english)

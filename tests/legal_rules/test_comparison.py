"""Two analyses compared in words: what became of each rule, and why."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from legal_rules import comparison, rulebook

HAN = re.compile(r"[\u4e00-\u9fff]")
DAY = date(2026, 3, 1)
TOLD = {"tx_price_paid": "3980.00", "tx_living_consumption": True, "fr_false_statement": True}
FOUND = {
    **TOLD,
    "fr_intent": "有证据",
    "fraud": True,
    "fr_induced": True,
}


def analysed(facts, day=DAY, lang="zh-hans"):
    return rulebook.analyse(facts, day, "misrep_health", lang)


def compared(before, after, lang="zh-hans"):
    pair = analysed(before, lang=lang), analysed(after, lang=lang)
    return comparison.compare(*pair, lang, (before, after))


def of_kind(found, kind):
    return {each.subject: each for each in found if each.kind == kind}


def test_the_same_analysis_has_no_differences():
    for facts in ({}, TOLD, FOUND):
        assert comparison.differences(analysed(facts), analysed(facts), "zh-hans") == []


def test_a_rule_that_came_to_hold_names_the_answers_that_made_it():
    rule = of_kind(compared(TOLD, FOUND), "rule")["cpl.55.1"]
    assert (rule.before, rule.after) == ("待查明", "成立")
    assert rule.why.startswith("原因：法务是否认定构成民事欺诈？未查明 → 是")
    assert rule.sentence.startswith("欺诈的增加赔偿（“退一赔三”）：待查明 → 成立。原因：")


def test_a_rule_that_no_longer_holds_says_which_answers_were_withdrawn():
    rule = of_kind(compared(FOUND, TOLD), "rule")["cpl.55.1"]
    assert (rule.before, rule.after) == ("成立", "待查明")
    assert rule.why.startswith("原因：法务是否认定构成民事欺诈？是 → 未查明；")


def test_answers_are_told_as_answered_changed_or_withdrawn():
    before = {"tx_price_paid": "100.00", "fr_induced": True}
    after = {"tx_price_paid": "200.00", "fr_false_statement": False}
    assert [each.sentence for each in compared(before, after) if each.kind == "fact"] == [
        "消费者实际支付的价款或费用是多少？100.00 元 → 200.00 元。已改答。",
        "消费者是否因该陈述才购买？是 → 未查明。已撤回。",
        "我方对商品或服务作出的陈述是否与事实不符？未查明 → 否。新作答。",
    ]


def test_a_sum_is_told_with_its_formula():
    dearer = {**FOUND, "tx_price_paid": "5000.00"}
    told = of_kind(compared(FOUND, dearer), "sum")["cpl.55.1"]
    assert told.sentence == (
        "欺诈三倍赔偿（退一赔三）：11940.00 元（3 × 3980.00） → 15000.00 元（3 × 5000.00）。"
    )


def test_a_sum_that_depends_on_an_open_rule_says_so():
    told = of_kind(compared(FOUND, TOLD), "sum")["cpl.55.1"]
    assert told.after == "11940.00 元（3 × 3980.00），如成立"


def test_a_duty_that_came_or_went_is_told():
    came = of_kind(compared(TOLD, FOUND), "duty")["pay_increased_damages"]
    went = of_kind(compared(FOUND, TOLD), "duty")["pay_increased_damages"]
    assert (came.before, came.after) == ("无此义务", "应当履行") == (went.after, went.before)


def test_another_date_is_told():
    found = comparison.differences(analysed(TOLD), analysed(TOLD, date(2026, 3, 2)), "zh-hans")
    assert found == ["行为日期：2026-03-01 → 2026-03-02。"]


def test_law_that_was_not_yet_made_gives_its_reason():
    pair = analysed(FOUND), analysed(FOUND, date(2010, 3, 1))
    rule = of_kind(comparison.compare(*pair, "zh-hans", (FOUND, FOUND)), "rule")["cpl.55.1"]
    assert rule.why == "事实发生在本规定施行之前，适用当时的规定"


def test_another_rulebook_is_told_and_blamed_where_no_answer_changed():
    before, after = analysed(FOUND), analysed(FOUND)
    after["rulebook_sha256"] = "0" * 64
    for rule in after["rules"]:
        if rule["id"] == "cpl.55.1":
            rule["status"] = "does_not_apply"
    found = comparison.compare(before, after, "zh-hans", (FOUND, FOUND))
    assert of_kind(found, "rulebook")[""].after == "2026.11 (000000000000)"
    assert of_kind(found, "rule")["cpl.55.1"].why == "原因：规则已修改"


def test_a_rule_signed_by_counsel_is_no_longer_a_draft():
    before, after = analysed(TOLD), analysed(TOLD)
    after["rules"][0]["signed"] = True
    (told,) = comparison.compare(before, after, "en")
    assert (told.before, told.after) == ("draft", "signed by counsel")


def test_an_open_rule_that_asks_something_more_says_what():
    before = {**TOLD, "fr_induced": True}
    found = of_kind(compared(before, TOLD), "rule")["cpl.55.1"]
    assert found.sentence == (
        "欺诈的增加赔偿（“退一赔三”）：待查明。尚需查明：消费者是否因该陈述才购买？"
    )


def test_a_rule_that_was_not_looked_at_before_is_told():
    found = compared({}, {"tx_channel": "电话营销", "rt_demand_date": "2026-03-05"})
    assert all(each.before for each in found)
    before, after = analysed(TOLD), analysed(TOLD)
    del before["rules"][0]
    (told,) = comparison.compare(before, after, "en")
    assert (told.before, told.after) == ("not concerned", "open")


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_every_sentence_is_whole_and_in_the_readers_language(lang):
    stages = [
        {},
        TOLD,
        FOUND,
        {**FOUND, "fr_intent": "无证据"},
        {"pi_employee_sold": True, "pi_leak_count": 620},
    ]
    for pair in pairwise(stages):
        for each in compared(*pair, lang=lang):
            assert each.sentence.endswith((".", "?") if lang == "en" else ("。", "？"))
            assert not re.search(r"[。？.?：:]{2}", each.sentence.replace("…", "")), each.sentence
            if lang == "en":
                assert not HAN.search(each.sentence), each.sentence


def test_the_structured_form_can_be_stored_as_json():
    told = compared(TOLD, FOUND)[0]
    assert set(told.as_json()) == {
        "kind", "subject", "title", "before", "after", "why", "sentence",
    }  # fmt: skip
    assert replace(told) == told

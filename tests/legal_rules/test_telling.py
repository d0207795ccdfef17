"""Rules in words: all that a rule says stands in its sentences, in both languages."""

import re
from dataclasses import fields, replace

import pytest

from legal_rules import rulebook
from legal_rules.reasoning import clauses, logic, source
from legal_rules.reasoning.forms import amount, condition
from legal_rules.reasoning.load import read_rule
from legal_rules.reasoning.rules import Duty, Exposure, Rule, Version
from legal_rules.reasoning.telling import lines, tell
from legal_rules.terms import Label
from legal_rules.vocabulary import FACTS

BOOK = rulebook.current()
LANGUAGES = ("zh-hans", "en")
NOWHERE = source.parse("a: b", "here.yaml")


def words(raw, lang="zh-hans"):
    page = source.parse(raw, "here.yaml")
    return ["　" * d + t for d, t in clauses.condition(condition(page, page), lang).lines()]


def sum_of(raw, lang="zh-hans"):
    page = source.parse(raw, "here.yaml")
    return clauses.amount(amount(page, page), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", BOOK.rules)
def test_every_rule_is_told_whole_and_in_plain_words(name, lang):
    rule, english = BOOK.rules[name], lang == "en"
    text = "\n".join(lines(rule, BOOK.rules, lang))
    assert not re.search(r"[{}]|\bNone\b(?! of)|\b(Truth|Label|Decimal)\b", text)
    others = {rule.preceded_by, *rule.yields_to}
    assert not [f for f in FACTS if re.search(rf"\b{f}\b", text) and f not in others and "_" in f]
    for version in rule.versions:
        for said in (*version.exceptions, *version.doubts, *version.duties, *version.exposures):
            for label in ("why", "question", "text", "range", "due"):
                if getattr(said, label, None):
                    assert getattr(said, label).in_(lang) in text
        for fact in version.facts():
            asked = FACTS[fact].question_for(lang).rstrip("？?")
            parts = (
                re.split("是否|能否|（没有填0）|是多少|？|金额", asked) if not english else [asked]
            )
            assert all(part in text for part in parts), (fact, asked)
        for quote in version.quotes():
            assert quote.text in text or quote not in version.sources
        assert version.start.isoformat() in text
        assert version.basis is None or version.basis.in_(lang) in text
        assert not (english and version.basis and re.search("[一-鿿]", version.basis.en))


def test_a_new_part_of_a_rule_cannot_be_forgotten_in_words():
    """Whoever adds a field tells it in `telling.py` and adds it here."""
    assert {f.name for f in fields(Version)} == {
        *("start", "until", "basis", "sources", "when", "exceptions", "doubts"),
        *("duties", "exposures", "burden"),
    }
    assert {f.name for f in fields(Duty)} == {"id", "text", "when", "amount", "due"}
    assert {f.name for f in fields(Exposure)} == {"kind", "range", "when", "id"}
    assert {f.name for f in fields(Rule)} - {"id", "file", "content", "subjects", "names"} == {
        *("title", "remedy", "right", "dated_by", "review", "cumulates_with", "alternatives"),
        *("yields_to", "preceded_by", "relevant_to", "versions", "examples"),
    }


def test_the_burden_of_proof_is_told():
    rule = BOOK.rules["cpl.55.1"]
    burden = Label("经营者证明。", "The business proves it.")
    versions = tuple(replace(version, burden=burden) for version in rule.versions)
    told = lines(replace(rule, versions=versions), BOOK.rules, "zh-hans")
    assert "　举证责任：经营者证明。" in told


def test_a_question_becomes_a_statement_and_a_judgement_says_who_finds_it():
    assert words("all: [tx_living_consumption, fraud]") == [
        "下列各项同时具备：",
        "　购买商品或接受服务为了个人或家庭生活消费",
        "　法务认定构成民事欺诈（由法务认定）",
    ]
    assert words("{fact: fraud, is: no}") == ["“法务认定构成民事欺诈”为否（由法务认定）"]
    assert words("{fact: pi_no_fault, is: yes}")[0].startswith("能证明自己没有过错")


def test_choices_name_every_answer():
    chosen = "{fact: fd_fake_or_inferior_drug, one_of: [假药, 劣药]}"
    assert words(chosen) == ["药品是否为假药或劣药：假药或者劣药"]
    assert words(chosen, "en")[0].endswith("— fake drug or inferior drug")
    among = words("{fact: rt_demand, one_of: [退货, 换货, 修理]}")
    assert among == ["消费者提出了哪些请求：包括退货、换货或者修理"]


def test_a_reversed_burden_says_on_whom_silence_falls():
    reversed_, inner = words("{unless_proved: pi_no_fault}")
    assert "举证责任倒置：未证明的，推定没有" in reversed_
    assert inner.startswith("　能证明自己没有过错")
    assert "burden of proof reversed" in words("{unless_proved: pi_no_fault}", "en")[0]


def test_a_computed_fact_names_the_article_it_is_computed_under():
    assert words("{fact: dv_within_7d_receipt, is: yes}") == [
        "要求提出时在签收次日起七日内（依《七日无理由退货暂行办法》第十条推算）"
    ]


@pytest.mark.parametrize(
    ("raw", "chinese", "english"),
    [
        (
            'times: [tx_price_paid, 3]\nat_least: "500.00"',
            "消费者实际支付的价款或费用 × 3；不足 500 元的，为 500 元",
            "[How much did the consumer actually pay] × 3; if that is less than 500 yuan, 500 yuan",
        ),
        (
            "times: [{sum: [sf_medical, {known: sf_lost_income}]}, 2]",
            "（医疗、护理、交通等合理费用合计 + 误工减少的收入（以查明的为限）） × 2",
            "([What do the reasonable costs of treatment, nursing, transport and so on come to] + "
            "[How much income was lost by absence from work] (as far as known)) × 2",
        ),
        (
            "greatest: [pi_loss, pi_gain]",
            "下列各项中最高的一项：个人因此受到的损失；我方因此获得的利益",
            "the greatest of: [How much loss did the person suffer]; [How much did we gain",
        ),
        ("up_to: pi_loss", "不超过 个人因此受到的损失", "not more than "),
        ("minus: [pp_amount, pp_used_list]", "预付款实付金额 − ", "(never below zero)"),
        ("portion: [pp_amount, pp_remaining_days, pp_total_days]", "（不超过全部）", "÷"),
        ("between: [pi_loss, 5000]", "个人因此受到的损失 至 5000 元", "from "),
    ],
)
def test_sums_are_told_as_they_are_worked_out(raw, chinese, english):
    assert chinese in sum_of(raw)
    assert english in sum_of(raw, "en")


def test_what_is_no_form_is_not_told_as_if_it_were_one():
    with pytest.raises(TypeError):
        clauses.condition(object(), "en")
    with pytest.raises(TypeError):
        clauses.amount(object(), "en")
    assert clauses.condition(logic.All((logic.FactIs("fraud", (True,)),)), "zh").parts == ()


def test_relations_name_the_older_law_the_special_rules_and_the_dates():
    told = tell(BOOK.rules["cpl.55.1"], BOOK.rules, "zh-hans")
    assert f"更早的事实适用：{BOOK.rules['cpl_1993.49'].title.zh}。" in told.relations
    special = replace(BOOK.rules["cpl.55.1"], yields_to=("cpl.49",))
    relations = tell(special, BOOK.rules, "zh-hans").relations
    assert "特别规定适用时让位于：人身损害赔偿。" in relations


RULE = """
id: test.1
title: {zh: 测试, en: Test}
dated_by: [conduct_date]
review: {status: 待法务签署, by: null, on: null}
versions:
  - in_force: {from: 2014-03-15}
    sources: [{instrument: cpl_2013, article: "55", paragraph: 1, text: 有欺诈行为的}]
    when: fraud
examples:
  - {name: 甲, facts: {fraud: yes}, expect: {truth: 成立}}
  - {name: 乙, facts: {fraud: no}, expect: {truth: 不成立}}
"""


def test_the_hash_of_a_rule_follows_what_it_says_and_not_its_layout_or_its_review():
    def hashed(text):
        return read_rule(source.parse(text, "a.yaml")).sha256

    before = hashed(RULE)
    assert hashed("# 说明\n" + RULE.replace("{status: 待法务签署", "{status: 已签署")) == before
    assert hashed(RULE.replace("甲", "丙")) != before
    assert hashed(RULE.replace("when: fraud", "when: {fact: fraud, is: no}")) != before
    assert hashed(RULE.replace("有欺诈行为的", "有欺诈行为")) != before


def test_the_hash_of_a_rule_follows_what_its_facts_mean(monkeypatch):
    from legal_rules.reasoning import load

    before = read_rule(source.parse(RULE, "a.yaml")).sha256
    meant = replace(FACTS["fraud"], zh="是否构成欺诈？")
    monkeypatch.setattr(load, "FACTS", {**FACTS, "fraud": meant})
    assert read_rule(source.parse(RULE, "a.yaml")).sha256 != before

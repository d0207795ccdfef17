"""The strict loader: each mistake is refused with file and line."""

import ast
import textwrap
from itertools import pairwise

import pytest

from legal_rules.reasoning import source
from legal_rules.reasoning.load import load_rules, mistakes_in
from legal_rules.reasoning.mistakes import MISTAKES
from legal_rules.reasoning.source import LawError
from legal_rules.vocabulary import STATUTES

PACKAGE = STATUTES.parent

GOOD = """
id: test.1
title: {zh: 测试, en: Test}
remedy: fraud_triple
dated_by: [conduct_date]
review: {status: 待法务签署, by: null, on: null}
versions:
  - in_force: {from: 2014-03-15}
    sources:
      - {instrument: cpl_2013, article: "55", paragraph: 1, text: 有欺诈行为的}
    when:
      all:
        - tx_living_consumption
        - {fact: fr_intent, is: 有证据}
    then:
      - duty: pay
        text: {zh: 赔偿, en: Pay}
        amount: {times: [tx_price_paid, 3], at_least: "500.00"}
examples:
  - {name: 甲, facts: {tx_living_consumption: yes}, expect: {truth: 待查明}}
  - {name: 乙, facts: {tx_living_consumption: no}, expect: {truth: 不成立}}
"""


@pytest.fixture
def load(tmp_path):
    def loaded(**pages):
        root = tmp_path / "statutes"
        (root / "law").mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (root / "law" / f"{name}.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
        return load_rules(root)

    return loaded


def test_a_sound_rule_is_read(load):
    rules = load(a=GOOD)
    assert list(rules) == ["test.1"]
    assert rules["test.1"].signed is False
    assert rules["test.1"].file == "statutes/law/a.yaml"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("remedy: fraud_triple", "remedy: fraud_triple\ncolour: red", r":4: unknown key 'colour'"),
        ("remedy: fraud_triple", "remedy: fraud_quadruple", r":3: 'fraud_quadruple' is not known"),
        ("remedy: fraud_triple", "id: again", r":3: key 'id' is said twice"),
        ('at_least: "500.00"', "at_least: 500.00", r":17: 500.00 is a float"),
        ("- tx_living_consumption\n", "- tx_living\n", r":12: fact 'tx_living' is not declared"),
        ("is: 有证据", "is: 有", r":13: '有' is not a value of 'fr_intent'"),
        ("is: 有证据", "is: 待查", r":13: '待查' means that 'fr_intent' is not known"),
        ("is: 有证据", "is: 有证据, more: 3", r":13: unknown key 'more'"),
        ("{fact: fr_intent, is: 有证据}", "tx_price_paid", r"compare it in a derived fact"),
        ("{fact: fr_intent, is: 有证据}", "{fact: tx_price_paid, is: 3}", r"derived fact"),
        ("{fact: fr_intent, is: 有证据}", "{fact: fr_intent}", r"either `is` or `one_of`"),
        ("{fact: fr_intent, is: 有证据}", "{not: {unless_proved: fraud}}", r"cannot stand inside"),
        ("{fact: fr_intent, is: 有证据}", "{any: []}", r"at least one part"),
        ("{fact: fr_intent, is: 有证据}", "{exactly: [fraud]}", r"unknown key 'exactly'"),
        ("{times: [tx_price_paid, 3]", "{power: [tx_price_paid, 3]", r"unknown key 'power'"),
        ("{times: [tx_price_paid, 3]", "{times: [fr_intent, 3]", r"'fr_intent' is no amount"),
        ("{times: [tx_price_paid, 3]", "{times: [tx_price_paid]", r"another number of parts"),
        ("{times: [tx_price_paid, 3]", "{times: [price, 3]", r"neither a declared amount nor"),
        ("from: 2014-03-15", "from: 2014-03-15, until: 2013-01-01", r"ends before it begins"),
        ("from: 2014-03-15", "from: tomorrow", r"must be a date"),
        ("instrument: cpl_2013", "instrument: cpl_2099", r"not in instruments.yaml"),
        ('article: "55"', "article: 五十五", r":9: an article is a number as text"),
        ('article: "55"', 'article: "055"', r":9: an article is a number as text"),
        ("by: null, on: null", "by: 张律师, on: null", r"a name and a date"),
        ("dated_by: [conduct_date]", "dated_by: [fr_intent]", r"not a fact with a date"),
        ("facts: {tx_living_consumption: no}", "facts: {tx_price_paid: 3.5}", r"float"),
        (
            "facts: {tx_living_consumption: no}",
            "facts: {tx_price_paid: x}",
            r":20: .*is not an amount",
        ),
        ("title: {zh: 测试, en: Test}", "title: {zh: 测试}", r"missing key 'en'"),
        ("title:", "title", r"statutes/law/a.yaml:\d+: "),
    ],
)
def test_a_mistake_is_refused_with_file_and_line(load, old, new, message):
    assert old in GOOD
    with pytest.raises(LawError, match=message) as refused:
        load(a=GOOD.lstrip("\n").replace(old, new, 1))
    assert str(refused.value).startswith("statutes/law/a.yaml:")


def test_overlapping_versions_are_refused(load):
    version = GOOD[GOOD.index("  - in_force") : GOOD.index("examples:")]
    later = version.replace("2014-03-15", "2020-01-01")
    with pytest.raises(LawError, match="overlaps"):
        load(a=GOOD.replace("examples:", later + "examples:"))


@pytest.mark.parametrize(
    ("instrument", "span", "message"),
    [
        ("cpl_2013", "from: 2014-03-14", "wording of cpl_2013 applies from 2014-03-15"),
        ("cpl_1993", "from: 1994-01-01", "cpl_1993 ended on 2014-03-14"),
        ("cpl_1993", "from: 1994-01-01, until: 2014-03-15", "cpl_1993 ended on 2014-03-14"),
        ("cpl_1993", "from: 1993-12-31, until: 2014-03-14", "applies from 1994-01-01"),
    ],
)
def test_the_law_is_not_quoted_for_days_on_which_it_was_not_in_force(
    load, instrument, span, message
):
    page = GOOD.lstrip("\n").replace("cpl_2013", instrument).replace("from: 2014-03-15", span)
    with pytest.raises(LawError, match=rf":7: .*{message}"):
        load(a=page)


def test_an_exception_is_held_to_the_same_days(load):
    source = '{instrument: cpl_regs_2024, article: "49", text: 的除外}'
    why = "{zh: 除外, en: Excepted}"
    exceptions = f"    exceptions:\n      - {{when: fraud, why: {why}, source: {source}}}\n"
    with pytest.raises(LawError, match="cpl_regs_2024 applies from 2024-07-01"):
        load(a=GOOD.replace("    then:", exceptions + "    then:"))


def test_a_version_that_reaches_further_back_names_the_instrument_in_its_basis(load):
    early = GOOD.replace("from: 2014-03-15}", "from: 2009-06-01}\n    basis: {}")
    same = "basis: {zh: 消费者权益保护法此前措辞相同, en: The Consumer Law said the same before}"
    wanted = "`basis` name 消费者权益保护法 in Chinese and Consumer Law in English and say why"
    for named in ("消费者权益保护法", "Consumer Law"):
        with pytest.raises(LawError, match=wanted):
            load(a=early.replace("basis: {}", same.replace(named, "X")))
    [rule] = load(a=early.replace("basis: {}", same)).values()
    assert rule.versions[0].basis.in_("en") == "The Consumer Law said the same before"


@pytest.mark.parametrize(
    ("basis", "message"),
    [
        ("同一措辞", r":9: 'basis' has to be in Chinese and English; write it like \{zh: "),
        ("{zh: 同一措辞}", r":9: missing key 'en'"),
        ("{en: The same}", r":9: missing key 'zh'"),
        ('{zh: 同一措辞, en: ""}', r":9: 'en' must be a text"),
        ("{zh: 同一措辞, en: The same, de: Gleich}", r":9: unknown key 'de'"),
    ],
)
def test_why_a_version_reaches_back_is_said_in_both_languages(load, basis, message):
    with pytest.raises(LawError, match=message):
        load(a=GOOD.replace("    sources:", f"    basis: {basis}\n    sources:"))


def test_a_rule_needs_two_examples(load):
    with pytest.raises(LawError, match="at least two examples"):
        load(a=GOOD[: GOOD.index("  - {name: 乙")])


def test_a_rule_that_yields_to_itself_is_refused(load):
    with pytest.raises(LawError, match="yields to itself"):
        load(a=GOOD + "yields_to: [test.1]\n")


def test_rules_that_yield_to_each_other_are_refused(load):
    other = GOOD.replace("test.1", "test.2")
    with pytest.raises(LawError, match="yields to itself"):
        load(a=GOOD + "yields_to: [test.2]\n", b=other + "yields_to: [test.1]\n")


def test_a_rule_may_not_yield_to_one_that_is_not_there(load):
    with pytest.raises(LawError, match=r"no rule 'test\.9'"):
        load(a=GOOD + "yields_to: [test.9]\n")


def test_two_files_may_not_hold_the_same_rule(load):
    with pytest.raises(LawError, match=r"also in statutes/law/a\.yaml"):
        load(a=GOOD, b=GOOD)


def test_an_example_may_be_like_another_but_for_what_it_says(load):
    told = "{tx_living_consumption: yes, fraud: yes}"
    like = f"  - {{name: 丙, like: 乙, facts: {told}, expect: {{truth: 成立}}}}\n"
    unsaid = "  - {name: 丁, like: 丙, facts: {fraud: null}, expect: {truth: 待查明}}\n"
    rule = load(a=GOOD.rstrip("\n") + "\n" + like + unsaid)["test.1"]
    third, fourth = rule.examples[2:]
    assert third.facts == {"tx_living_consumption": True, "fraud": True}
    assert fourth.facts == {"tx_living_consumption": True}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("  - {name: 丙, like: 无, expect: {truth: 成立}}\n", "no earlier example '无'"),
        ("  - {name: 丙, like: 丙, expect: {truth: 成立}}\n", "no earlier example '丙'"),
        ("  - {name: 乙, like: 乙, expect: {truth: 成立}}\n", "two examples '乙'"),
        ("  - {name: 丙, expect: {truth: 成立}}\n", "missing key 'facts'"),
        ("  - {name: 丙, like: 乙, expect: {}}\n", "expects something"),
        ("  - {name: 丙, facts: {fraud: null}, expect: {truth: 成立}}\n", "civil fraud"),
    ],
)
def test_an_example_that_leans_on_nothing_is_refused(load, line, message):
    with pytest.raises(LawError, match=message):
        load(a=GOOD.rstrip("\n") + "\n" + line)


TWO_MISTAKES = (
    GOOD.lstrip("\n").replace("is: 有证据", "is: 有").replace("title: {zh: 测试,", "title: {")
)


def test_every_mistake_of_a_page_is_named_by_line_not_only_the_first():
    page = source.parse(TWO_MISTAKES, "a.yaml")
    found = [(each.line, each.code) for each in mistakes_in(page)]
    assert found == [(2, "missing_key"), (13, "no_such_value")]
    assert mistakes_in(source.parse(GOOD, "a.yaml")) == []


def test_a_mistake_says_what_is_wrong_and_what_to_write_in_both_languages():
    [mistake] = mistakes_in(source.parse(GOOD.replace("is: 有证据", "is: 有"), "甲.yaml"))
    assert mistake.sentence_for("zh-hans") == "“有”不是“fr_intent”的答案"
    assert mistake.remedy_for("zh-hans") == "可以写：有证据, 可以推定, 无证据, 已证明无故意, 待查"
    assert mistake.message_for("en").startswith("'有' is not a value of 'fr_intent'; possible: ")
    assert str(mistake).startswith("甲.yaml:")


def test_an_example_expects_nothing_that_a_finding_cannot_say(load):
    with pytest.raises(LawError, match=r"'pay_twice' is neither an expectation nor a duty"):
        load(a=GOOD.replace("expect: {truth: 不成立}", "expect: {truth: 不成立, pay_twice: null}"))


def test_references_that_multiply_are_refused_before_they_fill_the_memory(load):
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for before, name in pairwise("abcdefgh"):
        bomb += f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    with pytest.raises(LawError, match="nested too deeply, or too large"):
        load(a=bomb)


def test_a_number_of_five_thousand_digits_is_no_number(load):
    with pytest.raises(LawError, match="is not allowed here"):
        load(a=GOOD.replace("paragraph: 1", f"paragraph: {'9' * 5000}"))


def test_every_mistake_that_the_loaders_name_has_its_sentences():
    named = set()
    others = ("vocabulary.py", "candidate.py", "succession.py", "deadline_*.py", "reasoning/*.py")
    files = [path for pattern in others for path in PACKAGE.glob(pattern)]
    for path in files:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                named |= codes(call)
    assert len(named) > 40
    assert named == set(MISTAKES)


def codes(call: ast.Call) -> set[str]:
    """The code of a mistake that a call names, if it does."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    places = {"error": 0, "LawError": 2, "_typed": 2, "_wrong": 1, "one_of": 3, "some_of": 3}
    place = places.get(name, 9)
    texts = [a.value for a in call.args if isinstance(a, ast.Constant)]
    return (
        {str(texts[-1])}
        if name == "_typed"
        else {str(a.value) for a in call.args[place : place + 1] if isinstance(a, ast.Constant)}
    )

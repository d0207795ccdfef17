"""A candidate rulebook is read strictly beside the running one, and its effect is told."""

from datetime import date

import pytest

from legal_rules import rulebook
from legal_rules.candidate import MOST_BYTES, in_words, read, touched_by
from legal_rules.effect import Case, Effect, change, result
from tests.legal_rules.books import text_of

BOOK = rulebook.current()
DAY = date(2026, 3, 1)
RULE = """
id: test.1
title: {zh: 测试规则, en: Test rule}
dated_by: [conduct_date]
review: {status: 待法务签署, by: null, on: null}
versions:
  - in_force: {from: 2014-03-15}
    sources: [{instrument: cpl_2013, article: "55", paragraph: 1, text: 有欺诈行为的}]
    when: pr_extra_charge
    then:
      - duty: pay
        text: {zh: 赔偿, en: Pay}
        amount: {times: [pr_overpaid, 2]}
examples:
  - {name: 甲, facts: {pr_extra_charge: yes, pr_overpaid: "2.00"}, expect: {pay: "4.00"}}
  - {name: 乙, facts: {pr_extra_charge: no}, expect: {truth: 不成立}}
"""


def tried(text: str, name: str = "a.yaml"):
    return read({name: text.encode()}, BOOK)


def changed(rule: str, old: str, new: str):
    text = text_of(rule)
    assert old in text
    return tried(text.replace(old, new), f"{rule}.yaml")


def test_a_sound_file_makes_a_rulebook_beside_the_running_one():
    found = tried(RULE)
    assert (found.sound, [r.id for r in found.added], found.replaced) == (True, ["test.1"], [])
    assert found.book is not None
    assert "test.1" in found.book.rules
    assert found.book.sha256 != BOOK.sha256
    assert "test.1" not in rulebook.current().rules


def test_a_changed_file_replaces_its_rule_and_says_what_changed():
    title = BOOK.rules["price_law.41"].title.zh
    found = changed("price_law.41", f"zh: {title}", f"zh: {title}（修订）")
    assert ([r.id for r in found.replaced], found.added) == (["price_law.41"], [])
    pieces = found.changes(found.replaced[0], "zh-hans")
    assert [p.text.strip() for p in pieces if p.kind == "ins"] == ["（修订）"]
    assert found.rewritten(found.replaced[0]) == []


def test_an_old_version_that_is_edited_or_dropped_is_pointed_out():
    first = tried(RULE)
    assert first.book is not None
    for old, new in (("when: pr_extra_charge", "when: pr_bait"), ("2014-03-15", "2015-01-01")):
        found = read({"a.yaml": RULE.replace(old, new).encode()}, first.book)
        assert found.rewritten(found.rules[0]) == ["2014-03-15"], found.mistakes


def test_closing_an_old_version_and_adding_one_rewrites_nothing():
    text = RULE.replace("from: 2014-03-15", "from: 2014-03-15, until: 2026-12-31")
    version = RULE[RULE.index("  - in_force") : RULE.index("examples:")]
    later = version.replace("2014-03-15", "2027-01-01")
    first = tried(RULE)
    assert first.book is not None
    found = read({"a.yaml": text.replace("examples:", later + "examples:").encode()}, first.book)
    assert found.replaced
    assert found.rewritten(found.replaced[0]) == []


def test_the_same_file_again_changes_nothing():
    found = tried(text_of("price_law.41"))
    assert ([r.id for r in found.unchanged], found.replaced) == (["price_law.41"], [])


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "文件的内容不是“键: 值”的对照表"),
        ("id: [", 1, "不是有效的 YAML"),
        (RULE.replace("pr_extra_charge\n", "pr_extra\n"), 9, "没有“pr_extra”这个事实"),
        (RULE.replace("from: 2014", "from: 1993"), 7, "的条文自 2014-03-15 起施行"),
        (RULE.replace("times: [pr_overpaid, 2]", "times: [pr_overpaid, 2.5]"), 13, "浮点数"),
        (RULE + "yields_to: [test.1]\n", 1, "规则“test.1”让位于自己"),
        (RULE + "yields_to: [no.such]\n", 1, "没有规则“no.such”"),
        (RULE.replace("id: test.1", "id: test.1\ncolour: red"), 3, "没有“colour”这个键"),
    ],
)
def test_each_mistake_names_file_line_and_remedy_in_both_languages(text, line, said):
    found = tried(text.lstrip("\n") if line == 1 and not text.startswith("\nid: t") else text)
    [first, *_] = found.mistakes
    assert (first.file, found.book, found.sound) == ("a.yaml", None, False)
    assert said in first.sentence_for("zh-hans")
    assert first.remedy_for("zh-hans")
    assert first.remedy_for("en")
    assert in_words([first], "en")[0].startswith(f"a.yaml:{first.line}: ")


def test_every_mistake_of_every_file_is_named():
    files = {
        "a.yaml": RULE.replace("2014-03-15", "tomorrow").replace("zh: 测试规则", "zh: 3").encode(),
        "b.yaml": b"\xff\xfe",
        "c.yaml": b"x" * (MOST_BYTES + 1),
        "d.yaml": RULE.encode(),
        "e.yaml": RULE.encode(),
    }
    two = RULE.replace("times: [pr_overpaid, 2]", "times: [pr_overpaid, 2.5]")
    two = read({"a.yaml": two.replace("when: pr_extra_charge", "when: nothing").encode()}, BOOK)
    assert [(m.line, m.code) for m in two.mistakes] == [(9, "undeclared_fact"), (13, "float")]
    found = read(files, BOOK)
    assert {m.file for m in found.mistakes} == {"a.yaml", "b.yaml", "c.yaml", "e.yaml"}
    assert [m.code for m in found.mistakes if m.file == "a.yaml"] == ["wants_text", "wants_day"]
    assert {m.code for m in read({}, BOOK).mistakes} == {"no_file"}
    many = {f"{n}.yaml": b"" for n in range(301)}
    assert {m.code for m in read(many, BOOK).mistakes} == {"too_many_files"}


def test_examples_that_do_not_hold_are_named_also_those_of_rules_that_yield():
    found = tried(RULE.replace('pay: "4.00"', 'pay: "5.00"'))
    assert (found.sound, [m.code for m in found.failures]) == (False, ["example_fails"])
    assert "例子“甲”：pay 应为 5.00，得到 4.00" in found.failures[0].sentence_for("zh-hans")
    special = next((r.id, other) for r in BOOK.rules.values() for other in r.yields_to)
    assert special[0] in touched_by([special[1]], BOOK.rules)


# --- what it would change


def effect(found):
    assert found.book is not None
    return Effect(BOOK, found.book)


OVERPAID = {"pr_extra_charge": True, "pr_overpaid": "46.00", "tx_living_consumption": True}


def test_a_case_that_a_new_rule_reaches_is_told_with_its_sum():
    change = effect(tried(RULE)).on(Case(OVERPAID, DAY, "price"))
    assert change is not None
    assert "test.1" in change.rules
    assert any("测试规则" in text and "成立" in text for text in change.words["zh-hans"])
    assert any("Test rule" in text for text in change.words["en"])
    assert {r["id"] for r in change.after["rules"]} - {r["id"] for r in change.before["rules"]} == {
        "test.1"
    }


def test_a_case_that_it_does_not_reach_stays_as_it_is():
    found = effect(tried(RULE))
    assert found.on(Case({"pr_extra_charge": False}, DAY, "price")) is None
    assert not found.touches(Case({"pr_extra_charge": False}, DAY, "price"))


def test_a_fact_that_the_vocabulary_no_longer_has_stands_in_nobodys_way():
    found = effect(tried(RULE))
    facts = {**OVERPAID, "gone": True, "tx_category": "没有这一类"}
    assert found.on(Case(facts, DAY, "no_such_category")) is not None


def test_the_quick_answer_agrees_with_the_whole_analysis_for_every_example():
    """A change that the short cut misses would be a wrong all-clear."""
    flipped = changed("price_law.41", "- dv_overpaid", "- pr_extra_charge")
    found = effect(flipped)
    assert flipped.book is not None
    touched = []
    for rule in BOOK.rules.values():
        for example in rule.examples[:12]:
            for category in (None, "price"):
                case = Case(example.facts, example.on or BOOK.as_of, category)
                if found.touches(case):
                    touched.append(case)  # looked at whole, whatever comes of it
                else:
                    assert told(case, flipped.book) is None, (rule.id, example.name, category)
    assert any(told(case, flipped.book) for case in touched)


def told(case, book):
    """What the whole analysis finds otherwise by another book."""
    before, after = (result(case, each, "zh-hans") for each in (BOOK, book))
    return change({"zh-hans": before}, {"zh-hans": after}, case.facts)

"""The loader of the table of deadlines: each mistake is refused with file, line and remedy."""

import textwrap

import pytest

from legal_rules import deadline_table
from legal_rules.reasoning.source import LawError

MOMENTS = """
moments:
  - id: goods_back
    title: {zh: 收到退货, en: Goods back}
    asks: {zh: 哪天收到？, en: "On which day?"}
    precise: day
    fact: rt_return_received_date
  - id: told
    title: {zh: 已告知, en: Told}
    asks: {zh: 什么时候？, en: "When?"}
    precise: minute
"""
GOOD = """
id: test
title: {zh: 测试, en: Test}
entries:
  - id: refund_7d
    title: {zh: 退款, en: Refund}
    says: {zh: 七日内退款。, en: Refund within seven days.}
    use: clock
    nature: statutory
    owed_by: enterprise
    citations:
      - {instrument: cpl_2013, article: "25", paragraph: 3, text: 七日内返还}
    in_force: {from: 2014-03-15}
    length: 7
    unit: calendar_day
    clock:
      kind: refund
      starts: goods_back
      stops: [told]
      ladder: legal
rank: 1
"""
OTHER = GOOD.replace("id: test", "id: other").replace("id: refund_7d", "id: refund_9d")
BACK = GOOD.replace("    length: 7", "    back: yes\n    length: 7")


@pytest.fixture
def load(tmp_path):
    def loaded(moments=MOMENTS, **pages):
        root = tmp_path / "deadlines"
        root.mkdir(exist_ok=True)
        for name, text in {"moments": moments, **pages}.items():
            (root / f"{name}.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
        return deadline_table.load(root)

    return loaded


def test_a_sound_table_is_read(load):
    table = load(a=GOOD)
    entry = table.entries["refund_7d"]
    assert (entry.length, entry.unit, entry.quote) == (7, "calendar_day", "七日内返还")
    assert entry.citations[0].citation() == {
        "instrument": "cpl_2013",
        "article": "25",
        "paragraph": 3,
    }
    assert (entry.file, entry.line) == ("deadlines/a.yaml", 5)
    assert list(table.regimes) == ["test"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    use: clock", "    use: clock\n    colour: red", r"a.yaml:9: unknown key 'colour'"),
        ("use: clock", "use: alarm", r"a.yaml:8: 'alarm' is not known; possible: clock, window"),
        (
            "unit: calendar_day",
            "unit: fortnight",
            r":15: unknown unit 'fortnight'; possible: .*hour",
        ),
        ("length: 7", "length: -7", r":14: -7 is not a length; write a whole number above zero"),
        ("length: 7", "length: 0", r":14: 0 is not a length"),
        ("length: 7", "length: 5000", r":14: 5000 is not a length"),
        ("length: 7", 'length: "7"', r":14: '7' is not a length"),
        ("length: 7", "length: yes", r":14: True is not a length"),
        ("length: 7", "length: 7.5", r":14: 7.5 is a float"),
        ("    length: 7\n", "", r"`length` and `unit` do not fit together"),
        ("unit: calendar_day", "unit: immediate", r":15: `length` and `unit` do not fit"),
        ("    unit: calendar_day\n", "", r":14: `length` and `unit` do not fit together"),
        ("    length: 7\n    unit: calendar_day\n", "", r":8: an entry of use clock has no figure"),
        (
            "starts: goods_back",
            "starts: goods_front",
            r":18: there is no moment 'goods_front'; use",
        ),
        ("stops: [told]", "stops: [tolled]", r":19: there is no moment 'tolled'.* told"),
        ("stops: [told]", "stops: []", r":19: 'stops' must be a list"),
        ("stops: [told]", "stops: [told, told]", r":19: 'told' is declared twice"),
        ("      starts: goods_back\n", "", r":17: the clock does not say when it starts"),
        ("instrument: cpl_2013", "instrument: cpl_2031", r":12: 'cpl_2031' is not in instruments"),
        ('article: "25"', "article: 25", r":12: 'article' must be a text"),
        ('article: "25"', 'article: "25a"', r":12: an article is a number as text"),
        ("paragraph: 3", "paragraph: 0", r":12: a paragraph is a whole number"),
        ("paragraph: 3", "paragraph: 3, clause: 1", r":12: unknown key 'clause'"),
        (
            "from: 2014-03-15",
            "from: 2013-03-15",
            r"the wording of cpl_2013 applies from 2014-03-15",
        ),
        (
            "{from: 2014-03-15}",
            "{from: 2013-03-15}\n    basis: {zh: 消费者权益保护法此前相同, en: The same before}",
            r"`basis` name 消费者权益保护法 in Chinese and Consumer Law in English",
        ),
        (
            "{from: 2014-03-15}",
            "{from: 2014-03-15}\n    basis: 消费者权益保护法此前相同",
            r":14: 'basis' has to be in Chinese and English",
        ),
        ("from: 2014-03-15", "from: 2014-03-15, until: 2014-03-14", r"ends before it begins"),
        ("from: 2014-03-15", "from: 14 March", r":13: 'from' must be a date"),
        ("ladder: legal", "ladder: rope", r":20: 'rope' is not known; possible: default, legal"),
        (
            "kind: refund",
            "kind: refund\n      with: tea",
            r":18: 'tea' is not known; possible: .*draft",
        ),
        ("kind: refund", "kind: Refund money", r":17: 'Refund money' cannot be an id"),
        ("kind: refund", f"kind: {'r' * 31}", r"30 at most"),
        ("id: refund_7d", "id: 7d", r":5: '7d' cannot be an id"),
        ("nature: statutory", "nature: internal", r":8: there is no `why`; say why no machine"),
        ("nature: statutory", "nature: legal", r":9: 'legal' is not known"),
        ("owed_by: enterprise", "owed_by: nobody", r":10: 'nobody' is not known"),
        ("use: clock", "use: window", r":8: 'clock' is wrong where use is window"),
        ("use: clock", "use: none", r"'clock' is wrong where use is none"),
        ("says: {zh: 七日内退款。,", "says: {", r":7: missing key 'zh'"),
        (
            '{instrument: cpl_2013, article: "25", paragraph: 3, text: 七日内返还}',
            "{external: {zh: 说明, en: Guide}}",
            r":9: a deadline without the words of the law is not statutory",
        ),
        (
            '      - {instrument: cpl_2013, article: "25", paragraph: 3, text: 七日内返还}\n',
            "",
            r"'citations' must be a list",
        ),
        ("use: clock", "use: clock\n    certainty: sure", r":9: 'sure' is not known"),
        ("use: clock", "use: clock\n    back: often", r":9: 'back' is yes or no"),
        ("use: clock", "use: clock\n    replaces: gone", r"there is no deadline 'gone'"),
        ("use: clock", "use: clock\n    applies: {sectors: [sea]}", r":9: 'sea' is not known"),
        ("use: clock", "use: clock\n    applies: {channels: [fax]}", r":9: 'fax' is not known"),
        ("use: clock", "use: clock\n    applies: {categories: [x]}", r":9: 'x' is not known"),
        ("use: clock", "use: clock\n    applies: {claims: [rage]}", r":9: 'rage' is not known"),
        ("use: clock", "use: clock\n    applies: {risks: [rain]}", r":9: 'rain' is not known"),
        ("use: clock", "use: clock\n    applies: {when: x}", r":9: unknown key 'when'"),
        ("ladder: legal", "ladder: legal\n      pausable_by: [tea]", r":21: 'tea' is not known"),
        ("ladder: legal", "ladder: legal\n      after_close: later", r":21: 'after_close' is yes"),
    ],
)
def test_mistakes_are_refused_with_file_line_and_remedy(load, old, new, message):
    assert old in GOOD
    with pytest.raises(LawError, match=message) as refused:
        load(a=GOOD.replace(old, new, 1))
    for lang in ("en", "zh-hans"):
        assert refused.value.remedy_for(lang)
    assert str(refused.value).startswith("deadlines/a.yaml:")


def test_every_entry_cites_something(load):
    cited = '      - {instrument: cpl_2013, article: "25", paragraph: 3, text: 七日内返还}\n'
    assert cited in GOOD
    text = GOOD.replace("    citations:\n" + cited, "    citations: []\n")
    with pytest.raises(LawError, match=r"a.yaml:11: nothing is cited; give the article"):
        load(a=text)


def test_what_has_no_text_here_is_not_called_checked(load):
    cited = '{instrument: cpl_2013, article: "25", paragraph: 3, text: 七日内返还}'
    external = GOOD.replace(cited, "{external: {zh: 操作说明, en: Guide}}").replace(
        "nature: statutory", "nature: internal\n    why: {zh: 内部目标。, en: Our own target.}"
    )
    with pytest.raises(LawError, match="`certainty` does not fit the sources; write secondary"):
        load(a=external)
    sure = external.replace("use: clock", "use: clock\n    certainty: secondary")
    assert load(a=sure).entries["refund_7d"].quote == ""


def test_words_of_a_law_that_ended_count_only_until_then(load):
    old = GOOD.replace(
        'instrument: cpl_2013, article: "25", paragraph: 3',
        'instrument: samr_complaints_interim_2019, article: "14"',
    ).replace("from: 2014-03-15", "from: 2023-01-01")
    with pytest.raises(LawError, match="samr_complaints_interim_2019 ended on 2026-04-14; end"):
        load(a=old)
    ended = old.replace("from: 2023-01-01", "from: 2023-01-01, until: 2026-04-14")
    assert load(a=ended).entries["refund_7d"].until is not None


@pytest.mark.parametrize(
    "extend",
    [
        "{unit: calendar_day, by_role: supervisor, at_most: 1}",
        "{to: [30], by: 3, unit: calendar_day, by_role: supervisor, at_most: 1}",
        "{to: [30, 20], unit: calendar_day, by_role: supervisor, at_most: 2}",
        "{to: [5], unit: calendar_day, by_role: supervisor, at_most: 1}",
        "{to: [30], unit: calendar_day, by_role: supervisor, at_most: 2}",
        "{to: [thirty], unit: calendar_day, by_role: supervisor, at_most: 1}",
    ],
)
def test_an_extension_that_is_none_is_refused(load, extend):
    with pytest.raises(LawError, match=r":21: the extension is wrong; write either `to`"):
        load(a=GOOD.replace("ladder: legal", f"ladder: legal\n      extend: {extend}"))


@pytest.mark.parametrize(
    ("extend", "message"),
    [
        ("{by: -3, unit: calendar_day, by_role: supervisor, at_most: 1}", "-3 is not a length"),
        ("{by: 3, unit: moon, by_role: supervisor, at_most: 1}", "unknown unit 'moon'"),
        ("{by: 3, unit: hour, by_role: anybody, at_most: 1}", "'anybody' is not known"),
        ("{by: 3, unit: hour, by_role: supervisor, at_most: 0}", "0 is not a length"),
    ],
)
def test_an_extension_has_a_length_a_unit_a_role_and_a_number(load, extend, message):
    with pytest.raises(LawError, match=message):
        load(a=GOOD.replace("ladder: legal", f"ladder: legal\n      extend: {extend}"))


@pytest.mark.parametrize(
    "more",
    [
        "with: general_reply",
        "pausable_by: [expert]",
        "extend: {by: 3, unit: calendar_day, by_role: supervisor, at_most: 1}",
        "restarts: [told]",
    ],
)
def test_what_is_counted_back_from_an_event_is_never_paused_or_extended(load, more):
    assert load(a=BACK).entries["refund_7d"].back
    with pytest.raises(LawError, match=":18: a deadline counted back starts from its event"):
        load(a=BACK.replace("ladder: legal", f"ladder: legal\n      {more}"))


# --- between entries


@pytest.mark.parametrize("rank", ["0", "-1", "1000", "first", "yes"])
def test_a_regime_has_its_place_among_the_others(load, rank):
    with pytest.raises(LawError, match=r"a.yaml:21: .* is not a length; write a whole number"):
        load(a=GOOD.replace("rank: 1", f"rank: {rank}"))
    special = OTHER.replace("use: clock", "use: clock\n    applies: {sectors: [air]}")
    assert list(load(a=GOOD.replace("rank: 1", "rank: 2"), b=special).regimes) == ["other", "test"]


def test_two_entries_of_one_id_are_refused(load):
    with pytest.raises(LawError, match=r"b.yaml:5: deadline 'refund_7d' is also in deadlines/a"):
        load(a=GOOD, b=GOOD.replace("id: test", "id: other"))


def test_two_regimes_of_one_id_are_refused(load):
    with pytest.raises(LawError, match=r"b.yaml:1: deadline 'test' is also in deadlines/a.yaml"):
        load(a=GOOD, b=OTHER.replace("id: other", "id: test"))


def test_an_entry_that_replaces_another_begins_after_its_end(load):
    ended = GOOD.replace("from: 2014-03-15", "from: 2014-03-15, until: 2020-12-31")
    later = OTHER.replace("from: 2014-03-15", "from: 2021-01-01").replace(
        "use: clock", "use: clock\n    replaces: refund_7d"
    )
    assert load(a=ended, b=later).entries["refund_9d"].replaces == "refund_7d"
    with pytest.raises(LawError, match=r"b.yaml:5: in force together with 'refund_7d', .*2021-01"):
        load(a=GOOD, b=later)
    with pytest.raises(LawError, match="in force together with 'refund_7d'"):
        load(a=ended, b=later.replace("from: 2021-01-01", "from: 2020-12-31"))


def test_a_clock_that_another_always_displaces_is_refused(load):
    with pytest.raises(LawError, match=r"b.yaml:5: never reached: 'refund_7d' stands before it"):
        load(a=GOOD, b=OTHER)
    special = OTHER.replace("use: clock", "use: clock\n    applies: {sectors: [air]}")
    table = load(a=GOOD, b=special)
    assert [entry.id for entry in table.clocks] == ["refund_9d", "refund_7d"]
    with pytest.raises(LawError, match=r"never reached: 'refund_9d' stands before it"):
        load(a=GOOD, b=special, c=special.replace("9d", "8d").replace("id: other", "id: third"))


# --- moments


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fact: rt_return_received_date", "fact: rt_return", r":7: 'rt_return' is not a fact with"),
        ("fact: rt_return_received_date", "fact: fraud", r":7: 'fraud' is not a fact with a date"),
        ("precise: day", "precise: minute", r":6: fact 'rt_return_received_date' is a day, not"),
        ("precise: day", "precise: second", r":6: 'second' is not known"),
        ("precise: day", "precise: day\n    step: sign", r":7: a moment comes from a fact or from"),
        ("id: goods_back", "id: told", r":8: 'told' is declared twice"),
        ("id: goods_back", "id: Goods", r":3: 'Goods' cannot be an id"),
        ("    precise: day\n", "", r":3: missing key 'precise'"),
        ("precise: day", "precise: day\n    sectors: [sea]", r":7: 'sea' is not known"),
    ],
)
def test_mistakes_in_moments_are_refused(load, old, new, message):
    assert old in MOMENTS
    with pytest.raises(LawError, match=r"deadlines/moments.yaml" + message):
        load(moments=MOMENTS.replace(old, new, 1), a=GOOD)


def test_a_window_names_its_beginning_or_what_computes_it(load):
    window = GOOD[: GOOD.index("    clock:\n")].replace("use: clock", "use: window")
    for part, message in (
        ("{computed_by: []}", "nothing says from which day the window runs"),
        ("{from_fact: fraud, computed_by: []}", "'fraud' is not a fact with a date"),
        ("{anew_from: tx_delivery_date, computed_by: [cpl.25]}", "nothing says from which day"),
    ):
        with pytest.raises(LawError, match=message):
            load(a=window + f"    window: {part}\nrank: 1\n")
    read = load(a=window + "    window: {from_fact: tx_delivery_date, computed_by: []}\nrank: 1\n")
    assert read.entries["refund_7d"].window.from_fact == "tx_delivery_date"


def test_an_empty_folder_is_no_table(load):
    with pytest.raises(LawError, match="there is no table of deadlines in deadlines"):
        load()


def test_what_counsel_signs_changes_with_every_word_and_with_the_meaning_of_a_moment(load):
    before = load(a=GOOD).regimes["test"].sha256
    assert load(a="# a remark\n" + GOOD).regimes["test"].sha256 == before
    assert load(a=GOOD.replace("七日内退款", "七日内还款")).regimes["test"].sha256 != before
    assert load(a=GOOD.replace("length: 7", "length: 8")).regimes["test"].sha256 != before
    meant = MOMENTS.replace("哪天收到？", "哪天寄出？")
    assert load(moments=meant, a=GOOD).regimes["test"].sha256 != before

"""What holds for every text: places, repetition, order, limits, and what is added to it."""

from __future__ import annotations

import random
import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legal_rules.suggest import suggest, suggest_categories, suggest_rights
from legal_rules.suggest.patterns import book
from legal_rules.suggest.text import LOOKED_AT, fold
from legal_rules.vocabulary import CATEGORIES, FACTS, GROUPS, RIGHTS, check_value
from tests.suggest.test_sentences import SILENT, STATED

ON = date(2026, 11, 25)
SENTENCES = [text for text, *_rest in STATED] + [text for text, *_rest in SILENT]
UNRELATED = ("天气很好。", "谢谢！", "\n以上。\n", "😀。", "此致敬礼。", "Hello there. ")
CALL = (
    "11 月 9 日接到推销电话，对方自称健康顾问，说胶囊三个疗程根治高血压，停药也不反弹。"
    "当天微信付款 3980 元，没有给发票。服用五天头晕，去医院说不能停降压药。要求退款并三倍赔偿。"
)
texts = st.lists(st.sampled_from(SENTENCES) | st.text(max_size=12), max_size=8).map("，".join)


@given(texts)
@settings(max_examples=150, deadline=None)
def test_a_quotation_is_the_place_it_names_and_a_value_an_answer(text: str) -> None:
    for one in suggest(text, ON):
        assert text[one.start : one.end] == one.quote != ""
        assert 0 < one.confidence < 1
        assert check_value(one.fact_id, one.value, today=ON) == one.value
        assert one.judgement == (FACTS[one.fact_id].found_by == "counsel")
        assert not FACTS[one.fact_id].derived
        assert not GROUPS[FACTS[one.fact_id].group].internal
    for topic in suggest_categories(text, ON):
        assert text[topic.start : topic.end] == topic.quote
        assert topic.id in CATEGORIES


@given(texts)
@settings(max_examples=60, deadline=None)
def test_the_same_text_on_the_same_day_suggests_the_same(text: str) -> None:
    assert suggest(text, ON) == suggest(text, ON)
    assert suggest_categories(text, ON) == suggest_categories(text, ON)


@given(texts, st.sampled_from(UNRELATED))
@settings(max_examples=100, deadline=None)
def test_a_sentence_that_says_nothing_changes_nothing(text: str, more: str) -> None:
    """Behind the text, and before it but for the places."""
    assert suggest(f"{text}。{more}", ON) == suggest(f"{text}。", ON)
    moved = [(s.fact_id, s.value, s.quote, s.start - len(more)) for s in suggest(more + text, ON)]
    assert moved == [(s.fact_id, s.value, s.quote, s.start) for s in suggest(text, ON)]


@given(st.sampled_from(SENTENCES), st.sampled_from(SENTENCES))
@settings(max_examples=100, deadline=None)
def test_more_to_read_takes_no_yes_away_but_where_it_contradicts(one: str, other: str) -> None:
    """Of facts with several answers nothing is lost; of the others one may be displaced."""

    def said(text: str) -> dict[str, list[object]]:
        result: dict[str, list[object]] = {}
        for s in suggest(text, ON):
            result.setdefault(s.fact_id, []).append(s.value)
        return result

    both = said(f"{one}。\n{other}。")
    needy = {p.about for p in book().patterns if p.refuses or p.needs}
    for fact, values in said(one).items():
        if fact in needy:
            continue
        if FACTS[fact].type == "multi":
            assert all(v in both[fact] for v in values)
        else:
            assert fact in both


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "。",
        "\r\n\r\n",
        "😀" * 50,
        "\ue000\ue001元",
        "\ud800花了98元",
        "a" * 50,
        "￥",
        "?!,:;()",
    ],
)
def test_odd_texts_are_read_in_peace(text: str) -> None:
    for one in suggest(text, ON):
        assert text[one.start : one.end] == one.quote
    assert len(fold(text)) == len(text)


def test_private_characters_of_the_text_stand_for_no_sum() -> None:
    assert suggest("花了\ue000\ue0ff\ue0ff买的", ON) == []


def test_what_stands_behind_the_limit_is_not_read() -> None:
    assert suggest("无" * LOOKED_AT + "要求退款", ON) == []
    assert suggest("要求退款。" + "无" * 10**6, ON)


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "一",
        "1万",
        "1,000,",
        "客服说",
        "没有",
        "要求退货",
        "3月1日买",
        "花100元",
        "“",
        "(",
        "，",
        "说正品",
        "吃了用了",
        "我的孩子用我的",
        "没授权未经",
        "自动续费扣",
        "更正改正",
        " ",
        "\r\n",
        "如果",
    ],
)
def test_ten_thousand_characters_are_read_at_once(piece: str) -> None:
    """Each is read in milliseconds; a pattern that runs away would take minutes."""
    text = (piece * LOOKED_AT)[:LOOKED_AT]
    began = time.process_time()
    suggest(text, ON)
    suggest_categories(text, ON)
    assert time.process_time() - began < 2


def test_words_in_any_order_are_read_at_once() -> None:
    shuffle = random.Random(7)  # noqa: S311
    words = [w for p in book().patterns for w in p.says.replace("|", " ").split()]
    for joint in ("", "，", "。"):
        text = joint.join(shuffle.choice(words) for _ in range(4000))[:LOOKED_AT]
        began = time.process_time()
        suggest(text, ON)
        assert time.process_time() - began < 2


def test_the_call_of_the_first_case() -> None:
    """The whole of it, so that a change of any pattern is seen."""
    found = {(s.fact_id, str(s.value)) for s in suggest(CALL, ON)}
    assert found == {
        ("tx_channel", "电话营销"),
        ("tx_category", "保健食品"),
        ("tx_price_paid", "3980.00"),
        ("tx_payment_date", "2026-11-09"),
        ("conduct_date", "2026-11-09"),
        ("fr_disease_claim", "True"),
        ("tm_contacted", "True"),
        ("sf_injury", "轻微"),
        ("sf_caused_by_us", "True"),
        ("rt_demand", "['退款']"),
        ("rt_demand", "['惩罚性赔偿']"),
    }
    first, *_rest = topics = suggest_categories(CALL, ON)
    assert first.id == "telesales_fraud"
    assert {t.id for t in suggest_rights(topics)} <= set(RIGHTS)
    assert "right_to_know" in {t.id for t in suggest_rights(topics)}


def test_a_judgement_is_a_report_of_low_confidence() -> None:
    [one] = [s for s in suggest("他们这是欺诈", ON) if s.fact_id == "fraud"]
    assert one.judgement
    assert Decimal(str(one.confidence)) <= Decimal("0.3")


def test_facts_that_the_category_does_not_ask_for_come_later() -> None:
    plain = {s.fact_id: s.confidence for s in suggest(CALL, ON)}
    asked = {s.fact_id: s.confidence for s in suggest(CALL, ON, "telesales_fraud")}
    assert asked["fr_disease_claim"] == plain["fr_disease_claim"]
    assert asked["sf_injury"] < plain["sf_injury"]
    assert suggest(CALL, ON, "no_such_category") == suggest(CALL, ON)


def test_a_doubt_makes_less_sure_and_two_sums_make_neither_sure() -> None:
    [sure] = [s for s in suggest("这是假货", ON) if s.fact_id == "fr_adulterated"]
    [doubted] = [s for s in suggest("我怀疑这是假货", ON) if s.fact_id == "fr_adulterated"]
    assert doubted.confidence < sure.confidence
    two = [s for s in suggest("花了100元。花了200元。", ON) if s.fact_id == "tx_price_paid"]
    assert [s.value for s in two] == ["100.00", "200.00"]
    assert all(s.confidence < 0.5 for s in two)

"""Patterns are data that a reader can check: what they may say, and how a mistake is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from legal_rules.reasoning.source import LawError
from legal_rules.suggest.notation import NotationError, compiled
from legal_rules.suggest.patterns import FOLDER, PatternError, read
from legal_rules.suggest.text import fold
from legal_rules.suggest.traditional import PAIRS
from legal_rules.vocabulary import CATEGORIES, FACTS

Folder = Callable[[str], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with the words, and one file of patterns with this text."""

    def made(text: str) -> Path:
        place = tmp_path / "patterns"
        place.mkdir()
        (place / "words.yaml").write_text("words:\n  buy: 买(了) 购买\n", encoding="utf-8")
        (place / "one.yaml").write_text(text, encoding="utf-8")
        return place

    return made


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('nothing: [{says: "买", value: yes, sure: 50}]', "'nothing' is not known"),
        ('q_expired: [{says: "过期", value: 过期, sure: 50}]', "q_expired"),
        ('q_expired: [{says: "过期", value: yes, sure: 0}]', "from 1 to 99"),
        ('q_expired: [{says: "过期", value: yes, sure: "50"}]', "from 1 to 99"),
        ('q_expired: [{says: "过期", sure: 50}]', "needs a value"),
        ('q_expired: [{says: "过期", value: yes, sure: 50, by: everybody}]', "by is one of"),
        ('q_expired: [{says: "@goods", value: yes, sure: 50}]', "no list 'goods'"),
        ('q_expired: [{says: "过期||坏", value: yes, sure: 50}]', "empty word"),
        ('q_expired: [{says: "… … …", value: yes, sure: 50}]', "nothing that must be there"),
        ('q_expired: [{says: "一 … 二 … 三 … 四", value: yes, sure: 50}]', "more than 2 gaps"),
        ('tx_price_paid: [{says: "花 {gold}", sure: 50}]', "no slot 'gold'"),
        ('dv_is_minor: [{says: "孩子", value: yes, sure: 50}]', "worked out, not said"),
        ('tx_channel: [{says: "店", value: 火星, sure: 50}]', "tx_channel"),
    ],
)
def test_a_mistake_names_its_line_and_what_is_wrong(folder: Folder, row: str, message: str) -> None:
    place = folder(f"facts:\n  {row}\n")
    with pytest.raises(PatternError, match=r"one\.yaml:2: ") as refused:
        read(place, "facts")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "facts: [",
        "facts:\n  q_expired: yes\n",
        'facts:\n  q_expired: [{says: "过期", value: yes, sure: 50, colour: red}]\n',
        'facts:\n  q_expired: [{says: "过期", value: yes, sure: 0.5}]\n',
        'colours:\n  q_expired: [{says: "过期", value: yes, sure: 50}]\n',
    ],
)
def test_a_file_of_another_shape_is_refused_with_its_line(folder: Folder, text: str) -> None:
    with pytest.raises(LawError, match=r"one\.yaml:\d"):
        read(folder(text), "facts")


def test_every_pattern_is_about_something_that_there_is() -> None:
    assert {p.about for p in read(FOLDER, "facts")} <= set(FACTS)
    assert {p.about for p in read(FOLDER, "categories")} <= set(CATEGORIES)
    told = {p.about for p in read(FOLDER, "categories")}
    assert set(CATEGORIES) - told == {"abuse_suspect"}, "nobody is suspected by words"


def test_no_pattern_is_about_what_only_supervisor_and_counsel_see() -> None:
    assert [p.says for p in read(FOLDER, "facts") if FACTS[p.about].group == "abuse"] == []


def test_the_notation_means_what_it_says() -> None:
    def finds(written: str, text: str) -> bool:
        return bool(compiled(written, {"buy": ["买(了)", "购买"]}).regex.search(text))

    assert finds("@buy … 手机", "我买了一部新手机")
    assert not finds("@buy … 手机", "我买了,手机"), "a gap stays within its clause"
    assert finds("@buy …… 手机", "我买了,手机"), "a long one within its sentence"
    assert not finds("@buy …… 手机", "我买了。手机")
    assert finds("过(了|完)期", "过期")
    assert finds("过(了|完)期", "过完期")
    assert finds("的? 课", "课")
    assert not finds("手机 !号", "手机号")
    assert not finds("收到 ~短信", "收到退场短信")
    assert not finds("^券|证 过期", "优惠券过期")
    with pytest.raises(NotationError):
        compiled("? 买", {})


def test_short_words_count_only_as_words() -> None:
    word = compiled("<虫>", {})
    assert word.whole == {"w0": frozenset({"虫"})}


def test_traditional_characters_stand_behind_their_simplified_ones() -> None:
    assert len(PAIRS) % 2 == 0
    assert fold(PAIRS[1::2]) == PAIRS[::2]
    assert fold("ＡＢｃ１２３，。￥") == "abc123,。¥"

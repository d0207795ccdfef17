"""New words are found, shuffled windows have none, and no word is a name or a number."""

import numpy as np
import pytest

from analytics.detection.terms import ALARM, Counts, Words, emerging, emerging_terms
from benchmarks.terms import counts, cut, shuffled
from benchmarks.words import complaints

WORDS = Words()


def test_shuffled_windows_have_no_new_word_and_a_planted_one_is_found() -> None:
    random = np.random.default_rng(8)
    texts = cut(WORDS, complaints(random, 1500))
    for terms, *_usual in shuffled(random, texts, WORDS):
        assert not [term for term in terms if term.alarm or term.z > ALARM]
    window, history = complaints(random, 300), counts(texts)
    told = range(0, 300, 25)
    for at in told:
        window[at] = "指纹锁突然打不开，" + window[at]
    alarms = {
        term.word: term for term in emerging(WORDS.count(window), history, WORDS) if term.alarm
    }
    assert "指纹锁" in alarms
    assert (alarms["指纹锁"].cases, alarms["指纹锁"].before) == (len(told), 0)
    assert alarms["指纹锁"].rows == tuple(told)
    few = WORDS.count(window[:76])  # four cases of them
    assert "指纹锁" not in {term.word for term in emerging(few, history, WORDS)}


def test_names_and_numbers_are_no_terms_but_own_words_are() -> None:
    told = (
        "我叫王小明，电话13800138000，身份证11010519491231002X，邮箱abc.def@example.com，"
        "周建国和欧阳娜娜说型号x9000不管用，订单20251123998877，王**，http://example.com/a1，鼓包"
    )
    terms = emerging_terms(
        [told] * 30, ["没有说什么"] * 300, ["X9000", "不管用"], ["周建国", "欧阳娜娜"]
    )
    words = {term.word for term in terms}
    assert {"x9000", "不管用", "鼓包"} <= words
    personal = {
        "王小明",
        "小明",
        "建国",
        "周建国",
        "欧阳",
        "娜娜",
        "example",
        "abc",
        "abc.def",
        "com",
        "我",
    }
    assert not words & personal
    assert not [word for word in words - {"x9000"} if any(letter.isdigit() for letter in word)]


def test_odd_texts_are_texts() -> None:
    texts = ["", " \n", "😀" * 9, "\ud800坏字", "一" * 50_000, "a" * 50_000]
    assert WORDS.count(texts).cases == 6
    assert emerging_terms([], ["洗衣机漏水"]) == emerging_terms(["洗衣机漏水"], []) == ()
    assert emerging_terms(["洗衣机漏水"], ["冰箱不制冷"]) == ()
    same = ["洗衣机漏水"] * 9
    assert emerging_terms(same, same) == ()
    assert Words(lexicon=["", " "]).count(same).by_word["漏水"] == 9


def test_counts_of_days_add_up() -> None:
    both = WORDS.count(["洗衣机漏水"]) + WORDS.count(["漏水", ""])
    assert (both.cases, both.by_word["漏水"], both.rows) == (3, 2, {})
    assert emerging(Counts(), both) == ()
    window, history = WORDS.count(["漏水了"] * 20 + ["好"] * 20), WORDS.count(["好"] * 400)
    (term,) = emerging(window, history + both, WORDS)
    assert (term.word, term.cases, term.of, term.before, term.of_before) == ("漏水", 20, 40, 2, 403)
    assert term.alarm
    assert term.z == pytest.approx(emerging(window, both + history, WORDS)[0].z)

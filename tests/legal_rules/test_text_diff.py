"""Two versions of a text, compared so that a person can read it."""

import time

from hypothesis import given
from hypothesis import strategies as st

from legal_rules.text_diff import Piece, compare, counts, paragraphs

TEXT = st.text(alphabet="退还您支付的价款，。\n 12a", max_size=60)


@given(TEXT, TEXT)
def test_both_letters_can_be_read_out_of_the_comparison(old: str, new: str) -> None:
    pieces = compare(old, new)
    assert "".join(p.text for p in pieces if p.kind != "del") == new
    assert "".join(p.text for p in pieces if p.kind != "ins") == old


def test_a_changed_number_is_changed_as_a_whole() -> None:
    assert compare("退还 2,680.00 元。", "退还 2,980.00 元。") == [
        Piece("same", "退还 "),
        Piece("del", "2,680.00"),
        Piece("ins", "2,980.00"),
        Piece("same", " 元。"),
    ]


def test_a_phrase_is_not_cut_into_single_characters() -> None:
    pieces = compare("于十五个工作日内退回原账户。", "在二十六日之前退回原账户。")
    assert [p.kind for p in pieces] == ["del", "ins", "same"]
    assert pieces[-1].text == "退回原账户。"


def test_an_added_paragraph_is_a_paragraph_of_its_own() -> None:
    pieces = compare("尊敬的女士：\n已核实。", "尊敬的女士：\n我们道歉。\n已核实。")
    assert [[p.kind for p in one] for one in paragraphs(pieces)] == [["same"], ["ins"], ["same"]]
    assert counts(pieces) == (1, 0)


def test_equal_letters_have_no_changes() -> None:
    assert counts(compare("一样\n的信", "一样\n的信")) == (0, 0)


def test_two_long_letters_in_one_paragraph_are_compared_in_a_blink() -> None:
    old = "经营者应当依法承担责任，退还价款并赔偿损失。" * 900
    start = time.perf_counter()
    pieces = compare(old, old.replace("退还", "返还", 3) + "另行道歉。")
    assert time.perf_counter() - start < 5
    assert counts(pieces)[0] >= 1

"""Two versions of a text, compared so that a person can read it."""

import time

from hypothesis import given
from hypothesis import strategies as st

from legal_rules.text_diff import Piece, compare, counts, paragraphs

TEXT = st.text(alphabet="退还您支付的价款，。\n 12a😀\u200d𠮷", max_size=60)


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


def changed(old: str, new: str) -> list[tuple[str, str]]:
    return [(p.kind, p.text) for p in compare(old, new) if p.kind != "same"]


def test_a_chinese_word_is_changed_as_a_whole() -> None:
    assert changed("我们将退还价款。", "我们将退还货款。") == [("del", "价款"), ("ins", "货款")]
    assert changed("情况属实。", "情况部分属实。") == [("ins", "部分")]
    assert changed("退还二千元", "退还三千元") == [("del", "二千元"), ("ins", "三千元")]


def test_a_sign_made_of_several_is_not_cut_in_two() -> None:
    family, other = "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👦"
    assert changed(f"谢谢{family}您", f"谢谢{other}您") == [("del", family), ("ins", other)]
    assert changed("𠮷野家", "𠮶野家") == [("del", "𠮷"), ("ins", "𠮶")]


def test_a_paragraph_that_moved_leaves_the_others_as_they_are() -> None:
    pieces = compare("甲段。\n乙段。\n丙段。\n", "乙段。\n丙段。\n甲段。\n")
    assert [(p.kind, p.text) for p in pieces] == [
        ("del", "甲段。\n"),
        ("same", "乙段。\n丙段。\n"),
        ("ins", "甲段。\n"),
    ]
    assert changed("", "全文。") == [("ins", "全文。")]
    assert changed("全文。", "") == [("del", "全文。")]


def test_ten_thousand_equal_lines_are_compared_in_a_blink() -> None:
    old = "甲\n" * 10_000
    start = time.perf_counter()
    assert counts(compare(old, "乙\n" + old[2:])) == (1, 1)
    assert time.perf_counter() - start < 5

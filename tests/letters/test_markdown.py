"""The Markdown of letters: what is written reads as the same blocks; no value becomes markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters.blocks import Block, Heading, Items, Paragraph, Run, joined
from letters.markdown import read, write
from letters.values import line, lines

HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from("*_#-+.):`~|<>[]{}!\\&;=\"' \n\t123（）：老《》“”😀𠮷\u200b\u3000"),
        st.characters(),
    ),
    max_size=60,
)


def runs(one_line: bool) -> st.SearchStrategy[tuple[Run, ...]]:
    said = HOSTILE.map(line if one_line else lines).filter(bool)
    words = st.builds(Run, said, st.booleans())
    gaps = st.builds(Run, st.just(""), st.booleans(), st.sampled_from(["number", "pay_by"]))
    many = st.lists(st.one_of(words, words, gaps), min_size=1, max_size=4)
    return many.map(joined).filter(lambda r: "".join(x.text or "x" for x in r).strip() != "")


def kept(found: tuple[Run, ...]) -> bool:
    """As values come out of `lines`: no blank lines or spaces at the ends of lines."""
    text = "".join(run.text or "x" for run in found)
    return all(part == part.strip() and part for part in text.split("\n"))


blocks = st.one_of(
    st.builds(Heading, st.sampled_from([2, 3]), runs(one_line=True).filter(kept)),
    st.builds(Paragraph, runs(one_line=False).filter(kept)),
    st.builds(
        Items,
        st.lists(runs(one_line=True).filter(kept), min_size=1, max_size=3).map(tuple),
        st.sampled_from([None, 1, 3]),
    ),
)


@given(st.lists(blocks, max_size=5), st.one_of(st.none(), runs(one_line=False).filter(kept)))
def test_what_is_written_reads_as_the_same_blocks(
    body: list[Block], signature: tuple[Run, ...] | None
) -> None:
    letter = (*body, *([Paragraph(signature, signature=True)] if signature else []))
    assert read(write(letter)) == letter


@given(HOSTILE)
def test_whatever_a_person_types_is_a_letter_and_stays_the_same(text: str) -> None:
    once = read(text)
    assert read(write(once)) == once


@pytest.mark.parametrize(
    "text",
    [
        "# 一", "- 一", "1. 一", "1) 一", "**一**", "{{ number }}", "::: signature", ":::", "\\*",
        "<script>alert(1)</script>", "[a](javascript:x)", "![](x)", "&amp;", "`x`", "~~~", "---",
        "| a | b |\n|---|---|", "> a", "    code", "a  \nb", "***", "* a", "+ a", "一\n===",
    ],
)  # fmt: skip
def test_words_that_look_like_markup_stay_words(text: str) -> None:
    said = lines(text)
    (block,) = read(write([Paragraph((Run(said),))]))
    assert block == Paragraph((Run(said),))


def test_a_letter_of_before_in_plain_words_is_read_as_it_was_meant() -> None:
    old = "尊敬的李先生/女士：\n\n我们的处理意见如下：\n1. 退还价款 10.00 元\n2. 道歉\n\n青禾生活"
    opening, first, items, last = read(old)
    assert isinstance(items, Items)
    assert items.rows == ((Run("退还价款 10.00 元"),), (Run("道歉"),))
    assert [opening, first, last] == [
        Paragraph((Run(words),))
        for words in ("尊敬的李先生/女士：", "我们的处理意见如下：", "青禾生活")
    ]


def test_strong_words_end_at_a_full_stop_too() -> None:
    assert read("**不答复不会被视为同意。**依法") == (
        Paragraph((Run("不答复不会被视为同意。", strong=True), Run("依法"))),
    )
    assert read("2 ** 3") == (Paragraph((Run("2 ** 3"),)),)


def test_two_lists_one_after_the_other_stay_two() -> None:
    for start in (1, None):
        pair = (Items(((Run("a"),),), start), Items(((Run("b"),),), start))
        assert read(write((*pair, pair[0]))) == (*pair, pair[0])


@pytest.mark.parametrize("end", ["#", " #", " ##", "\\#", " \\", "**", "{{ x"])
def test_a_heading_keeps_how_it_ends(end: str) -> None:
    heading = (Heading(3, (Run(f"（一）退款{end}"),)),)
    assert read(write(heading)) == heading

"""The letter before counsel: its Markdown is drawn, and every character keeps its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from complaints.views.review_markdown import Paragraph, drawn
from complaints.views.review_marks import marked
from legal_rules.text_diff import Piece, compare

LETTER = "## 一、请求\n\n您请求**退还价款**，编号 **A**。\n\n::: signature\n青禾生活\n:::\n"


def letter(text: str) -> list[Paragraph]:
    """Drawn without any change in it."""
    return drawn(marked([Piece("same", text)], []))


def shown(paragraph: Paragraph) -> str:
    """What the eye sees."""
    return "".join(run.text for run in paragraph.runs if not run.mark)


def test_headings_heavy_words_and_the_signature_are_drawn_and_their_marks_are_not_shown() -> None:
    head, body, opened, name, closed = letter(LETTER)
    assert (head.kind, shown(head)) == ("heading", "一、请求")
    assert [run.text for run in body.runs if run.strong and not run.mark] == ["退还价款", "A"]
    assert shown(body) == "您请求退还价款，编号 A。"
    assert (opened.kind, closed.kind) == ("fence", "fence")
    assert (name.kind, shown(name)) == ("sign", "青禾生活")


def test_what_is_no_mark_of_a_letter_is_shown_as_it_is_written() -> None:
    for text in ("::: 另付 5 元", "第 # 号", "#没有空格", "::: option x"):
        (only,) = letter(text)
        assert (only.kind, shown(only)) == ("text", text)


def test_stars_that_were_added_weigh_in_the_new_text_alone() -> None:
    (only,) = drawn(marked(compare("您请求退款。", "您请求**退款**。"), []))
    assert "".join(r.text for r in only.runs if r.kind != "del") == "您请求**退款**。"
    assert [r.text for r in only.runs if r.strong and not r.mark] == ["退款"]


PIECES = st.lists(st.sampled_from(["**", "## ", ":::", "\n", "文", " ", "::: signature", "*"]))


@given(PIECES, PIECES)
def test_every_character_keeps_its_place(old: list[str], new: list[str]) -> None:
    text = "".join(new)
    for paragraph in drawn(marked(compare("".join(old), text), [])):
        for run in paragraph.runs:
            if run.at is not None:
                assert text[run.at : run.at + len(run.text)] == run.text

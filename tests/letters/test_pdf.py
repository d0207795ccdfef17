"""Letters on paper: PDF/A with the fonts inside, small, quick, always the same bytes."""

import re
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from letters import glyphs, library
from letters.pdf import Head, TooLong, a4, pictures
from letters.rendering import Rendered, again, render
from letters.variables import examples
from tests.letters.paper import Paper

TEMPLATES = list(library.current().templates.values())
HEAD = Head("青禾生活", "TS-26-014377", date(2026, 11, 23), contact="400-000-0000")


def letter(kind: str = "resolution", lang: str = "zh", **given: Any) -> Rendered:
    template = library.current().template(kind, lang)
    options = {option.id for option in template.options}
    return render(template, {**examples(lang), **given}, options)


def kept(text: str) -> Rendered:
    return again("函", text, "zh")


@pytest.mark.parametrize("ticked", ["all", "none"])
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
def test_every_letter_is_a_small_pdf_a_with_its_fonts_inside(template: Any, ticked: str) -> None:
    options = {option.id for option in template.options if ticked == "all"}
    written = render(template, examples(template.language), options)
    begun = time.perf_counter()
    pdf = a4(written, HEAD)
    assert time.perf_counter() - begun < 1.5
    assert len(pdf) < 400_000
    paper = Paper(pdf)
    is_archivable(paper)
    fonts_are_inside(paper)
    says_the_letter(paper, written)


def is_archivable(paper: Paper) -> None:
    """PDF/A-2b by what the file says: its metadata, its colours, nothing from outside or hidden."""
    assert paper.raw.startswith(b"%PDF-1.7")
    (metadata,) = (paper.stream(number).decode() for number in paper.typed(b"Metadata"))
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    (intent,) = paper.typed(b"OutputIntent")
    assert b"/S/GTS_PDFA1" in paper.objects[intent]
    assert b"acsp" in paper.stream(paper.follow(intent, b"DestOutputProfile "))[:128]  # ICC
    assert re.search(rb"/ID ?\[", paper.raw.split(b"trailer")[-1])
    said = b"\n".join(paper.objects.values()) + paper.raw.split(b"trailer")[-1]
    for forbidden in (b"/Encrypt", b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/URI"):
        assert forbidden not in said


def fonts_are_inside(paper: Paper) -> None:
    """Each font of each page is there as a subset, with what its shapes say in Unicode."""
    assert {font.name[7:15] for font in paper.fonts} == {"NotoSans", "NotoSeri"}
    for font in paper.fonts:
        assert re.fullmatch(r"[A-Z]{6}\+Noto(Sans|Serif)SC-Regular", font.name)
        assert font.file[:1] == b"\x01"  # a font in the Compact Font Format
        assert 0 < len(font.file) < 300_000
        assert all(said.isprintable() for said in font.says.values())
    assert len(paper.typed(b"FontDescriptor")) == len(paper.fonts)


def says_the_letter(paper: Paper, written: Rendered) -> None:
    """Every line of the letter can be found in the PDF, page breaks aside."""
    lines = ["".join(line.split()) for line in written.text.split("\n")]
    text = paper.text()
    whole = [line for line in lines if line in text]
    assert len(whole) >= len(lines) - len(paper.pages) + 1
    assert sum(map(len, whole)) > sum(map(len, lines)) * 0.8


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert a4(letter(), HEAD) == a4(letter(), HEAD)
    assert a4(letter(), HEAD) != a4(letter(matter="另一件事"), HEAD)


def test_pages_are_counted_and_a_longer_letter_has_more() -> None:
    assert len(pictures(letter("satisfaction"), HEAD, 30)) == 1
    assert len(pictures(letter(), HEAD, 30)) == 3
    findings = "\n\n".join(["经调取外呼录音、付款记录和聊天记录核对，情况如下。" * 8] * 60)
    begun = time.perf_counter()
    pdf = a4(letter(findings=findings), HEAD)
    assert time.perf_counter() - begun < 1.5
    assert len(pdf) < 400_000


def test_what_is_missing_is_red_on_paper_and_the_draft_is_marked() -> None:
    draft = Head("青禾生活", "TS-26-014377", date(2026, 11, 23), mark="草稿")
    whole, open_ = letter("delay"), letter("delay", new_reply_by=None)
    assert pictures(whole, HEAD, 30) != pictures(open_, HEAD, 30)
    assert pictures(whole, HEAD, 30) != pictures(whole, draft, 30)


# --- characters that no font has


def test_a_character_that_no_font_has_is_written_as_its_number_with_a_note() -> None:
    assert glyphs.fitted("𠮷野家😀") == ("〔U+20BB7〕野家〔U+1F600〕", ["𠮷", "😀"])
    with_note, without = kept("您好，𠮷先生：\n\n正文"), kept("您好，吉先生：\n\n正文")
    assert len(a4(with_note, HEAD)) > len(a4(without, HEAD))
    assert a4(letter(salutation="尊敬的𠮷女士", matter="😀" * 50), HEAD).startswith(b"%PDF")


def test_what_cannot_be_seen_is_left_out_without_a_note() -> None:
    for unseen in ("\u200d", "\ufe0f", "\U000e0100", "\u202e", "\x07", "\ufeff"):
        assert glyphs.fitted(f"葛{unseen}飾") == ("葛飾", [])


def test_the_fonts_have_what_letters_are_written_with() -> None:
    needed = "，。；：？！、“”‘’《》〈〉（）【】—…·×÷＝¥€№℃①⑩ⅠⅩ一龥㐀ABCxyz0189éñü\u3000"
    assert glyphs.fitted(needed) == (needed, [])
    assert all(code in glyphs.characters() for code in range(0x4E00, 0x9FA6))
    for template in TEMPLATES:
        assert glyphs.fitted(template.source.replace("_", ""))[1] == []


def test_a_word_longer_than_a_line_is_broken_and_keeps_its_letters() -> None:
    long = "A" * 500
    said, missing = glyphs.fitted(long)
    assert (said.replace("\u200b", ""), missing) == (long, [])
    assert "\u200b" in said
    assert max(len(part) for part in said.split("\u200b")) <= 40
    link = "https://kesu.example.com/f/Zk3v9QbT0sW7xLr2mNfYcHd8uEaGiPoJ1qRtB5C6K4w/"
    assert glyphs.fitted(link)[0] == link


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=120), st.text(max_size=40))
def test_whatever_stands_in_a_letter_it_can_be_printed(text: str, name: str) -> None:
    head = Head(name, text, date(2026, 11, 23), text, name, [(name, text), (text, name)])
    pdf = a4(letter("reminder", matter=text, salutation=name), head)
    assert pdf.startswith(b"%PDF-1.7")
    assert len(pdf) < 400_000


HOSTILE = [
    "*a* **b** _c_ # d",
    "<script>alert(1)</script> &amp;",
    "{{ number }} {% now %} ${x}",
    "\\n \\u{41} C:\\x",
    "$x^2$ #let x = 1",
    "`c` ~d~ [e](f) ![g](h)",
    "((一)) ]( )[ <b>",
    "1. 一",
    "# 一",
    "::: option a",
    "--- | a | b |",
]


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "#let x = 1",
        "$x^2$",
        "@a <b>",
        "*a* _b_ `c`",
        "\\u{41}",
        '"',
        "//",
        "[#x]",
        "= 一",
        "- a",
        "\n",
    ],
)
def test_no_value_is_read_as_markup_of_the_page(odd: str) -> None:
    head = Head(odd, odd, date(2026, 11, 23), odd, odd, [(odd, odd)])
    assert a4(letter("delay", matter=odd, delay_reason=odd), head).startswith(b"%PDF-1.7")


def test_an_empty_text_is_an_empty_page_and_one_without_end_is_refused() -> None:
    assert a4(kept(""), HEAD).startswith(b"%PDF")
    with pytest.raises(TooLong):
        a4(kept("长" * 200_001), HEAD)


@pytest.mark.parametrize("odd", HOSTILE)
def test_hostile_values_stand_on_paper_as_they_were_typed(odd: str) -> None:
    text = Paper(a4(letter("delay", matter=odd, delay_reason=odd), HEAD)).text()
    said = "".join(odd.split())
    assert f"“{said}”" in text
    assert f"因为{said}，" in text


# --- as it looks


def on_pages(written: Rendered) -> list[str]:
    return Paper(a4(written, HEAD)).each_page()


def test_the_letter_ends_in_the_form_of_its_language() -> None:
    (chinese,) = on_pages(letter("satisfaction"))
    assert "此致敬礼！青禾生活2026年11月23日" in chinese
    (english,) = on_pages(letter("satisfaction", "en"))
    assert "Yourssincerely,QingheLiving23November2026" in english


@pytest.mark.parametrize("more", range(0, 24, 2))
def test_no_signature_and_no_list_is_torn_from_its_words_at_any_length(more: int) -> None:
    pages = on_pages(letter("closing", improvement="\n\n".join(["改进一项。"] * (8 + more))))
    last = pages[-1]
    assert "此致敬礼！青禾生活" in last
    lists = on_pages(letter("delay", delay_reason="原因。" * 40 * more))
    first = next(page for page in lists if "到今天为止，我们已经完成：" in page)
    assert "我们已经完成：1.调取了通话录音2.核对了付款记录" in first


def test_what_is_quoted_within_quotes_has_quotes_of_its_own() -> None:
    text = letter(matter="推销“乐活”口服液").text
    assert "反映的“推销‘乐活’口服液”" in text
    assert "退回“乐活”一盒：" in letter(goods="“乐活”一盒").text


def test_the_heads_of_rows_come_in_pairs() -> None:
    head = Head(
        "青禾生活", "1", date(2026, 11, 23), rows=[("编号", "1"), ("日期", "2"), ("事项", "3")]
    )
    assert a4(letter("delay"), head).startswith(b"%PDF")

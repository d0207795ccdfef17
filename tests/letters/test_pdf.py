"""Letters on paper: PDF/A with the fonts inside, small, quick, always the same bytes."""

import re
import time
import zlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters import glyphs, library
from letters.pdf import Head, TooLong, a4, pictures
from letters.rendering import Rendered, again, render
from letters.variables import examples

TEMPLATES = list(library.current().templates.values())
HEAD = Head("青禾生活", "TS-26-014377", date(2026, 11, 23), contact="400-000-0000")


def letter(kind: str = "resolution", lang: str = "zh", **given: Any) -> Rendered:
    template = library.current().template(kind, lang)
    options = {option.id for option in template.options}
    return render(template, {**examples(lang), **given}, options)


def inside(pdf: bytes) -> bytes:
    """The document with its compressed streams unpacked."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n", pdf):
        unpacker = zlib.decompressobj()
        try:
            parts.append(unpacker.decompress(pdf[found.end() :]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def kept(text: str) -> Rendered:
    return again("函", text, "zh")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
def test_every_letter_is_a_small_pdf_a_with_its_fonts_inside(template: Any) -> None:
    begun = time.perf_counter()
    pdf = a4(letter(template.kind, template.language), HEAD)
    assert time.perf_counter() - begun < 1.5
    assert len(pdf) < 400_000
    assert pdf.startswith(b"%PDF-1.7")
    raw = inside(pdf)
    fonts = set(re.findall(rb"/BaseFont ?/([^\s/>]+)", raw))
    assert all(re.match(rb"[A-Z]{6}\+Noto(Sans|Serif)SC-", font) for font in fonts)  # subsets
    assert {font[7:15] for font in fonts} == {b"NotoSans", b"NotoSeri"}
    descriptors = len(re.findall(rb"/Type ?/FontDescriptor\b", raw))
    assert descriptors == len(re.findall(rb"/FontFile3 \d+ 0 R", raw)) >= 2
    assert b"<pdfaid:part>2</pdfaid:part>" in raw
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in raw
    assert b"/OutputIntent" in raw
    assert b"/JavaScript" not in raw


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


@given(st.text(alphabet=st.characters(), max_size=120), st.text(max_size=40))
def test_whatever_stands_in_a_letter_it_can_be_printed(text: str, name: str) -> None:
    head = Head(name, text, date(2026, 11, 23), text, name, [(name, text), (text, name)])
    pdf = a4(letter("reminder", matter=text, salutation=name), head)
    assert pdf.startswith(b"%PDF-1.7")
    assert len(pdf) < 400_000


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


def test_the_heads_of_rows_come_in_pairs() -> None:
    head = Head(
        "青禾生活", "1", date(2026, 11, 23), rows=[("编号", "1"), ("日期", "2"), ("事项", "3")]
    )
    assert a4(letter("delay"), head).startswith(b"%PDF")

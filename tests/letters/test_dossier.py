"""The dossier on paper keeps its shape, whatever people are called and however much they write."""

import re
from datetime import UTC, datetime

import pypdfium2

from letters.dossier import Dossier, Section, Table, Words, printed

MARGIN = 25 * 72 / 25.4
AT = datetime(2026, 11, 23, tzinfo=UTC)
LONG = "欧阳" * 40 + "Wolfeschlegelsteinhausenbergerdorff" * 2
AWKWARD = "שלום 😀 𠮷野家 䶮 " + "x" * 300 + "\u202e退\u0000"


def paper(*blocks: Words | Table) -> tuple[pypdfium2.PdfDocument, str]:
    facts = [("案件号", "TS26-000001", "投诉人", AWKWARD), ("被投诉事项", LONG, "类别", "其他")]
    dossier = Dossier(
        "消费者投诉案件卷宗",
        "青禾生活（虚构）有限公司" * 4,
        "TS26-000001",
        "a" * 64,
        facts,
        [Section("一、办理经过", blocks)],
        ("承办人：",),
    )
    pages = pypdfium2.PdfDocument(printed(dossier, AT))
    return pages, "".join(page.get_textpage().get_text_range() for page in pages)


def beyond(pages: pypdfium2.PdfDocument) -> list[str]:
    """Words that stand outside of the margins at the sides."""
    found = []
    for page in pages:
        text, width = page.get_textpage(), page.get_width()
        for n in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(n)
            if left < MARGIN - 1 or right > width - MARGIN + 1:
                found.append(text.get_text_bounded(left, bottom, right, top))
    return found


def test_a_long_name_leaves_room_to_what_happened() -> None:
    rows = [
        ["2026-11-01 10:00", "沟通", f"第 {n} 条：客服与消费者通话", "陈晓雨"] for n in range(1000)
    ]
    head, widths = ("时间", "事项", "经过", "经办"), (0, 0, 1, 0)
    usual, text = paper(Table(head, widths, rows))
    long, _text = paper(Table(head, widths, [*rows, ["2026-11-02 10:00", "沟通", "完", LONG]]))
    assert "第999条：客服与消费者通话" in re.sub(r"\s", "", text)
    assert 20 < len(usual) <= len(long) < len(usual) * 1.5


def test_nothing_leaves_the_page_and_what_no_font_has_is_a_number() -> None:
    cells = ["1", f"{AWKWARD}\n文件：{'a_b-' * 60}.pdf", AWKWARD, "f" * 64]
    table = Table(("编号", "名称与证明内容", "来源与取得", "SHA-256"), (0, 2.4, 1.6, 3), [cells])
    pages, text = paper(Words(AWKWARD), Words("y" * 3000), Words(LONG, "sub"), table)
    assert beyond(pages) == []
    assert "〔U+20BB7〕" in text
    assert "䶮" in text
    assert "注：〔U+…〕" in text

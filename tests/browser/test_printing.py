"""打印 in a browser: from the menu of the case and from the list; and what the browser's own
printing leaves away.
"""

from __future__ import annotations

import io

import pypdfium2
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import factories as f
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.watch import headings, hidden_stops, shut_out, too_wide
from tests.cast import PASSWORD, assemble


def on_paper(page: Page) -> str:
    """What the browser prints, its words in a row."""
    paper = pypdfium2.PdfDocument(io.BytesIO(page.pdf(format="A4")))
    return "".join("".join(p.get_textpage().get_text_range().split()) for p in paper)


def test_a_case_and_a_list_are_printed_and_controls_stay_on_the_screen(signed_in: Open) -> None:
    cast = assemble()
    case = f.executing(cast, title="胶囊宣称根治")
    page = signed_in(cast.agent)
    page.goto(reverse("case", args=[case.number]))
    rule = page.locator(".law__name:visible").first.inner_text()
    words = on_paper(page)
    assert "".join(rule.split()) in words
    assert "胶囊宣称根治" in words
    assert "法律分析" in words
    for control in ("更多操作", "登记付款", "当事人与期限", "写内部备注"):
        assert control not in words, control
    page.get_by_role("button", name="更多操作").click()
    with page.expect_download() as sent:
        page.get_by_role("button", name="打印", exact=True).click()
    assert sent.value.suggested_filename == f"{case.number}.pdf"
    page.goto(reverse("queue") + "?state=open")
    words = on_paper(page)
    assert case.number in words
    for control in ("领取下一件", "舒适", "上下"):
        assert control not in words, control
    page.get_by_role("link", name="打印列表").click()
    expect(page.get_by_label("打印的用途")).to_be_visible()
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        assert shut_out(page) == []
        assert too_wide(page) == []
        assert hidden_stops(page) == []
        assert headings(page) == []
    page.get_by_label("打印的用途").fill("晨会")
    page.get_by_role("textbox", name="登录密码").fill(PASSWORD)
    with page.expect_download() as sent:
        page.get_by_role("button", name="生成 PDF").click()
    assert sent.value.suggested_filename.startswith("cases-")

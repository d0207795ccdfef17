"""Promises from the keyboard: made on the case, kept from the team's list, the public register."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from complaints.actions import commitments
from complaints.models import Commitment, Complaint, PublicPromise
from tests import factories as f
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.watch import headings, hidden_stops, shut_out, too_wide
from tests.cast import Cast, assemble
from tests.days import in_days

CALL_BACK = "三个工作日内回电告知核实结果"
SMALL_WINDOW = {"width": 960, "height": 720}


def promised(cast: Cast, *texts: str) -> Complaint:
    case = f.investigating(cast)
    for n, text in enumerate(texts, 1):
        values = {"text": text, "due": in_days(n), "source": "call"}
        commitments.make(case.number, values, by=cast.agent)
    return case


def public(cast: Cast) -> PublicPromise:
    return PublicPromise.objects.create(
        text_zh="四十八小时内答复",
        text_en="An answer within forty-eight hours",
        length=48,
        unit="hour",
        starts="registered",
        stops="first_reply",
        published="官网服务承诺页",
        valid_from=timezone.localdate(),
        by=cast.supervisor,
        at=timezone.now(),
    )


def test_p_opens_the_sheet_of_a_new_promise_and_the_focus_comes_back(signed_in: Open) -> None:
    cast = assemble()
    case = promised(cast)
    page = signed_in(cast.agent)
    page.goto(f"/complaints/{case.number}/")
    page.keyboard.press("p")
    sheet = page.locator("#sheet")
    expect(sheet.get_by_role("heading", name="登记承诺")).to_be_visible()
    expect(sheet.get_by_label("答应了什么")).to_be_focused()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("link", name="登记承诺").first).to_be_focused()
    page.keyboard.press("p")
    expect(sheet.get_by_label("答应了什么")).to_be_focused()
    page.keyboard.type("apple p")  # typing is no shortcut
    sheet.get_by_label("最迟哪一天").fill(in_days(2))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#promises")).to_contain_text("apple p")
    assert Commitment.objects.get().text == "apple p"


def test_a_refused_promise_has_the_focus_at_its_error_and_the_words_kept(signed_in: Open) -> None:
    cast = assemble()
    case = promised(cast)
    page = signed_in(cast.agent)
    page.goto(f"/complaints/{case.number}/")
    page.keyboard.press("p")
    sheet = page.locator("#sheet")
    sheet.get_by_label("答应了什么").fill(CALL_BACK)
    sheet.get_by_label("最迟哪一天").fill("2020-01-01")
    page.keyboard.press("Control+Enter")
    expect(sheet).to_contain_text("期限已经过去")
    expect(sheet.get_by_label("答应了什么")).to_have_value(CALL_BACK)
    expect(sheet.get_by_label("最迟哪一天")).to_be_focused()
    assert not Commitment.objects.exists()


def test_the_list_is_walked_by_j_and_k_and_enter_opens_the_case(signed_in: Open) -> None:
    cast = assemble()
    case = promised(cast, CALL_BACK, "周五前寄出新货")
    page = signed_in(cast.agent)
    page.goto("/commitments/")
    rows = page.locator("[data-rows] > tr")
    expect(rows).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_class("is-cursor")
    page.keyboard.press("k")
    expect(rows.nth(0)).to_have_class("is-cursor")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/complaints/{case.number}/**")
    page.go_back()
    expect(page.locator("tr.is-cursor")).to_have_count(1)


def test_a_promise_is_kept_from_the_list_without_a_mouse(signed_in: Open) -> None:
    cast = assemble()
    promised(cast, CALL_BACK)
    page = signed_in(cast.agent)
    page.goto("/commitments/")
    page.get_by_role("link", name="登记兑现").first.focus()
    page.keyboard.press("Enter")
    sheet = page.locator("#sheet")
    sheet.get_by_label("凭证").fill("已回电，消费者没有别的问题")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("没有待兑现的承诺")).to_be_visible()
    assert Commitment.objects.get().state == "kept"


def test_the_public_register_is_read_and_changed_from_the_keyboard(signed_in: Open) -> None:
    cast = assemble()
    public(cast)
    page = signed_in(cast.supervisor)
    page.goto("/promises/")
    page.keyboard.press("p")
    page.wait_for_url("**/promises/new/")
    expect(page.get_by_role("heading", name="登记公开承诺")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="修改", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/promises/*/edit/")
    expect(page.get_by_label("承诺的内容（中文）")).to_have_value("四十八小时内答复")


def test_both_pages_fit_every_window_and_nothing_is_shut_out_where_it_is_small(
    signed_in: Open,
) -> None:
    """In a large one nothing is shut out of any page: `test_every_page.py`."""
    cast = assemble()
    promised(cast, CALL_BACK, "周五前寄出新货")
    public(cast)
    for language in ("zh-hans", "en"):
        page = signed_in(cast.supervisor, language=language)
        for address in ("/commitments/", "/promises/", "/complaints/", "/danger/"):
            page.goto(address)
            for size in (DESKTOP, SMALL_WINDOW, PHONE):
                page.set_viewport_size(size)  # type: ignore[arg-type]
                wrong = too_wide(page) + headings(page)
                if language == "zh-hans" and size is not DESKTOP:  # its elements are the same
                    wrong += shut_out(page) + hidden_stops(page)
                assert wrong == [], (address, language, size)


def test_a_refused_hand_over_has_the_focus_at_what_is_wrong(signed_in: Open) -> None:
    cast = assemble()
    case = f.registered(cast, now=timezone.now() - timedelta(days=9))
    page = signed_in(cast.supervisor)
    page.goto("/danger/")
    row = page.locator(f"#{case.number}")
    row.locator("select").evaluate("field => { field.required = false; }")
    row.get_by_label("交接说明").fill("请今天处理")
    row.get_by_role("button", name="转派").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.get_by_label("交接说明")).to_have_value("请今天处理")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name=case.title)).to_be_visible()


def test_in_a_small_window_the_parties_and_promises_stand_behind_a_button(signed_in: Open) -> None:
    cast = assemble()
    case = promised(cast, CALL_BACK)
    page = signed_in(cast.agent, size=SMALL_WINDOW)
    page.goto(f"/complaints/{case.number}/")
    pane = page.locator("#parties")
    expect(pane).to_be_hidden()
    page.get_by_role("link", name="当事人与期限").click()
    expect(pane).to_be_focused()
    expect(pane.locator("#promises")).to_contain_text(CALL_BACK)
    assert shut_out(page) + too_wide(page) + headings(page) == []
    page.keyboard.press("p")
    expect(page.locator("#sheet").get_by_label("答应了什么")).to_be_focused()
    page.keyboard.press("Escape")
    pane.get_by_role("link", name="关闭").click()
    expect(pane).to_be_hidden()
    page.goto(f"/complaints/{case.number}/#promises")  # as the list of promises links to it
    expect(pane.locator("#promises")).to_be_visible()

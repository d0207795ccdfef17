"""来电登记 in a browser: hands on the keyboard, eyes on the caller, nothing lost."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from playwright.sync_api import Locator, Page, Route, expect

from complaints.actions import half_typed
from complaints.models import CaseLink, Complaint, Draft, FactAnswer
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import hidden_stops, shut_out, too_wide
from tests.cast import PASSWORD, Cast, assemble
from tests.live import eventually

SAID = (
    "11 月 9 日接到推销电话，对方自称健康顾问，称胶囊三个疗程根治高血压，停药也不反弹。"
    "当天微信付款 3980 元，没有给发票。服用五天头晕，去医院说不能停降压药。"
)


def focused(page: Page) -> str:
    """The id of the element that has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def in_sight(row: Locator) -> bool:
    """Whether the row lies within the side pane as it is scrolled."""
    place, frame = row.bounding_box(), row.page.locator("#hints").bounding_box()
    assert place
    assert frame
    return place["y"] + place["height"] <= frame["y"] + frame["height"] + 1


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def write(page: Page, text: str, then: str = "Enter") -> None:
    """Type where the focus is, and go on."""
    page.keyboard.type(text)
    page.keyboard.press(then)


def begin(page: Page) -> None:
    """A new registration, which begins in its first field."""
    page.goto("/complaints/new/")
    expect(page.locator("#id_consumer_name")).to_be_focused()


def status(page: Page) -> Locator:
    return page.locator("[data-draft-status]")


def hinted(page: Page) -> None:
    """Wait until the side pane has followed the typing: leaving earlier breaks a request off."""
    expect(page.locator("#told .on, #told .off").first).to_be_visible()


def saved(cast: Cast, **wanted: Any) -> None:
    """Wait until the server has the draft with these values."""

    def there() -> bool:
        begun = half_typed.begun(cast.agent, half_typed.INTAKE).values()
        return any(all(data.get(k) == v for k, v in wanted.items()) for data, _at in begun)

    eventually(there)


def test_the_telesales_case_is_registered_and_accepted_without_a_mouse(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    page.goto("/complaints/")
    press(page, "n")
    expect(page).to_have_url(re.compile("/complaints/new/"))
    expect(page.locator("#id_consumer_name")).to_be_focused()
    write(page, "王女士")
    write(page, "12012345678")
    assert focused(page) == "id_consumer_email"
    press(page, "Enter", "ArrowRight")
    assert page.locator("#id_filed_by_1").is_checked()
    press(page, "ArrowLeft", "Enter", "ArrowRight")
    assert page.locator("#id_consumer_protection_1").is_checked()
    press(page, "Alt+2")
    write(page, "电话推荐保健胶囊称可替代降压药", then="Enter")
    assert focused(page) == "id_narrative"
    page.keyboard.type(SAID)
    expect(page.locator("#told .on")).to_have_count(4)
    suggestion = page.locator("#suggest-telesales_fraud")
    expect(suggestion).to_contain_text("建议")
    assert focused(page) == "id_narrative", "hints take no focus"
    expect(page.locator("#id_category")).to_have_value("")
    press(page, "Alt+3")
    write(page, "SO-2611-80344")
    write(page, "青禾牌益元胶囊")
    write(page, "3,980.00")
    write(page, "11-9")
    press(page, "Alt+4", "Tab")
    assert focused(page).startswith("suggest-")
    suggestion.focus()
    press(page, "Enter")
    expect(page.locator("#id_category")).to_have_value("telesales_fraud")
    expect(suggestion).to_have_attribute("aria-pressed", "true")
    expect(suggestion).to_be_focused()
    expect(page.locator("#usual-rights")).to_contain_text("知悉真情权")
    press(page, "Alt+5", "Space")
    question = page.locator(".ask--now p")
    first = question.inner_text()
    press(page, "Alt+Enter")
    expect(question).not_to_have_text(first)
    offer = page.locator("[data-offer]").first
    taken, left = (page.locator("[data-offer] p").nth(n).inner_text() for n in (0, 1))
    expect(offer.locator("button[name=take]")).to_contain_text("Alt Y")
    page.locator("#hints").evaluate("pane => pane.scrollTo(0, 0)")
    if not in_sight(offer):
        press(page, "Alt+y")
        expect(page.locator("#id_told")).to_have_value("")
        assert in_sight(offer), "shown first, decided by the next press"
    press(page, "Alt+y", "Alt+n")
    expect(page.locator("#offers")).to_contain_text("已采纳 1 项")
    expect(page.locator("#offers")).to_contain_text("已忽略 1 项")
    expect(page.locator("[data-offer]", has_text=taken)).to_have_count(0)
    expect(page.locator("[data-offer]", has_text=left)).to_have_count(0)
    press(page, "Control+Enter")
    expect(page.locator(".bignumber")).to_be_visible()
    case = Complaint.objects.select_related("consumer").get()
    expect(page.locator(".bignumber")).to_have_text(case.number)
    assert (case.state, case.category) == ("investigating", "telesales_fraud")
    assert (case.title, case.narrative) == ("电话推荐保健胶囊称可替代降压药", SAID)
    assert str(case.price_paid) == "3980.00"
    assert case.transaction_date is not None
    assert (case.transaction_date.month, case.transaction_date.day) == (11, 9)
    assert (case.filed_by, case.consumer.protection) == ("consumer", "elderly")
    assert case.claims == ["refund"]
    answer = FactAnswer.objects.get()
    assert answer.source == "consumer"
    assert answer.note.startswith("来自叙述：“")
    expect(page.get_by_role("link", name="打开案件")).to_be_focused()
    press(page, "Enter")
    expect(page).to_have_url(re.compile(f"/complaints/{case.number}/$"))
    page.goto("/complaints/new/")  # an autosave that came in late is not offered to the next call
    expect(page.locator("#id_title")).to_have_value("")
    expect(page.locator("#id_consumer_name")).to_have_value("")


def test_a_draft_survives_reload_and_sign_out_and_can_be_given_up_and_taken_back(
    signed_in: Open,
) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    begin(page)
    write(page, "许女士")
    write(page, "12098765432", then="Alt+6")
    press(page, "Alt+2")
    page.keyboard.type("写到一半电话断了")
    saved(cast, title="写到一半电话断了", consumer_phone="12098765432")
    page.reload()
    expect(status(page)).to_contain_text("已恢复未提交的草稿")
    expect(page.locator("#id_title")).to_have_value("写到一半电话断了")
    hinted(page)
    page.locator("summary.agent").click()
    page.locator("[data-logout] button").click()
    expect(page).to_have_url(re.compile("/login/"))
    page.get_by_label("用户名").fill(cast.agent.username)
    page.get_by_label("密码").fill(PASSWORD)
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("我的待办")
    page.goto("/complaints/new/")
    expect(page.locator("#id_consumer_phone")).to_have_value("12098765432")
    hinted(page)
    drop = page.locator("[data-draft-drop]")
    drop.click()
    expect(page.locator("#id_title")).to_have_value("")
    eventually(lambda: not Draft.objects.exists())
    drop.click()
    expect(page.locator("#id_title")).to_have_value("写到一半电话断了")
    saved(cast, title="写到一半电话断了")
    drop.click()
    eventually(lambda: not Draft.objects.exists())
    page.reload()
    expect(page.locator("#id_title")).to_have_value("")


def test_a_draft_given_up_while_it_is_still_on_its_way_stays_given_up(signed_in: Open) -> None:
    """One request after the other: the giving up waits for the save that is on its way."""
    cast = assemble()
    page = signed_in(cast.agent)
    begin(page)
    press(page, "Alt+2")
    page.keyboard.type("先写下来")
    saved(cast, title="先写下来")
    page.reload()
    expect(page.locator("#id_title")).to_have_value("先写下来")
    hinted(page)
    held: list[Route] = []
    sent: list[str] = []

    def hold_the_first(route: Route) -> None:
        sent.append(route.request.method)
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/drafts/", hold_the_first)
    with page.expect_request("**/drafts/"):
        page.locator("#id_title").fill("再补一句")
    drop = page.locator("[data-draft-drop]")
    drop.click()
    expect(page.locator("#id_title")).to_have_value("")
    drop.click()
    drop.click()
    assert sent == ["POST"]  # the giving up waits for its turn
    with page.expect_response(lambda _: len(sent) == 3):
        held[0].continue_()
    assert sent == ["POST", "DELETE", "DELETE"]
    assert not Draft.objects.exists()
    page.reload()
    expect(page.locator("#id_title")).to_have_value("")


def test_without_a_network_the_text_stays_and_is_saved_when_it_is_back(unwatched: Open) -> None:
    cast = assemble()
    page = unwatched(cast.agent)
    begin(page)
    page.context.set_offline(True)
    write(page, "许女士")
    page.keyboard.type("12098765432")
    expect(status(page)).to_contain_text("只存在本机")
    assert not Draft.objects.exists()
    page.context.set_offline(False)
    saved(cast, consumer_name="许女士", consumer_phone="12098765432")
    expect(status(page)).to_contain_text("草稿已保存")


def test_a_draft_that_came_back_says_when_it_is_kept_although_that_failed_at_first(
    unwatched: Open,
) -> None:
    cast = assemble()
    page = unwatched(cast.agent)
    page.route("**/drafts/**", lambda route: route.abort())
    begin(page)
    write(page, "许女士")
    expect(status(page)).to_contain_text("只存在本机")
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#id_consumer_name")).to_have_value("许女士")
    expect(status(page)).to_contain_text("只存在本机")
    page.unroute("**/drafts/**")
    saved(cast, consumer_name="许女士")
    expect(status(page)).to_contain_text("草稿已保存")


def test_a_session_that_ends_while_typing_is_opened_again_in_place(unwatched: Open) -> None:
    cast = assemble()
    page = unwatched(cast.agent)
    begin(page)
    write(page, "许女士")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    # at once: after a pause the page would ask for the password, and take the rest as such
    page.keyboard.insert_text("12098765432")
    dialog = page.locator("#relogin")
    expect(dialog.locator("[name=password]")).to_be_focused()
    write(page, PASSWORD)
    expect(dialog).not_to_be_visible()
    saved(cast, consumer_name="许女士", consumer_phone="12098765432")
    press(page, "Alt+2")
    write(page, "登录过期也没有丢", then="Enter")
    hinted(page)
    press(page, "Control+Enter")
    expect(page.locator(".bignumber")).to_be_visible()
    assert Complaint.objects.get().title == "登录过期也没有丢"


def test_what_is_refused_is_kept_and_the_summary_has_the_focus(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    begin(page)
    write(page, "许女士", then="Alt+2")
    write(page, "一句话")
    page.keyboard.type(SAID)
    press(page, "Alt+3", "Enter", "Enter")
    write(page, "-3", then="Control+Enter")
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("请填写回电号码")
    expect(summary).to_contain_text("金额不能为负数")
    expect(page.locator("#id_narrative")).to_have_value(SAID)
    assert shut_out(page) == []
    press(page, "Tab", "Enter")
    expect(page.locator("#id_consumer_phone")).to_be_focused()
    write(page, "12098765432", then="Control+Enter")
    expect(summary).not_to_contain_text("回电号码")
    page.locator("#id_price_paid").fill("3")
    press(page, "Control+Enter")
    expect(page.locator(".bignumber")).to_be_visible()


def test_two_fast_presses_make_one_case(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    begin(page)
    write(page, "许女士")
    write(page, "12098765432", then="Alt+2")
    page.keyboard.type("只登记一次")
    press(page, "Control+Enter", "Control+Enter")
    expect(page.locator(".bignumber")).to_be_visible()
    page.go_back()
    expect(page.locator("#intake")).to_be_visible()
    assert Complaint.objects.count() == 1


def test_an_input_method_is_left_in_peace(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    page.goto("/complaints/new/")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if r.url.endswith("/hints/") else None)
    press(page, "Alt+2")
    keyboard = page.context.new_cdp_session(page)
    keyboard.send(
        "Input.imeSetComposition", {"text": "tuixiao", "selectionStart": 7, "selectionEnd": 7}
    )
    enter = {"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    keyboard.send("Input.dispatchKeyEvent", enter)
    saved(cast, title="tuixiao")  # the pause of the hints is shorter than that of the draft
    assert asked == []
    assert focused(page) == "id_title"
    keyboard.send("Input.insertText", {"text": "推销电话"})
    expect(page.locator("#suggest-telesales_fraud")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("推销电话")


def test_earlier_cases_appear_before_a_duplicate_is_made(signed_in: Open) -> None:
    cast = assemble()
    case = f.registered(cast)
    page = signed_in(cast.agent)
    begin(page)
    write(page, "王女士")
    page.keyboard.type("12012345678")
    earlier = page.locator(".dup")
    expect(earlier).to_contain_text(case.number)
    expect(page.locator("#live")).to_have_text("找到 1 件以往投诉")
    assert focused(page) == "id_consumer_phone"
    with page.expect_popup() as other:
        earlier.get_by_role("link").click()
    expect(other.value).to_have_url(re.compile(case.number))
    expect(page.locator("#id_consumer_phone")).to_have_value("12012345678")


def test_without_scripts_the_form_registers_all_the_same(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent, java_script_enabled=False)
    page.goto("/complaints/new/")
    page.locator("#id_consumer_name").fill("许女士")
    page.locator("#id_consumer_phone").fill("12098765432")
    page.locator("#id_title").fill("没有脚本也能登记")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".bignumber")).to_have_text(Complaint.objects.get().number)


def test_form_number_and_edit_page_fit_and_are_open_to_everybody(signed_in: Open) -> None:
    cast = assemble()
    case = f.registered(cast)
    for how in ({}, {"theme": "dark"}, {"size": {"width": 390, "height": 844}}):
        page = signed_in(cast.agent, **how)
        for address in ("new", f"{case.number}/registered", f"{case.number}/edit"):
            page.goto(f"/complaints/{address}/")
            assert too_wide(page) == [], address
            assert shut_out(page) == [], address
        page.goto("/complaints/new/")
        page.locator("#id_title").fill("电话里说能治病的保健品")
        expect(page.locator(".ask--now")).to_be_visible()
        # the draft is kept and may be given up: nothing comes any more while Tab walks
        expect(page.locator("[data-draft-drop]")).to_be_visible()
        assert shut_out(page) == []
        assert hidden_stops(page) == [], how
        page.locator("[data-draft-drop]").click()
        eventually(lambda: not Draft.objects.exists())


def test_what_matters_stands_above_the_fold_of_a_small_screen(signed_in: Open) -> None:
    cast = assemble()
    f.registered(cast)
    page = signed_in(cast.agent, size={"width": 1366, "height": 625})
    begin(page)
    write(page, "王女士")
    page.keyboard.type("12012345678")
    page.locator("#id_narrative").fill(SAID)
    for place in (".callbar b", ".ask--now", ".dup", "[data-draft-status]", "[data-ctrl-enter]"):
        expect(page.locator(place).first).to_be_in_viewport()
    expect(page.locator("#told")).to_be_in_viewport()


def test_an_earlier_case_is_ticked_and_linked_without_the_mouse(signed_in: Open) -> None:
    cast = assemble()
    one = f.registered(cast, consumer={"name": "许女士", "phone": "12098765432"})
    page = signed_in(cast.agent, size={"width": 1366, "height": 768})
    page.goto("/complaints/new/")
    page.get_by_label("称呼").fill("许女士")
    page.get_by_label("回电号码").fill("12098765432")
    page.get_by_label("一句话事由").fill("同一件事又来电")
    box = page.get_by_role("checkbox", name="登记后关联")
    expect(box).to_be_visible()
    box.focus()
    page.keyboard.press("Space")
    page.get_by_label("订单号", exact=True).fill("SO-77")  # the pane follows, and the tick stays
    expect(page.locator("[name=linked]")).to_have_value(one.number)
    expect(box).to_be_checked()
    assert (shut_out(page), too_wide(page)) == ([], [])
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/registered/**")
    assert [link.other for link in CaseLink.objects.all()] == [one]


def test_what_is_ticked_and_taken_while_the_pane_is_asked_for_stands(signed_in: Open) -> None:
    cast = assemble()
    one = f.registered(cast, consumer={"name": "许女士", "phone": "12098765432"})
    page = signed_in(cast.agent)
    page.goto("/complaints/new/")
    page.get_by_label("回电号码").fill("12098765432")
    page.locator("#id_narrative").fill(SAID)
    offers, box = page.locator("[data-offer]"), page.get_by_role("checkbox", name="登记后关联")
    expect(offers.first).to_be_visible()
    expect(box).to_be_visible()
    held: list[Route] = []
    page.route("**/hints/", lambda route: held.append(route))
    with page.expect_request("**/hints/"):
        page.get_by_label("一句话事由").fill("同一件事又来电")
    taken = offers.first.locator("p").inner_text()
    offers.first.get_by_role("button", name="采纳").press("Enter")
    expect(offers.filter(has_text=taken)).to_have_count(0)
    box.evaluate("box => { box.dataset.before = 'yes'; }")
    box.focus()
    page.keyboard.press("Space")
    held[0].continue_()  # asked before both; the question that knows of them waits
    expect(box).not_to_have_attribute("data-before", "yes")
    expect(offers.first).to_be_visible()
    expect(offers.filter(has_text=taken)).to_have_count(0)
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    expect(page.locator("[name=linked]")).to_have_value(one.number)
    page.unroute_all(behavior="ignoreErrors")

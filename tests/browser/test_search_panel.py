"""The panel of the search box by keyboard alone: open, type, choose, open, go back, forget."""

from __future__ import annotations

import os
import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from complaints.actions import searches
from complaints.finding import waiting
from complaints.models import RecentSearch
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out
from tests.cast import assemble


def shot(page: Page, name: str) -> None:
    """A picture of the page, where somebody wants to look at it."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/search_{name}.png")


AT_ONCE = """([...keys]) => keys.forEach((key) => document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown',
        { key, ctrlKey: key === 'k', bubbles: true, cancelable: true })))"""


def test_two_keys_before_the_browser_draws_are_both_taken(signed_in: Open) -> None:
    page = signed_in(assemble().agent)
    page.goto("/complaints/?state=any")
    page.keyboard.press("Control+k")
    expect(page.locator("#search-q")).to_be_focused()
    page.evaluate(AT_ONCE, ["Escape", "k"])
    expect(page.locator("#search-panel")).to_be_visible()
    page.evaluate(AT_ONCE, ["Escape"])
    expect(page.locator("#search-panel")).to_be_hidden()


def test_the_focus_stays_among_the_hits_when_they_are_drawn_anew(signed_in: Open) -> None:
    cast = assemble()
    case = f.registered(cast, narrative="收到后发现包装里有蟑螂")
    assert waiting.read_waiting(timezone.now() + timedelta(minutes=1))
    for words in ("退款 推脱", "蟑螂"):
        searches.remember(words, by=cast.agent)
    page = signed_in(cast.agent)
    page.goto("/complaints/?state=any")
    page.keyboard.press("Control+k")
    hits = page.locator("#search-hits a[data-hit]")
    expect(hits).to_have_count(2)
    held: list[Route] = []
    page.route("**/quick/**", lambda route: held.append(route))
    with page.expect_request("**/quick/**"):
        page.keyboard.insert_text("蟑螂")
        page.keyboard.press("ArrowDown")
    expect(hits.first).to_be_focused()
    held[0].continue_()
    expect(hits.first).to_contain_text(case.number)
    expect(hits.first).to_be_focused()
    page.unroute_all(behavior="ignoreErrors")


def test_the_panel_by_keyboard_alone(signed_in: Open) -> None:
    cast = assemble()
    named = f.investigating(cast, consumer={"name": "欧阳检索", "phone": "12012348765"})
    told = "外呼时说能根治，收到后发现包装里有蟑螂，要求退款并赔偿，欧阳检索在场"
    cases = [f.registered(cast, narrative=told, title=f"第 {n} 盒里有虫") for n in range(9)]
    assert waiting.read_waiting(timezone.now() + timedelta(minutes=1))
    for words in ("退款 推脱", "蟑螂"):
        searches.remember(words, by=cast.agent)
    searches.save("有虫的", "蟑螂 退款", {}, by=cast.agent)
    for language in ("zh-hans", "en"):
        if language == "en" and not os.environ.get("SHOTS"):
            continue
        page = signed_in(cast.agent, language=language)
        page.goto("/complaints/?state=any")
        page.keyboard.press("Control+k")
        field, hits = page.locator("#search-q"), page.locator("#search-hits a[data-hit]")
        expect(field).to_be_focused()
        expect(hits).to_have_count(3)  # one kept, two lately
        shot(page, f"remembered_{language}")
        assert shut_out(page) == []
        page.keyboard.type("欧阳检索", delay=20)
        expect(hits).to_have_count(9)  # eight, and the way to all
        expect(hits.first).to_contain_text(named.number)
        shot(page, f"hits_{language}")
        expect(page.locator("#search-said")).not_to_be_empty()
        page.keyboard.press("Control+k")  # the browser's own search stays away
        expect(field).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(hits.first).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(field).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#search-panel")).to_be_hidden()
        page.goto("/search/?q=欧阳检索")
        shot(page, f"page_{language}")
        page.goto("/search/?q=" + "长" * 201 + "*")
        shot(page, f"long_{language}")
        page.goto("/search/")
        shot(page, f"empty_{language}")
        page.goto("/search/saved/?q=蟑螂&category=quality_goods")
        shot(page, f"saved_{language}")
    page = signed_in(cast.agent)
    page.goto("/complaints/?state=any")
    page.locator("[data-search]").click()
    field, hits = page.locator("#search-q"), page.locator("#search-hits a[data-hit]")
    expect(field).to_be_focused()
    page.get_by_role("button", name="移除“蟑螂”").click()
    expect(hits).to_have_count(2)
    assert RecentSearch.objects.count() == 1
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "quick" in request.url else None
    )
    field.focus()
    # an input method composes: the letters are not looked for, the word is
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "bao", "selectionStart": 3, "selectionEnd": 3})
    expect(field).to_have_value("bao")
    page.wait_for_timeout(500)  # longer than the pause after which it is asked
    assert asked == []
    session.send("Input.insertText", {"text": "收到 蟑螂"})
    expect(hits).to_have_count(9)  # eight, and the way to all
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/complaints/{cases[-1].number}/$"))
    expect(page.locator("#search-panel")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.locator("#search-hits")).to_contain_text("收到 蟑螂")
    page.keyboard.type("根治 退款")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q="))
    expect(page.locator("ol.hits > li")).to_have_count(9)
    expect(page.locator("mark").first).to_have_text("根治")
    shot(page, "entered")
    page.keyboard.press("Control+k")
    page.locator("#search-q").fill("")
    expect(page.locator("#search-hits")).to_contain_text("根治 退款")

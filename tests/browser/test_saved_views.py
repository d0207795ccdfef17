"""A view is saved and shared; a colleague opens the link and keeps a copy of his own."""

from __future__ import annotations

import os

from playwright.sync_api import Locator, Page, expect

from complaints.models import SavedView
from correspondence.tasks import look_at_views
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out, too_wide
from tests.cast import assemble


def shot(page: Page, name: str) -> None:
    """A picture of the page, where somebody wants to look at it."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/views-{name}.png")


def column_of(page: Page) -> Locator:
    """The views at the left of the list."""
    return page.get_by_role("navigation", name="视图")


def test_a_view_is_saved_shared_opened_by_a_colleague_and_kept_as_his_own(
    signed_in: Open,
) -> None:
    cast = assemble()
    prices = [f.registered(cast, category="price", order_number=f"SO-{n}") for n in range(3)]
    f.registered(cast, category="quality_goods", order_number="SO-9")
    english = [signed_in(cast.supervisor, language="en")] if os.environ.get("SHOTS") else []
    page = signed_in(cast.supervisor)
    page.goto("/complaints/?state=open&category=price")
    page.get_by_role("link", name="保存当前筛选…").click()
    page.get_by_label("名称").fill("价格投诉")
    page.get_by_label("谁能打开").select_option(label="团队：客服一组")
    page.get_by_label("风险").uncheck()
    page.get_by_label("消费者").uncheck()
    shot(page, "new")
    assert (shut_out(page), too_wide(page)) == ([], [])
    page.get_by_role("button", name="保存视图").click()
    expect(page.get_by_role("heading", name="价格投诉")).to_be_visible()
    expect(column_of(page).get_by_role("link", name="价格投诉")).to_contain_text("3")
    expect(page.locator("[data-rows] tr")).to_have_count(3)
    expect(page.get_by_role("columnheader", name="阶段")).to_be_visible()
    for hidden in ("风险", "消费者"):
        expect(page.get_by_role("columnheader", name=hidden)).to_have_count(0)
    shot(page, "own")
    link = page.url
    page.goto(link + "&state=open&category=price&risk=high")
    expect(page.get_by_text("筛选与视图不同")).to_be_visible()
    shot(page, "own_changed")
    assert (shut_out(page), too_wide(page)) == ([], [])
    page.get_by_role("link", name="更新共享的视图…").click()
    expect(page.get_by_text("位同事也能打开这个视图")).to_be_visible()
    shot(page, "own_update")
    assert (shut_out(page), too_wide(page)) == ([], [])

    other = signed_in(cast.colleague, refusals=(404,))
    other.goto(link)
    expect(other.get_by_role("heading", name="价格投诉")).to_be_visible()
    expect(other.locator("[data-rows] tr")).to_have_count(3)
    expect(other.get_by_text(prices[0].number)).to_be_visible()
    shot(other, "colleague")
    other.get_by_text("+ 筛选").or_(other.locator("summary", has_text="风险")).first.click()
    other.get_by_role("link", name="高", exact=True).click()
    expect(other.get_by_text("筛选与视图不同")).to_be_visible()
    expect(other.get_by_role("link", name="更新共享的视图…")).to_have_count(0)
    shot(other, "colleague_changed")
    other.get_by_role("link", name="另存为我的…").click()
    expect(other.get_by_label("名称")).to_have_value("价格投诉")
    other.get_by_label("名称").fill("高风险价格")
    other.get_by_role("button", name="保存视图").click()
    expect(other.get_by_role("heading", name="高风险价格")).to_be_visible()
    copy = SavedView.objects.get(name="高风险价格")
    assert copy.owner == cast.colleague
    assert copy.filters == {"state": "open", "category": "price", "risk": "high"}
    other.goto(f"/complaints/views/{copy.pk}/")
    other.get_by_label("新案件超过多少件").fill("2")
    shot(other, "settings")
    assert (shut_out(other), too_wide(other)) == ([], [])
    other.get_by_role("button", name="提醒我").click()
    expect(other.get_by_role("heading", name="我的提醒")).to_be_visible()
    expect(other.get_by_text("最近 7 天的新案件超过 2 件时")).to_be_visible()
    SavedView.objects.filter(pk=copy.pk).update(filters={"state": "open"})
    assert look_at_views() == 1
    other.goto("/complaints/")
    expect(column_of(other).get_by_role("link", name="我的提醒")).to_contain_text("1")
    column_of(other).get_by_role("link", name="我的提醒").click()
    shot(other, "alerts")
    assert (shut_out(other), too_wide(other)) == ([], [])
    other.get_by_role("button", name="知道了").click()
    expect(other.get_by_role("button", name="知道了")).to_have_count(0)
    other.get_by_role("button", name="取消“高风险价格”的提醒").click()
    expect(other.get_by_text("还没有提醒")).to_be_visible()
    other.goto("/complaints/views/")
    shot(other, "list")
    assert (shut_out(other), too_wide(other)) == ([], [])
    SavedView.objects.filter(pk=copy.pk).update(filters={"team": "99", "state": "open"})
    other.goto(f"/complaints/?view={copy.pk}")
    expect(other.get_by_text("现在无法识别")).to_be_visible()
    shot(other, "lost")
    assert (shut_out(other), too_wide(other)) == ([], [])
    other.set_viewport_size({"width": 390, "height": 800})
    for address in (f"/complaints/?view={copy.pk}", f"/complaints/views/{copy.pk}/", link):
        other.goto(address)
        assert too_wide(other) == []
    shot(other, "narrow")
    other.goto("/complaints/?view=999999")
    expect(other.get_by_text("没有这个视图")).to_be_visible()
    for page in english:
        page.goto(link + "&state=open&category=price&risk=high")
        shot(page, "en")
        page.goto(f"/complaints/views/{SavedView.objects.get(name='价格投诉').pk}/?risk=high")
        shot(page, "en_update")

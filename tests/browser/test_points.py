"""Points at issue in a real browser: proposed, moved and written without leaving the page."""

from playwright.sync_api import expect

from tests import factories as f
from tests.browser.conftest import PHONE, Open
from tests.browser.test_drafting_and_signing import concluded
from tests.browser.watch import shut_out, too_wide
from tests.cast import assemble


def test_points_are_listed_moved_and_read_by_counsel(signed_in: Open) -> None:
    cast = assemble()
    case = concluded(cast)
    f.resolutions.save_draft(case.number, f.proposal(points=[f.POINT]), by=cast.agent)
    page = signed_in(cast.agent)
    page.goto(f"/complaints/{case.number}/resolution/")
    page.get_by_label("说明", exact=True).fill("还没有保存")
    page.get_by_role("button", name="按法律分析列出争点").click()
    expect(page.locator("#p_title-1")).to_be_visible()
    expect(page.locator("#p_title-0")).to_have_value(f.POINT["title"])
    second = page.locator("#p_title-1").input_value()
    page.get_by_role("button", name="上移争点 2").press("Enter")
    expect(page.locator("#p_title-0")).to_have_value(second)
    expect(page.locator("#p_title-1")).to_have_value(f.POINT["title"])
    expect(page.get_by_label("说明", exact=True)).to_have_value("还没有保存")
    assert shut_out(page) == []
    page.set_viewport_size(PHONE)
    assert too_wide(page) == []
    f.step(case, "submit", cast.agent)
    desk = signed_in(cast.counsel)
    desk.goto(f"/review/{case.number}/")
    point = desk.locator("#point-1")
    expect(point).to_contain_text("您反映的情况属实")
    assert shut_out(desk) == []
    point.get_by_role("link", name="证据 1").click()
    expect(desk.locator("#e1")).to_be_visible()

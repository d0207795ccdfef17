"""Working on a case together: urging whoever has to act."""

from __future__ import annotations

from playwright.sync_api import expect

from complaints.actions import urging
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out, too_wide
from tests.cast import assemble


def test_a_supervisor_urges_the_owner_who_reads_it_over_the_case(signed_in: Open) -> None:
    cast = assemble()
    case = f.investigating(cast)
    urging.urge(case.number, {"note": "消费者又来电了"}, by=cast.colleague)
    page = signed_in(cast.supervisor)
    page.goto(f"/complaints/{case.number}/")
    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("link", name="催办", exact=True).click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text("现在轮到责任人：陈晓雨")).to_be_visible()
    expect(sheet.get_by_text("催办过 1 次")).to_be_visible()
    sheet.get_by_label("留言").fill("今天下班前请答复消费者")
    assert (shut_out(page), too_wide(page)) == ([], [])
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("已催办 陈晓雨（本案第 2 次）")).to_be_visible()
    theirs = signed_in(cast.agent)
    theirs.goto(f"/complaints/{case.number}/")
    expect(theirs.get_by_text("周启明 催办：请您办理")).to_be_visible()
    assert (shut_out(theirs), too_wide(theirs)) == ([], [])


def test_a_colleague_is_named_by_keyboard_and_one_without_access_is_not_told(
    signed_in: Open,
) -> None:
    cast = assemble()
    case = f.investigating(cast)
    page = signed_in(cast.agent)
    page.goto(f"/complaints/{case.number}/")
    page.keyboard.press("m")
    text = page.get_by_label("内部备注", exact=True).and_(page.locator("textarea"))
    expect(text).to_be_focused()
    page.keyboard.type("请 ＠何")
    option = page.get_by_role("option", name="何静")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(text).to_have_value("请 @何静 ")
    expect(option).to_have_count(0)
    page.keyboard.type("查录音。@孟")
    expect(page.get_by_text("能查看本案的同事里没有这个名字")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.type("白也看看")
    assert (shut_out(page), too_wide(page)) == ([], [])
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("提到的同事会收到通知：何静")).to_be_visible()
    entry = page.locator("#entries article", has_text="查录音")
    expect(entry.get_by_text("孟白 无权查看本案，未通知；可转交或申请查看")).to_be_visible()
    expect(entry.get_by_text("未读")).to_be_visible()
    send_waiting()
    theirs = signed_in(cast.colleague)
    theirs.goto("/notices/")
    expect(theirs.get_by_text("请 @何静 查录音。")).to_be_visible()
    theirs.goto(f"/complaints/{case.number}/")  # not by the notice: before the eyes is enough
    expect(theirs.get_by_role("button", name="标为已读")).to_have_count(0)
    expect(theirs.get_by_text("提到了您")).to_be_visible()
    page.reload()
    expect(page.locator("#entries article", has_text="查录音").get_by_text("已读")).to_be_visible()
    assert (shut_out(page), too_wide(page)) == ([], [])

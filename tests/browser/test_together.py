"""Working on a case together: urging whoever has to act."""

from __future__ import annotations

from playwright.sync_api import expect

from complaints.actions import urging
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

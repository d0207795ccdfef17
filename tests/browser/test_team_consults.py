"""Another team is asked about a case, reads it, answers, and sees it no more."""

from __future__ import annotations

from playwright.sync_api import expect

from complaints.models import TeamConsult
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out, too_wide
from tests.cast import assemble

WORDS = "3 月 2 日 14:20 由本人签收，签收单在承运商处"


def test_the_warehouse_is_asked_answers_and_sees_the_case_no_more(signed_in: Open) -> None:
    cast = assemble()
    case = f.investigating(cast)
    page = signed_in(cast.agent)
    page.goto(f"/complaints/{case.number}/")
    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("link", name="请其他团队协办").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("请哪个团队").select_option(label="客服二组")
    sheet.get_by_label("请谁答复").select_option(label="孟白")
    sheet.get_by_label("想请对方做什么").fill("请核对这批货是否已经签收，谁签的")
    assert (shut_out(page), too_wide(page)) == ([], [])
    sheet.get_by_role("button", name="请协办").click()
    expect(page.get_by_text("请“客服二组”的 孟白 协办").first).to_be_visible()
    expect(page.get_by_role("link", name="撤回协办")).to_be_visible()
    assert (shut_out(page), too_wide(page)) == ([], [])

    other = signed_in(cast.outsider)
    other.goto("/complaints/?consult=team&state=open")
    expect(other.locator("main").get_by_text(case.number).first).to_be_visible()
    other.goto(f"/complaints/{case.number}/")
    expect(other.get_by_text("只读").first).to_be_visible()
    expect(other.get_by_role("link", name="添加证据")).to_have_count(0)
    assert (shut_out(other), too_wide(other)) == ([], [])
    other.get_by_role("link", name="答复协办").click()
    other.get_by_role("dialog").get_by_label("答复").fill(WORDS)
    paper = {"name": "签收单.txt", "mimeType": "text/plain", "buffer": "本人签收".encode()}
    other.get_by_role("dialog").get_by_label("附上文件").set_input_files(paper)
    other.get_by_role("dialog").get_by_role("button", name="答复").click()
    other.wait_for_url("**/complaints/?consult=team**")
    expect(other.get_by_text("已答复，责任人会收到通知")).to_be_visible()
    expect(other.locator("main").get_by_text(case.number)).to_have_count(0)

    page.reload()
    expect(page.locator("#consults").get_by_text(WORDS)).to_be_visible()
    expect(page.locator("#consults").get_by_role("link", name="证据 1")).to_be_visible()
    expect(page.get_by_role("link", name="撤回协办")).to_have_count(0)
    assert (shut_out(page), too_wide(page)) == ([], [])
    assert TeamConsult.objects.get().words == WORDS

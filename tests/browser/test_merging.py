"""Two cases of one matter: linked, merged, both stories read, and the merger taken back."""

from __future__ import annotations

from playwright.sync_api import expect

from complaints.models import Complaint
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out, too_wide
from tests.cast import assemble


def test_two_cases_are_linked_merged_read_together_and_taken_apart(signed_in: Open) -> None:
    cast = assemble()
    one = f.with_evidence(f.investigating(cast, title="第一次扣款"), cast.agent)
    into = f.investigating(cast, order_number="SO-2", title="第二次扣款")
    page = signed_in(cast.agent, size={"width": 1366, "height": 768})
    page.goto(f"/complaints/{one.number}/")
    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("link", name="关联另一件案件").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("另一件案件的编号").fill(into.number)
    sheet.get_by_label("两件案件的关系").select_option(label="同一事")
    sheet.get_by_role("button", name="关联").click()
    pane = page.locator("#links")
    expect(pane.get_by_role("link", name=into.number)).to_be_visible()
    expect(pane.get_by_text("同一事 · 调查中")).to_be_visible()
    assert (shut_out(page), too_wide(page)) == ([], [])

    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("link", name="并案", exact=True).click()
    expect(sheet.get_by_text("并案后，本案的期限结束")).to_be_visible()
    sheet.get_by_label("并入的案件编号").fill(into.number)
    sheet.get_by_label("并案理由").fill("同一张会员卡，两次扣款")
    expect(sheet.get_by_text(f"并入 {into.number} 后，本案的期限结束")).to_be_visible()
    sheet.get_by_role("button", name="并案").click()
    confirm = page.get_by_role("link", name="打开目标案件")
    expect(confirm).to_be_visible()
    confirm.click()
    page.wait_for_url(f"**/complaints/{into.number}/")
    expect(page.get_by_text("随之结束的期限").first).to_be_visible()
    page.locator("#links").get_by_role("link", name="并入案件的经过与证据").click()
    page.wait_for_url("**/merged/")
    expect(page.get_by_role("main").get_by_role("link", name=one.number).first).to_be_visible()
    assert (shut_out(page), too_wide(page)) == ([], [])
    page.get_by_role("link", name="证据", exact=True).click()
    expect(page.get_by_text("SHA").or_(page.locator(".hash")).first).to_be_visible()

    lead = signed_in(cast.supervisor, size={"width": 1366, "height": 768})
    lead.goto(f"/complaints/{one.number}/")
    lead.get_by_role("button", name="更多操作").click()
    lead.get_by_role("link", name="取消并案").click()
    undo = lead.get_by_role("dialog")
    undo.get_by_label("重新启动的理由").fill("不是同一张卡")
    undo.get_by_role("button", name="取消并案").click()
    expect(lead.get_by_text("取消并案：不再并入").first).to_be_visible()
    assert Complaint.objects.get(pk=one.pk).merged_into_id is None


def test_one_complaint_of_two_matters_is_split(signed_in: Open) -> None:
    cast = assemble()
    one = f.investigating(cast)
    page = signed_in(cast.agent, size={"width": 1366, "height": 768})
    page.goto(f"/complaints/{one.number}/")
    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("link", name="拆案", exact=True).click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_label("经过记录")).to_have_value(one.narrative)
    sheet.get_by_label("一句话事由").fill("送货时摔坏电视柜")
    sheet.get_by_label("商品或服务").fill("送货服务")
    sheet.get_by_label("经过记录").fill("送货师傅进门时撞坏了电视柜。")
    assert (shut_out(page), too_wide(page)) == ([], [])
    sheet.get_by_role("button", name="拆出新案件").click()
    expect(sheet.get_by_text("请填写此项")).to_be_visible()  # why is missing; the rest stays
    expect(sheet.get_by_label("商品或服务")).to_have_value("送货服务")
    sheet.get_by_label("为什么拆案").fill("两件事")
    sheet.get_by_role("button", name="拆出新案件").click()
    expect(page.get_by_text(f"已从 {one.number} 拆出本案")).to_be_visible()
    expect(page.get_by_role("heading", name="送货时摔坏电视柜")).to_be_visible()
    expect(page.locator("#links").get_by_text("由它拆出")).to_be_visible()
    assert (shut_out(page), too_wide(page)) == ([], [])

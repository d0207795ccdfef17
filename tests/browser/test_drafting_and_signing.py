"""From the agent's draft to counsel's signature in a real browser, with scripts and without."""

import re

from playwright.sync_api import Page, expect

from complaints.models import Complaint, Opinion
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out, take_over_drafts, tick_all
from tests.cast import PASSWORD, Cast, assemble
from tests.pages.test_resolution import FOUND


def concluded(cast: Cast) -> Complaint:
    """Investigated; only counsel's finding is missing for increased damages."""
    case = f.with_evidence(f.investigating(cast, transaction_date="2026-03-02"), cast.agent)
    f.answer(case, cast.agent, **FOUND)
    return f.step(
        case, "conclude", cast.agent, findings="录音可证", cannot_be_established=f.explained(case)
    )


def yes(page: Page) -> None:
    """Answer the page's own question before an act."""
    page.locator("#confirm [data-confirm-yes]").click()


def test_a_draft_grows_by_clicks_survives_leaving_and_goes_to_counsel(signed_in: Open) -> None:
    cast = assemble()
    case = concluded(cast)
    page = signed_in(cast.agent)
    page.goto(f"/complaints/{case.number}/resolution/")
    page.get_by_role("button", name="把“欺诈的增加赔偿（“退一赔三”）”加入方案").click()
    expect(page.get_by_label("第 1 项：金额")).to_have_value("11940.00")
    page.get_by_role("button", name="添加一项").click()
    page.get_by_label("第 2 项：项目").select_option("refund")
    page.get_by_label("第 2 项：金额").fill("3980")
    page.get_by_label("第 2 项：金额").press("Tab")
    expect(page.locator("#sum")).to_contain_text("¥15,920.00")
    page.get_by_label("说明", exact=True).fill("销售时的说法与事实不符")
    page.get_by_role("button", name="按措施和依据起草").click()
    expect(page.get_by_label("致消费者函")).to_have_value(re.compile("^尊敬的王先生/女士"))
    expect(page.locator("[data-draft-status]")).to_contain_text("草稿已保存")
    page.goto("/complaints/")
    page.goto(f"/complaints/{case.number}/resolution/")
    expect(page.get_by_text("没有保存的草稿")).to_be_visible()
    expect(page.get_by_label("第 2 项：金额")).to_have_value("3980")
    assert shut_out(page) == []
    page.get_by_role("button", name="送审").click()
    yes(page)
    expect(page).to_have_url(f"{page.url.split('/complaints')[0]}/complaints/{case.number}/")
    case.refresh_from_db()
    assert case.state == "in_review"


def test_counsel_finds_the_fact_and_signs_by_keyboard(signed_in: Open) -> None:
    cast = assemble()
    case = concluded(cast)
    f.resolutions.save_draft(case.number, f.proposal(), by=cast.agent)
    f.step(case, "submit", cast.agent)
    page = signed_in(cast.counsel)
    page.goto(f"/review/{case.number}/?tab=facts")
    page.get_by_role("group", name="是否有证据显示故意").get_by_label("有证据", exact=True).check()
    page.get_by_role("button", name="记录认定").click()
    expect(page.get_by_text("最低额 ¥15,920.00，低了 ¥11,940.00")).to_be_visible()
    page.get_by_role("textbox", name="审核意见").fill("消费者只要求退款")
    tick_all(page)
    page.get_by_role("button", name="同意并签署").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(case.number)
    expect(dialog).to_contain_text("¥3,980.00")
    assert shut_out(page) == []
    dialog.get_by_label("低于法定最低额的理由").fill("消费者书面表示只要求退款")
    assert take_over_drafts(page, "条文清楚，本案适用无疑")
    dialog.get_by_label("登录密码").fill("wrong")
    dialog.get_by_label("登录密码").press("Enter")
    expect(dialog).to_contain_text("密码不正确，没有签署")
    expect(dialog.get_by_label("低于法定最低额的理由")).to_have_value("消费者书面表示只要求退款")
    expect(dialog.get_by_label("欺诈的增加赔偿").first).to_have_value("条文清楚，本案适用无疑")
    dialog.get_by_label("登录密码").fill(PASSWORD)
    dialog.get_by_role("button", name="签署").dblclick()
    expect(page.get_by_text("林若衡 已于")).to_be_visible()
    signed = Opinion.objects.get(signed=True)
    assert signed.below_minimum_reason == "消费者书面表示只要求退款"
    assert {rule["reason"] for rule in signed.taken_over} == {"条文清楚，本案适用无疑"}
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert Opinion.objects.count() == 1


def test_a_signature_that_does_not_leave_is_told_in_its_dialog_and_given_later(
    unwatched: Open,
) -> None:
    cast = assemble()
    case = f.in_review(cast)
    page = unwatched(cast.counsel)
    page.goto(f"/review/{case.number}/")
    page.get_by_role("textbox", name="审核意见").fill("事实清楚，同意")
    tick_all(page)
    page.get_by_role("button", name="同意并签署").click()
    dialog = page.get_by_role("dialog")
    take_over_drafts(page)
    dialog.get_by_label("登录密码").fill(PASSWORD)
    page.context.set_offline(True)
    dialog.get_by_role("button", name="签署", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("没有连上服务器，填写的内容还在")
    assert not Opinion.objects.exists()
    page.context.set_offline(False)
    dialog.get_by_role("button", name="签署", exact=True).click()
    expect(page.get_by_text("林若衡 已于")).to_be_visible()
    assert Opinion.objects.get().signed


def test_without_scripts_the_same_is_done_by_full_pages(signed_in: Open) -> None:
    cast = assemble()
    case = concluded(cast)
    agent = signed_in(cast.agent, java_script_enabled=False)
    agent.goto(f"/complaints/{case.number}/resolution/")
    agent.get_by_role("button", name="按法律分析填写").click()
    agent.get_by_role("button", name="添加一项").click()
    agent.get_by_label("第 2 项：项目").select_option("refund")
    agent.get_by_label("第 2 项：金额").fill("3980")
    agent.get_by_label("说明", exact=True).fill("已核实")
    agent.get_by_role("button", name="按措施和依据起草").click()
    expect(agent.get_by_label("致消费者函")).to_have_value(re.compile("^尊敬的王先生/女士"))
    agent.get_by_role("button", name="送审").click()
    expect(agent).to_have_url(re.compile(f"/complaints/{case.number}/$"))
    f.approved(case)
    counsel = signed_in(cast.counsel, java_script_enabled=False)
    counsel.goto(f"/review/{case.number}/")
    counsel.get_by_role("textbox", name="审核意见").fill("同意")
    tick_all(counsel)
    counsel.get_by_role("button", name="同意并签署").click()
    take_over_drafts(counsel)
    counsel.get_by_label("登录密码", exact=True).fill(PASSWORD)
    counsel.get_by_role("button", name="签署", exact=True).click()
    expect(counsel.get_by_text("林若衡 已于")).to_be_visible()
    case.refresh_from_db()
    assert case.state == "offered"


def test_what_was_typed_is_there_again_when_the_session_ended_while_signing(
    signed_in: Open,
) -> None:
    cast = assemble()
    case = f.in_review(cast)
    # 401: what was typed is also kept on the server, which may ask just after the session ended.
    page = signed_in(cast.counsel, refusals=(401, 409, 422))
    page.goto(f"/review/{case.number}/?view=clean#lt")
    assert page.locator("main").evaluate("main => main.scrollTop") == 0  # the head stays in sight
    page.get_by_label("审核意见").fill("事实清楚，同意😀")
    page.get_by_role("button", name="同意并签署").click()
    page.get_by_label("签署条件").fill("先核对收款账户")
    page.context.clear_cookies(name="sessionid")
    page.locator("#sign button[value=sign]").evaluate("button => button.click()")
    page.get_by_label("用户名").fill("counsel")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_label("审核意见")).to_have_value("事实清楚，同意😀")
    expect(page.locator("#conditions")).to_have_value("先核对收款账户")
    assert not Opinion.objects.exists()

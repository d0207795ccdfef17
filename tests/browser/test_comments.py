"""Counsel reads to the end, comments on what is selected, and compares with what was read."""

from __future__ import annotations

import os
import re

from playwright.sync_api import Page, expect

from complaints.actions import resolution as resolutions
from complaints.models import Comment, SeenVersion
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out
from tests.cast import assemble

SELECT = """([text]) => {
  const runs = [...document.querySelectorAll('[data-part=letter] [data-at]')];
  const node = runs.find((run) => run.textContent.includes(text)).firstChild;
  const at = node.textContent.indexOf(text);
  document.getSelection().setBaseAndExtent(node, at, node, at + text.length);
}"""


def shot(page: Page, name: str) -> None:
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png")


def test_selected_words_are_commented_on_and_the_next_version_is_compared(
    signed_in: Open,
) -> None:
    cast = assemble()
    case = f.in_review(cast)
    page = signed_in(cast.counsel)
    page.goto(f"/review/{case.number}/")
    shot(page, "sr_open")
    page.evaluate(SELECT, ["退还价款"])
    here = page.locator(".cm__here")
    expect(here).to_be_visible()
    shot(page, "sr_selected")
    here.click()
    sheet = page.locator("#sheet")
    expect(sheet).to_contain_text("退还价款")
    sheet.get_by_label("批注", exact=True).fill("请写明金额和到账日期")
    shot(page, "sr_sheet")
    sheet.get_by_role("button", name="批注").click()
    expect(page.locator("#cm-1")).to_contain_text("请写明金额和到账日期", timeout=15_000)
    expect(page.locator(".cm").first).to_have_text("退还价款")
    assert Comment.objects.get().quote == "退还价款"
    expect(page.locator("#read")).to_contain_text(re.compile("已记录：读完|此后没有变动"))
    assert shut_out(page) == []
    shot(page, "sr_read")
    assert SeenVersion.objects.get().user == cast.counsel
    page.get_by_role("button", name="退回修改").click()
    page.locator("#confirm [data-confirm-yes]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("待审核")
    agent = signed_in(cast.agent)
    agent.goto(f"/complaints/{case.number}/resolution/")
    expect(agent.get_by_text("请写明金额和到账日期")).to_be_visible()
    shot(agent, "sr_draft")
    assert shut_out(agent) == []
    letter = f.LETTER.replace("退还价款", "于三日内退还价款 3,980.00 元")
    changed = {**f.proposal()["measures"][0], "description": "退还全部价款"}
    resolutions.save_draft(
        case.number, f.proposal(letter=letter, measures=[changed]), by=cast.agent
    )
    f.step(case, "submit", cast.agent)
    page.goto(f"/review/{case.number}/")
    expect(page.get_by_text("与 v1 比较：新增 2 处")).to_be_visible()
    expect(page.get_by_text("读过以后有变动")).to_be_visible()
    shot(page, "sr_diff")
    page.locator("#lt").scroll_into_view_if_needed()
    shot(page, "sr_diff2")

"""宏 by keyboard on a case: chosen, previewed, carried out with the next step open; and refused
whole where the step is no longer allowed.
"""

from __future__ import annotations

import re

from playwright.sync_api import expect

from complaints.actions import macros
from complaints.models import Communication, Complaint, FactAnswer, Macro
from tests import factories as f
from tests.browser.conftest import Open
from tests.cast import Cast, assemble

FACT = "tx_living_consumption"


def _macro(cast: Cast) -> Macro:
    team = {"team": str(cast.team.pk)}
    other = {"name": "先记一笔", "kind": "internal_note", "text": "已看过"}
    macros.save({**team, **other}, by=cast.supervisor)
    return macros.save(
        {
            **team,
            "name": "外呼保健品：首次答复",
            "kind": "reply",
            "text": "{称呼}：您反映的事已由{承办人}办理，编号 {案件编号}，价款 {价款} 元。",
            "facts": {FACT: {"value": True, "source": "verified"}},
            "priority": "urgent",
            "step": "conclude",
        },
        by=cast.supervisor,
    )


def test_a_macro_is_chosen_looked_at_changed_and_carried_out_by_keyboard(unwatched: Open) -> None:
    cast = assemble()
    case = f.investigating(cast, price_paid=None)
    _macro(cast)
    page = unwatched(cast.agent)
    page.goto(f"/complaints/{case.number}/")
    page.keyboard.press("h")
    search = page.locator("#macro-search")
    expect(search).to_be_focused()
    search.press_sequentially("外呼")
    expect(page.locator("[data-macro]:visible")).to_have_count(1)
    search.press("Enter")
    sheet = page.locator("#sheet")
    text = sheet.locator("textarea[name=text]")
    expect(text).to_have_value(re.compile(case.number))
    expect(sheet.locator(".unset").first).to_contain_text("{价款}")
    assert not Communication.objects.exists()
    text.press("Control+Enter")  # a variable is still open: asked, nothing done
    expect(sheet.get_by_text("变量 {价款} 还没有内容")).to_be_visible()
    assert not FactAnswer.objects.exists()
    text.fill("您反映的事已由陈晓雨办理。")
    sheet.locator("input[value=priority]").press("Space")
    text.press("Control+Enter")
    expect(page.locator("#sheet-title")).to_have_text("调查终结")  # the next step, not taken
    expect(page).to_have_url(re.compile(rf"{case.number}/$"))
    page.keyboard.press("Escape")
    expect(page.locator("#sheet")).to_be_hidden()
    expect(page.locator("#tl")).to_contain_text("使用宏“外呼保健品：首次答复”（第 1 版），3 项")
    case.refresh_from_db()
    assert (case.state, case.priority) == ("investigating", "normal")
    assert FactAnswer.objects.get(complaint=case).value is True


def test_a_step_that_is_no_longer_allowed_refuses_all_of_it_and_keeps_the_text(
    unwatched: Open,
) -> None:
    cast = assemble()
    case = f.investigating(cast)
    row = _macro(cast)
    page = unwatched(cast.agent)
    page.goto(f"/complaints/{case.number}/macros/{row.pk}/")
    text = page.locator("textarea[name=text]")
    text.fill("您好，已经在办。")
    f.step(
        case,
        "conclude",
        cast.colleague,
        findings="查明",
        no_evidence_reason="没有录音",
        cannot_be_established=f.explained(case),
    )
    page.get_by_role("button", name="执行勾选的各项").click()
    expect(page.get_by_text("何静").first).to_be_visible()  # who moved it meanwhile
    expect(page.get_by_text("现处于“拟定方案”").first).to_be_visible()
    expect(text).to_have_value("您好，已经在办。")
    with page.expect_navigation():  # the page with the answer looks like the one before
        page.get_by_role("button", name="执行勾选的各项").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("现处于“拟定方案”")
    expect(text).to_have_value("您好，已经在办。")
    assert not Communication.objects.exists()
    assert Complaint.objects.get(pk=case.pk).priority == "normal"
    page.locator("input[value=step]").uncheck()
    page.locator(f"input[value='fact:{FACT}']").set_checked(False)
    page.get_by_role("button", name="执行勾选的各项").click()
    expect(page).to_have_url(re.compile(rf"{case.number}/$"))
    assert Communication.objects.get().text == "您好，已经在办。"

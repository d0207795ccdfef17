"""Facts answered by keyboard, with scripts and without; the analysis renewed and compared."""

import re
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from complaints.actions import facts
from complaints.choices import Risk
from complaints.models import Complaint, FactAnswer
from tests import factories as f
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.watch import shut_out
from tests.cast import PASSWORD, Cast, assemble
from tests.live import session_of

FIRST = "fr_false_statement"


def opened(cast: Cast, page: Page, **known: Any) -> Complaint:
    """A case on its page, with some facts answered already."""
    case = f.with_evidence(f.investigating(cast, transaction_date="2026-03-02"), cast.agent)
    if known:
        facts.answer(case.number, known, by=cast.agent)
    page.goto(f"/complaints/{case.number}/")
    return case


def focused(page: Page) -> str:
    """The fact whose question has the focus."""
    script = "document.activeElement.closest('.fact--ask')?.id ?? ''"
    return str(page.evaluate(script)).removeprefix("fact-")


def posts(page: Page) -> list[str]:
    """Every address of the case that is asked from now on, but for who else is here: that is asked
    every 15 seconds.
    """
    asked: list[str] = []

    def note(url: str) -> None:
        if "/complaints/" in url and "/here/" not in url:
            asked.append(url)

    page.on("request", lambda request: note(request.url))
    return asked


def standing(case: Complaint) -> dict[str, Any]:
    found = FactAnswer.objects.filter(complaint=case, superseded_at=None)
    return dict(found.values_list("fact", "value"))


def test_question_after_question_is_answered_by_keys_with_one_request_each(
    signed_in: Open,
) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    case = opened(cast, page, tx_our_role="销售者")
    assert shut_out(page) == []
    page.keyboard.press("f")
    expect(page.locator(f"#fact-{FIRST} [data-answer]").first).to_be_focused()
    expect(page.locator(f"#fact-{FIRST} kbd").first).to_be_visible()
    asked = posts(page)
    told = [FIRST]
    page.keyboard.press("1")
    for key in ("1", "1"):
        expect(page.locator(f"form.fact--ask#fact-{told[-1]}")).to_have_count(0)
        expect(page.locator(".fact--ask :focus")).to_have_count(1)
        told.append(focused(page))
        page.keyboard.press(key)
    expect(page.locator(f"form.fact--ask#fact-{told[-1]}")).to_have_count(0)
    assert len(asked) == 3
    assert len(set(told)) == 3
    assert {standing(case)[fact] for fact in told} == {True}
    law = page.locator("#law")
    expect(law).to_contain_text("已答：是。")
    expect(page.locator("#calc")).to_contain_text("¥15,920.00")
    assert shut_out(page) == []


def test_an_answer_stands_in_the_story_at_once_and_not_among_earlier_entries(
    signed_in: Open,
) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    case = opened(cast, page, tx_our_role="销售者")
    entries = page.locator("#entries > li")
    before = entries.count()
    page.keyboard.press("f")
    page.keyboard.press("1")
    expect(entries).to_have_count(before + 1)
    expect(entries.first).to_contain_text("记录事实")
    page.goto(f"/complaints/{case.number}/?show=talk")
    talk = entries.count()
    page.keyboard.press("f")
    page.keyboard.press("1")
    expect(page.locator("#live")).to_have_text("已记录")
    expect(entries).to_have_count(talk)


def test_what_cannot_be_established_asks_for_its_reason_first(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    case = opened(cast, page)
    page.keyboard.press("f")
    page.keyboard.press("0")
    note = page.locator(f"#fact-{FIRST} [data-note]")
    expect(note).to_be_focused()
    assert standing(case) == {}
    page.keyboard.type("录音已过保存期")
    page.keyboard.press("Enter")
    expect(page.locator(f"form.fact--ask#fact-{FIRST}")).to_have_count(0)
    answer = FactAnswer.objects.get(complaint=case, fact=FIRST)
    assert (answer.established, answer.note) == (False, "录音已过保存期")


def test_enter_in_the_note_never_answers_yes(signed_in: Open) -> None:
    cast = assemble()
    for scripts in (True, False):
        page = signed_in(cast.agent, java_script_enabled=scripts)
        case = opened(cast, page)
        page.locator(f"#fact-{FIRST} .fact__more > summary").click()
        page.locator(f"#fact-{FIRST} [data-note]").fill("先记一笔")
        page.locator(f"#fact-{FIRST} [data-note]").press("Enter")
        expect(page.locator(f"#fact-{FIRST} [data-note]")).to_have_value("先记一笔")
        assert standing(case) == {}


def test_two_clicks_are_one_answer(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    case = opened(cast, page)
    page.locator(f"#fact-{FIRST} [data-answer]").first.dblclick()
    expect(page.locator(f"form.fact--ask#fact-{FIRST}")).to_have_count(0)
    assert FactAnswer.objects.filter(complaint=case, fact=FIRST).count() == 1


def test_without_scripts_everything_is_answered_all_the_same(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent, java_script_enabled=False)
    case = opened(cast, page)
    page.locator(f"#fact-{FIRST}").get_by_role("button", name="是").click()
    expect(page).to_have_url(re.compile("#facts$"))
    assert standing(case)[FIRST] is True
    page.locator("#facts summary", has_text="已查明的").click()
    page.get_by_role("link", name="查看已答的事实").click()
    page.locator(f"#fact-{FIRST}").get_by_role("link", name="更改").click()
    with page.expect_navigation():
        page.locator(f"#change-{FIRST}").get_by_role("button", name="否").click()
    expect(page).to_have_url(re.compile("#facts$"))
    assert standing(case)[FIRST] is False
    page.locator("#facts summary", has_text="已查明的").click()
    page.get_by_role("link", name="查看已答的事实").click()
    page.locator(f"#fact-{FIRST} summary", has_text="此前的 1 次回答").click()
    expect(page.locator(f"#fact-{FIRST}")).to_contain_text("陈晓雨")


def test_an_answer_is_changed_where_it_stands_and_found_from_the_law(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    case = opened(cast, page, **{FIRST: True})
    assert page.locator(f"#fact-{FIRST}").count() == 0
    page.locator("#law details[open]").get_by_role("link", name="事实").first.click()
    answer = page.locator(f"#fact-{FIRST}")
    expect(answer).to_be_in_viewport()
    change = answer.get_by_role("link", name="更改")
    expect(change).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#change-{FIRST} [data-answer]").first).to_be_focused()
    page.keyboard.press("2")
    expect(answer.locator("b").first).to_have_text("否")
    expect(change).to_be_focused()
    assert standing(case)[FIRST] is False
    assert shut_out(page) == []
    rule = page.locator("#law > details.law").nth(1)
    expect(rule.locator(".el")).to_have_count(0)
    rule.locator("> summary").click()
    expect(rule.locator(".el").first).to_be_visible()


def test_an_old_tab_learns_who_answered_and_keeps_what_was_typed(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent, refusals={409})
    case = opened(cast, page)
    f.answer(case, cast.colleague, **{FIRST: True})
    page.locator(f"#fact-{FIRST} .fact__more > summary").click()
    page.locator(f"#fact-{FIRST} [data-note]").fill("我听了录音")
    page.locator(f"#fact-{FIRST}").get_by_role("button", name="否").click()
    alert = page.get_by_role("alert").filter(has_text="何静")
    expect(alert).to_contain_text("答了“是”")
    expect(alert).to_be_in_viewport()
    expect(page.locator(f"#change-{FIRST} [data-note]")).to_have_value("我听了录音")
    assert shut_out(page) == []
    assert standing(case)[FIRST] is True


@pytest.mark.parametrize("by_password", [True, False], ids=["password", "without one"])
def test_an_answer_after_the_session_ended_goes_out_once_more_after_signing_in(
    unwatched: Open, by_password: bool
) -> None:
    cast = assemble()
    if not by_password:
        cast.agent.set_unusable_password()
        cast.agent.save()
    page = unwatched(cast.agent)
    case = opened(cast, page)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator(f"#fact-{FIRST}").get_by_role("button", name="是").click()
    if by_password:
        page.locator("#relogin [name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
    else:
        in_a_window_of_its_own(page, cast)
    expect(page.locator(f"form.fact--ask#fact-{FIRST}")).to_have_count(0)
    assert standing(case) == {FIRST: True}


def in_a_window_of_its_own(page: Page, cast: Cast) -> None:
    """Somebody else signs in there first, which is told; then the person."""
    dialog = page.locator("#relogin")
    expect(dialog.locator("[data-relogin-first]")).to_be_focused()
    expect(dialog.locator("[name=password]")).to_have_count(0)
    with page.context.expect_page() as opened_there:
        page.keyboard.press("Enter")
    there = opened_there.value
    expect(there.get_by_label("用户名")).to_be_visible()
    root = "/".join(there.url.split("/")[:3])
    for user in (cast.colleague, cast.agent):
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user)}
        page.context.add_cookies([{**cookie, "url": root}])
        there.goto(there.url)  # signed in: on to the page that says so
        expect(there.get_by_role("heading", level=1)).to_have_text("已重新登录")
        if user == cast.colleague:
            expect(dialog.get_by_role("alert")).to_contain_text("另一个账号")
            there.goto("/login/?next=/settings/signed-in/")
    expect(dialog).to_be_hidden()


def test_an_answer_without_a_network_is_told_and_can_be_given_again(unwatched: Open) -> None:
    cast = assemble()
    page = unwatched(cast.agent)
    case = opened(cast, page)
    page.context.set_offline(True)
    page.locator(f"#fact-{FIRST}").get_by_role("button", name="是").click()
    expect(page.locator("#facts > .pane-error")).to_contain_text("网络断开")
    page.context.set_offline(False)
    page.locator(f"#fact-{FIRST}").get_by_role("button", name="是").click()
    expect(page.locator(f"form.fact--ask#fact-{FIRST}")).to_have_count(0)
    assert standing(case) == {FIRST: True}


def test_the_back_button_shows_the_facts_as_they_are_by_now(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    opened(cast, page)
    page.locator(f"#fact-{FIRST}").get_by_role("button", name="是").click()
    expect(page.locator(f"form.fact--ask#fact-{FIRST}")).to_have_count(0)
    page.goto("/complaints/")
    page.go_back()
    expect(page.locator("#facts")).to_be_visible()
    expect(page.locator(f"form.fact--ask#fact-{FIRST}")).to_have_count(0)


def test_an_answer_in_a_group_leaves_the_group_open_and_goes_on_in_it(signed_in: Open) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    opened(cast, page)
    group = page.locator("#facts details[data-group=decides]")
    group.locator("> summary").click()
    first = group.locator("form.fact--ask:has(.seg)").first
    fact = first.get_attribute("id")
    first.get_by_role("button", name="否").click()
    expect(page.locator(f"form.fact--ask#{fact}")).to_have_count(0)
    expect(group).to_have_attribute("open", "")
    expect(page.locator("details[data-group=decides] :focus")).to_have_count(1)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_head_with_every_mark_stays_inside_the_window(signed_in: Open, language: str) -> None:
    cast = assemble()
    page = signed_in(cast.agent, language=language)
    case = f.investigating(cast, title="员工出售会员身份证号和银行卡号，消费者被骗 4,650 元")
    marks = {"risk_flags": list(Risk.values), "priority": "critical", "confidential": True}
    Complaint.objects.filter(pk=case.pk).update(**marks)
    page.goto(f"/complaints/{case.number}/")
    expect(page.locator(".case__title .tag")).to_have_count(len(Risk.values) + 2)
    edges = page.locator(".case__actions, .case__right, .lclock").all()
    boxes = [edge.bounding_box() or {"x": 0, "width": 0} for edge in edges]
    assert max(box["x"] + box["width"] for box in boxes) <= DESKTOP["width"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_stale_analysis_is_renewed_and_the_two_compared(signed_in: Open, language: str) -> None:
    cast = assemble()
    case = f.in_review(cast, transaction_date="2026-03-02")
    f.answer(case, cast.counsel, fraud=True, tx_living_consumption=True)
    f.answer(case, cast.agent, tx_price_paid="5000.00")
    page = signed_in(cast.counsel, language=language)
    page.goto(f"/complaints/{case.number}/")
    stale = page.locator("#stale")
    expect(stale).to_contain_text("5000.00")
    assert shut_out(page) == []
    stale.get_by_role("button").click()
    expect(stale).to_be_empty()
    page.locator("#law").get_by_role("link", name=re.compile("留存的分析|frozen analyses")).click()
    expect(page.locator("table input[type=radio]")).to_have_count(7)
    assert shut_out(page) == []
    page.locator("input[name=from]").nth(2).check()
    page.locator("input[name=to]").nth(1).check()
    page.get_by_role("button", name=re.compile("比较|Compare")).click()
    expect(page.locator("main.main--fixed")).to_have_count(0)  # it is longer than the window
    differences = page.locator("[aria-labelledby=diff]")
    expect(differences).to_contain_text("11940.00")
    page.get_by_role("link", name=re.compile("重演|Run again")).first.click()
    expect(page.locator("#replay")).to_contain_text(re.compile("逐字节一致|byte for byte"))
    assert shut_out(page) == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert shut_out(page) == []

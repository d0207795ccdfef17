"""A clock that runs out while people look at it: amber, red, escalated by the real worker and its
beat, handed over from the warning; a wait for the consumer that stops one clock and not the other;
and the reasons of a date in both languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from complaints.actions import extensions, holds, moments
from complaints.models import Complaint, Deadline, Event
from tests import factories as f
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.watch import headings, hidden_stops, shut_out, too_wide
from tests.cast import Cast, assemble
from tests.complaints.test_extensions import at
from tests.live import Beat, Worker, eventually

REPORT = "报告较大以上网络安全事件"  # within four hours: what hours are left, a test can choose
LEFT = timedelta(seconds=20)  # in which the page is opened while it is amber
SWEEP_EVERY = "2"  # seconds; in an installation half a minute


@pytest.fixture(scope="module")
def beat(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beat]:
    with Beat(tmp_path_factory.mktemp("beat"), SWEEP_EVERY=SWEEP_EVERY) as running:
        yield running


def usable(page: Page) -> None:
    assert shut_out(page) + too_wide(page) + headings(page) == []


def open_case(page: Page, case: Complaint) -> Page:
    page.goto(f"/complaints/{case.number}/")
    return page


def chip(page: Page, title: str) -> Locator:
    return page.locator("#clocks .lclock", has_text=title)


def in_pane(page: Page, title: str) -> Locator:
    return page.locator("#clock-pane .cl", has_text=title)


def nearly_over(cast: Cast) -> Complaint:
    """A case with a clock of four hours that has less than a minute left."""
    case = f.investigating(cast)
    known = timezone.now() - timedelta(hours=4) + LEFT
    sent = {"kind": "major_incident_known", "at": known.isoformat()}
    moments.record(case.number, sent, by=cast.agent)
    return case


def test_a_clock_turns_amber_then_red_and_the_supervisor_hands_the_case_over_from_the_warning(
    signed_in: Open, beat: Beat
) -> None:
    cast = assemble()
    agent = signed_in(cast.agent)
    agent.goto("/settings/")  # the window and the server are warm before the seconds run
    case = nearly_over(cast)
    open_case(agent, case)
    clock = chip(agent, REPORT)
    expect(clock).to_have_class(re.compile("lclock--soon"))
    expect(clock).to_contain_text("今天")
    usable(agent)

    def red() -> bool:
        return "lclock--over" in (chip(open_case(agent, case), REPORT).get_attribute("class") or "")

    eventually(red)
    expect(chip(agent, REPORT)).to_contain_text("超时")
    escalated = Event.objects.filter(complaint=case, code="escalate", by=None)
    eventually(escalated.exists)
    _warned(signed_in, cast, case)
    _handed_over(signed_in, cast, case)


def _warned(signed_in: Open, cast: Cast, case: Complaint) -> None:
    """The supervisor finds the warning, and in it the way to the case in danger."""
    page = signed_in(cast.supervisor)
    page.goto("/notices/")
    late = page.locator(".told__one", has_text=REPORT)
    eventually(lambda: page.reload() and late.count() > 0)
    usable(page)
    late.first.get_by_role("link", name="转派").click()
    row = page.locator(f"tr#{case.number}")
    expect(row.locator(".clock--over")).to_be_visible()
    usable(page)
    assert hidden_stops(page) == []
    row.get_by_role("combobox").select_option(str(cast.colleague.pk))
    row.get_by_placeholder("交接说明").fill("请立即向网信部门报告")
    row.get_by_placeholder("交接说明").press("Enter")
    expect(page.get_by_text(f"已将 {case.number} 转派给 何静")).to_be_visible()
    usable(page)


def _handed_over(signed_in: Open, cast: Cast, case: Complaint) -> None:
    case.refresh_from_db()
    assert case.owner == cast.colleague
    page = open_case(signed_in(cast.colleague), case)
    expect(page.get_by_text("周启明 转给您的交接说明")).to_be_visible()
    expect(page.get_by_text("请立即向网信部门报告").first).to_be_visible()
    page.goto("/danger/")
    expect(page.locator(f"tr#{case.number}")).to_be_visible()


def test_waiting_for_the_consumer_stops_the_right_clock_and_not_the_other(
    signed_in: Open,
) -> None:
    cast = assemble()
    case = f.investigating(cast)
    page = open_case(signed_in(cast.agent), case)
    page.get_by_role("link", name="请消费者补充").click()
    sheet = page.locator("#sheet")
    expect(sheet).to_contain_text("会中止：调查核实")
    expect(sheet).to_contain_text("照常计算：答复消费者（法定期限不因此中止）")
    usable(page)
    sheet.get_by_label("需要补充的材料").fill("付款截图\n外包装照片")
    until = timezone.localdate() + timedelta(days=5)
    sheet.get_by_label("请消费者在哪天之前补充").fill(until.isoformat())
    sheet.get_by_role("button", name="发送并中止计时").click()
    expect(page.get_by_text("计时已中止：等待消费者补充")).to_be_visible()
    expect(in_pane(page, "调查核实")).to_have_class(re.compile("cl--hold"))
    expect(in_pane(page, "调查核实")).to_contain_text(f"预计 {until.isoformat()} 恢复")
    expect(in_pane(page, "答复消费者")).not_to_have_class(re.compile("cl--hold"))
    expect(page.get_by_text("2. 外包装照片")).to_be_visible()
    usable(page)
    page.get_by_role("tab", name="通话记录").click()
    page.locator("#text-call").fill("材料已经发到邮箱")
    page.get_by_label("消费者打来").check()
    page.get_by_role("button", name="保存通话记录").click()
    expect(page.get_by_text("恢复计时：消费者已经答复")).to_be_visible()
    expect(in_pane(page, "调查核实")).not_to_have_class(re.compile("cl--hold"))


WHY = {
    "zh-hans": "5 个工作日，自 2026-09-29 次日起算，跳过 10-01 至 10-07，计入 10-10 补班",
    "en": "5 working days from the day after 2026-09-29, "
    "skipping 10-01 to 10-07, counting make-up day 10-10",
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_date_gives_its_reasons_on_a_click_by_keyboard_and_without_scripts(
    signed_in: Open, language: str
) -> None:
    cast = assemble()
    start = at("2026-09-29 10:00")
    case = f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)
    deadline = Deadline.objects.get(complaint=case, kind="investigate")
    page = open_case(signed_in(cast.agent, language=language), case)
    title = "Investigate" if language == "en" else "调查核实"
    chip(page, title).focus()
    page.keyboard.press("Enter")
    sheet = page.locator("#sheet")
    expect(sheet.locator(".why__words")).to_have_text(WHY[language])
    expect(sheet.locator("td.day--holiday")).to_have_count(7)
    expect(sheet.locator("td.day--made_up")).to_have_count(1)
    usable(page)
    page.keyboard.press("Escape")
    expect(chip(page, title)).to_be_focused()
    for size in (None, PHONE):
        plain = signed_in(cast.agent, language=language, size=size, java_script_enabled=False)
        plain.goto(f"/complaints/{case.number}/clocks/{deadline.pk}/")
        expect(plain.get_by_text(WHY[language])).to_be_visible()


def test_a_moment_shows_what_it_moves_while_it_is_typed(signed_in: Open) -> None:
    cast = assemble()
    case = f.investigating(cast, category="return_no_reason", claims=["refund"])
    page = open_case(signed_in(cast.agent), case)
    page.locator("#clock-pane").get_by_role("link", name="登记时间节点").click()
    sheet = page.locator("#sheet")
    sheet.get_by_label("时间节点").select_option("goods_returned")
    sheet.get_by_label("日期").fill("2026-03-10")
    sheet.get_by_label("日期").blur()
    expect(sheet).to_contain_text("由此起算：无理由退货的退款（7 日）")
    expect(sheet).to_contain_text("“无理由退货的退款”开始计时，期限 2026-03-17 24:00")
    usable(page)
    sheet.get_by_role("button", name="登记时间节点").click()
    expect(in_pane(page, "无理由退货的退款").first).to_be_visible()
    expect(page.get_by_text("登记时间节点：收到退回的商品 2026-03-10")).to_be_visible()


def test_what_is_in_danger_fits_a_phone_and_both_languages(signed_in: Open) -> None:
    cast = assemble()
    f.registered(cast, now=timezone.now() - timedelta(days=9))
    cache.clear()
    for language in ("zh-hans", "en"):
        page = signed_in(cast.supervisor, language=language, theme="dark")
        page.goto("/danger/")
        expect(page.locator("tr .clock--over")).to_be_visible()
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            assert too_wide(page) + headings(page) == []
            if language == "zh-hans":  # its elements are the same
                usable(page)
                assert hidden_stops(page) == []


def test_every_sheet_is_a_page_of_its_own_for_everybody(signed_in: Open) -> None:
    cast = assemble()
    case = f.investigating(cast, category="return_no_reason", claims=["refund"])
    sent = {"kind": "goods_returned", "at": timezone.localdate().isoformat()}
    moments.record(case.number, sent, by=cast.agent)
    hold = holds.start(case.number, {"reason": "expert", "note": "送检"}, by=cast.agent)
    clock = Deadline.objects.get(complaint=case, kind="investigate")
    asked = extensions.request(case.number, clock.pk, {"reason": "等检测报告"}, by=cast.agent)
    pages = ["clocks/", f"clocks/{clock.pk}/", f"clocks/{clock.pk}/extensions/{asked.pk}/"]
    pages += ["hold/", f"hold/{hold.pk}/", "ask/", "moments/?kind=goods_returned"]
    pages += [f"clocks/{Deadline.objects.get(complaint=case, kind='general_reply').pk}/extend/"]
    for language in ("zh-hans", "en"):
        page = signed_in(cast.supervisor, language=language, size=PHONE)
        for place in pages:
            page.goto(f"/complaints/{case.number}/{place}")
            if language == "zh-hans":  # its elements are the same
                usable(page)
                assert hidden_stops(page) == [], place
            for size in (PHONE, DESKTOP):
                page.set_viewport_size(size)  # type: ignore[arg-type]
                assert too_wide(page) + headings(page) == [], (place, language)
            page.set_viewport_size(PHONE)  # type: ignore[arg-type]

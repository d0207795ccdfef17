"""An agent's hour and a lead's twenty cases without a mouse. Nothing here clicks or fills in: what
the hands do is in `press`, `write` and `tab_to`, and no address is typed once the list is open.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from complaints.models import BulkAct, Communication, Complaint, Event, FactAnswer, Hold
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out
from tests.cast import assemble
from tests.complaints.test_legal_hold import MATTER, held, shared
from tests.live import eventually

STOPS = 40  # presses of Tab that a person would bear at most
SEEN = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  const drawn = [e, e.closest("label"), e.parentElement].filter(Boolean).map(getComputedStyle);
  const ring = drawn.some((s) => s.boxShadow !== "none"
    || (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1));
  return ring && box.bottom > 0 && box.top < innerHeight;
}"""
SAID = "推销电话称胶囊三个疗程根治高血压，微信付款 3980 元，没有发票。"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def write(page: Page, words: str, *then: str) -> None:
    page.keyboard.type(words)
    press(page, *then)


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says these words; each stop on the way is to be seen."""
    for _stop in range(STOPS):
        press(page, "Tab")
        said = page.evaluate("document.activeElement.textContent")
        if words in said:
            assert page.evaluate(SEEN), f"“{said}” has the focus and does not show it"
            return
    raise AssertionError(f"“{words}” is not reached by {STOPS} presses of Tab")


def test_an_hour_of_work_by_keyboard_alone(signed_in: Open) -> None:
    cast = assemble()
    waiting = f.registered(cast, order_number="SO-7")
    Complaint.objects.filter(pk=waiting.pk).update(owner=None)
    page = signed_in(cast.agent)
    page.goto("/complaints/")
    case = _call(page)
    _fact(page, case)
    _papers(page, case)
    _note(page, case)
    press(page, "g")
    page.wait_for_url(f"**/complaints/{waiting.number}/**")
    waiting.refresh_from_db()
    assert waiting.owner == cast.agent
    told = set(Event.objects.filter(complaint=case).values_list("by", flat=True))
    assert cast.agent.pk in told
    assert told <= {cast.agent.pk, None}
    assert "taken" in set(Event.objects.filter(complaint=waiting).values_list("code", flat=True))


def _call(page: Page) -> Complaint:
    """N, the form by its sections, what was told of, Ctrl Enter, the number, Enter."""
    press(page, "n")
    expect(page.locator("#id_consumer_name")).to_be_focused()
    write(page, "王女士", "Enter")
    write(page, "12012345678", "Alt+2")
    write(page, "电话推荐保健胶囊称可替代降压药", "Enter")
    write(page, SAID)
    expect(page.locator("#suggest-telesales_fraud")).to_contain_text("建议")
    expect(page.locator("[data-offer] button[name=take]").first).to_be_visible()
    press(page, "Alt+4")
    tab_to(page, "电话营销欺诈")
    press(page, "Enter")
    expect(page.locator("#id_category")).to_have_value("telesales_fraud")
    press(page, "Alt+5", "Space")
    question = page.locator(".ask--now p")
    first = question.inner_text()
    press(page, "Alt+Enter")
    expect(question).not_to_have_text(first)
    press(page, "Alt+y")
    if page.locator("#id_told").input_value() == "":  # it was shown first; nobody agrees unseen
        press(page, "Alt+y")
    expect(page.locator("#offers")).to_contain_text("已采纳 1 项")
    press(page, "Control+Enter")
    expect(page.locator(".bignumber")).to_be_visible()
    case = Complaint.objects.get(title__startswith="电话推荐")
    expect(page.locator(".bignumber")).to_have_text(case.number)
    assert (case.category, case.claims, case.narrative) == ("telesales_fraud", ["refund"], SAID)
    assert FactAnswer.objects.get(complaint=case).source == "consumer"
    expect(page.get_by_role("link", name="打开案件")).to_be_focused()
    press(page, "Enter")
    page.wait_for_url(re.compile(f"/complaints/{case.number}/$"))
    return case


def _fact(page: Page, case: Complaint) -> None:
    """F to the question that decides, 1 for yes; the next question has the focus then."""
    before = FactAnswer.objects.filter(complaint=case).count()
    press(page, "f")
    asked = page.locator(".fact--ask:has(:focus)")
    expect(asked).to_have_count(1)
    assert page.evaluate(SEEN), "the question has the focus and does not show it"
    fact = asked.get_attribute("action")
    press(page, "1")
    eventually(lambda: FactAnswer.objects.filter(complaint=case).count() == before + 1)
    expect(page.locator(f".fact--ask[action='{fact}']:has(:focus)")).to_have_count(0)
    expect(asked).to_have_count(1)


def _papers(page: Page, case: Complaint) -> None:
    """C for 请消费者补充: items, until when; the message leaves and the clocks stand still."""
    press(page, "c")
    expect(page.locator("#sheet [name=items]")).to_be_focused()
    write(page, "付款截图\n通话录音", "Tab")
    until = timezone.localdate() + timedelta(days=5)
    _day(page, until)
    expect(page.locator("#sheet [name=until]")).to_have_value(until.isoformat())
    with page.expect_navigation():
        press(page, "Control+Enter")
    expect(page.locator("#sheet[open]")).to_have_count(0)
    hold = Hold.objects.get(complaint=case, ended_at=None)
    assert hold.expected_end == until
    assert "付款截图、通话录音" in hold.note


def _day(page: Page, day: date) -> None:
    """Into a date field, in the order in which this browser shows its parts."""
    for parts in ("%m%d%Y", "%Y%m%d", "%d%m%Y"):
        write(page, f"{day:{parts}}")
        if page.evaluate("document.activeElement.value") == day.isoformat():
            return
        press(page, "Shift+Tab", "Shift+Tab", "Shift+Tab", "Tab")


def _note(page: Page, case: Complaint) -> None:
    """M, the words, Esc and M again, Ctrl Enter."""
    press(page, "m")
    expect(page.locator("#text-note")).to_be_focused()
    write(page, "已请消费者补充付款截图，", "Escape")
    expect(page.locator("#text-note")).not_to_be_focused()
    press(page, "m", "Control+End")
    write(page, "三天后再看")
    with page.expect_navigation():
        press(page, "Control+Enter")
    note = Communication.objects.get(complaint=case, kind="internal_note")
    assert note.text == "已请消费者补充付款截图，三天后再看"


def test_a_lead_hands_over_twenty_cases_of_which_three_cannot_and_takes_them_back(
    signed_in: Open,
) -> None:
    cast = assemble()
    free = [f.registered(cast, order_number=f"SO-{n}") for n in range(17)]
    f.registered(cast, by=cast.colleague, order_number="SO-18")
    kept = shared(cast, order_number="SO-19")
    held(cast, kept)
    changed = f.registered(cast, order_number="SO-20")
    page = signed_in(cast.supervisor)
    page.goto("/complaints/?state=open")
    Complaint.objects.filter(pk=changed.pk).update(version=2)  # meanwhile, by somebody
    press(page, *["j", "x"] * 20)
    expect(page.locator("#bulk")).to_contain_text("已选 20 件")
    press(page, "a")
    assert page.evaluate(SEEN), "the field of names has the focus and does not show it"
    write(page, "何静")
    expect(page.locator("#bulk-to")).to_have_value(str(cast.colleague.pk))
    press(page, "Tab", "Tab")
    expect(page.locator("#bulk-note")).to_be_focused()
    write(page, "请今天接手")
    with page.expect_navigation():
        press(page, "Enter")
    expect(page).to_have_url(re.compile("/complaints/bulk/$"))
    expect(page.get_by_text("17 件可以转派")).to_be_visible()
    for words in ("本来就由 何静 办理", MATTER, "您选择以后有人更新过"):
        expect(page.get_by_text(words)).to_be_visible()
    assert shut_out(page) == []
    owners = Complaint.objects.filter(pk__in=[case.pk for case in free])
    assert set(owners.values_list("owner", flat=True)) == {cast.agent.pk}
    with page.expect_navigation():
        press(page, "Control+Enter")
    expect(page.get_by_text("已将 17 件转派给 何静")).to_be_visible()
    expect(page.get_by_text(MATTER)).to_be_visible()
    act = BulkAct.objects.get()
    assert (act.rows.count(), set(owners.values_list("owner", flat=True))) == (
        20,
        {cast.colleague.pk},
    )
    handed = Event.objects.filter(complaint__in=free, code="assigned", by=cast.supervisor)
    assert handed.count() == 17
    press(page, "Tab", "Enter")  # past what stands on every page
    tab_to(page, "撤销转派")
    with page.expect_navigation():
        press(page, "Enter")
    expect(page.get_by_text("撤销了 17 件")).to_be_visible()
    assert set(owners.values_list("owner", flat=True)) == {cast.agent.pk}

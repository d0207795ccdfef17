"""An agent's hour without a mouse: a call is registered, a fact answered, the consumer asked for
papers, a note written, the next case taken. No click, no address typed, once the list is open.
"""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from complaints.models import Communication, Complaint, FactAnswer, Hold
from tests import factories as f
from tests.browser.conftest import Open
from tests.cast import assemble
from tests.live import eventually

STOPS = 80  # presses of Tab that a person would bear at most


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says these words."""
    for _stop in range(STOPS):
        press(page, "Tab")
        if words in page.evaluate("document.activeElement.textContent"):
            return
    raise AssertionError(f"“{words}” is not reached by {STOPS} presses of Tab")


def test_an_hour_of_work_by_keyboard_alone(signed_in: Open) -> None:
    cast = assemble()
    waiting = f.registered(cast, order_number="SO-7")
    Complaint.objects.filter(pk=waiting.pk).update(owner=None)
    page = signed_in(cast.agent)
    page.goto("/complaints/")
    case = _call(page)
    _facts(page, case)
    _papers(page, case)
    _note(page, case)
    press(page, "Escape")
    page.evaluate("document.activeElement.blur()")  # what Esc leaves in the text, Tab would too
    press(page, "g")
    page.wait_for_url(f"**/complaints/{waiting.number}/**")
    waiting.refresh_from_db()
    assert waiting.owner == cast.agent


def _call(page: Page) -> Complaint:
    """N, the form, Ctrl Enter, the number to read out, Enter."""
    press(page, "n")
    expect(page.locator("#id_consumer_name")).to_be_focused()
    page.keyboard.type("王女士")
    press(page, "Enter")
    page.keyboard.type("12012345678")
    press(page, "Alt+2")
    page.keyboard.type("电话推荐保健胶囊称可替代降压药")
    press(page, "Enter")
    page.keyboard.type("推销电话称胶囊三个疗程根治高血压，微信付款 3980 元，没有发票。")
    expect(page.locator("#suggest-telesales_fraud")).to_contain_text("建议")
    press(page, "Alt+4", "Tab")
    while "电话营销欺诈" not in page.evaluate("document.activeElement.textContent"):
        press(page, "Tab")
    press(page, "Enter")
    expect(page.locator("#id_category")).to_have_value("telesales_fraud")
    press(page, "Alt+5", "Space", "Control+Enter")
    expect(page.locator(".bignumber")).to_be_visible()
    case = Complaint.objects.get(title__startswith="电话推荐")
    expect(page.locator(".bignumber")).to_have_text(case.number)
    press(page, "Enter")
    page.wait_for_url(re.compile(f"/complaints/{case.number}/$"))
    return case


def _facts(page: Page, case: Complaint) -> None:
    """F to the question that decides, 1 for yes; the next question has the focus then."""
    before = FactAnswer.objects.filter(complaint=case).count()
    press(page, "f")
    expect(page.locator(".fact--ask :focus")).to_have_count(1)
    press(page, "1")
    eventually(lambda: FactAnswer.objects.filter(complaint=case).count() == before + 1)
    expect(page.locator(".fact--ask :focus")).to_have_count(1)


def _papers(page: Page, case: Complaint) -> None:
    """请消费者补充: items, until when; the message leaves and the clocks stand still."""
    page.reload()
    tab_to(page, "请消费者补充")
    press(page, "Enter")
    expect(page.locator("#sheet[open]")).to_be_visible()
    expect(page.locator("#sheet textarea, #sheet input:not([type=hidden])").first).to_be_focused()
    page.keyboard.type("付款截图\n通话录音")
    press(page, "Tab")
    until = timezone.localdate() + timedelta(days=5)
    page.keyboard.type(f"{until:%m%d%Y}")
    press(page, "Control+Enter")
    eventually(lambda: Hold.objects.filter(complaint=case, ended_at=None).exists())
    expect(page.locator("#sheet[open]")).to_have_count(0)


def _note(page: Page, case: Complaint) -> None:
    """M, the words, Ctrl Enter."""
    press(page, "m")
    expect(page.locator("#text-note")).to_be_focused()
    page.keyboard.type("已请消费者补充付款截图，三天后再看")
    press(page, "Control+Enter")
    notes = Communication.objects.filter(complaint=case, kind="internal_note")
    eventually(lambda: notes.filter(text__contains="三天后再看").exists())


def test_a_lead_selects_two_cases_and_hands_them_over_without_a_mouse(signed_in: Open) -> None:
    cast = assemble()
    cases = [f.registered(cast, order_number=f"SO-{n}") for n in range(2)]
    page = signed_in(cast.supervisor)
    page.goto("/complaints/?state=open")
    press(page, "j", "x", "j", "x")
    expect(page.locator("#bulk")).to_be_visible()
    press(page, "a")
    expect(page.locator("#bulk-to")).to_be_focused()
    page.keyboard.type("何静")
    press(page, "Tab")
    page.keyboard.type("请接手")
    press(page, "Enter")
    page.wait_for_url("**/complaints/bulk/")
    tab_to(page, "转派勾选的案件")
    press(page, "Enter")
    owners = Complaint.objects.filter(pk__in=[case.pk for case in cases])
    eventually(lambda: {c.owner_id for c in owners.all()} == {cast.colleague.pk})

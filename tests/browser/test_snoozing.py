"""Putting a case aside by keyboard: from the list and from the case, back on top on its day."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from complaints.models import Complaint, Snooze
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out, too_wide
from tests.cast import assemble


def test_a_case_is_put_aside_by_keyboard_and_comes_back_on_top(signed_in: Open) -> None:
    cast = assemble()
    cases = [f.investigating(cast, order_number=f"SO-{n}") for n in range(3)]
    for n, case in enumerate(cases):
        due = timezone.now() + timedelta(days=n + 9)
        Complaint.objects.filter(pk=case.pk).update(next_due_at=due)
    a, b, c = (case.number for case in cases)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    page = signed_in(cast.agent)
    page.goto("/complaints/?owner=me&state=open")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.wait_for_url(f"**/complaints/{b}/snooze/")
    expect(page.get_by_text("搁置不停止任何期限")).to_be_visible()
    assert (shut_out(page), too_wide(page)) == ([], [])
    page.get_by_label("等谁、等什么").fill("等检测机构的报告")
    page.get_by_label("搁置到哪一天").fill(tomorrow)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/complaints/?owner=me&state=open#{c}")
    expect(page.locator(f"tr[id='{b}']")).to_have_count(0)
    page.goto(f"/complaints/{a}/")
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("等谁、等什么").fill("等消费者寄回实物")
    dialog.get_by_label("搁置到哪一天").fill(tomorrow)
    dialog.get_by_role("button", name="搁置").click()
    page.wait_for_url(f"**/complaints/#{a}")
    page.goto(f"/complaints/{a}/")
    expect(page.get_by_text(f"搁置到 {tomorrow}").first).to_be_visible()
    assert (shut_out(page), too_wide(page)) == ([], [])
    Snooze.objects.filter(complaint__number=a).update(until=timezone.now())
    page.goto("/complaints/?owner=me&state=open")
    expect(page.locator("[data-rows] > tr").first).to_contain_text("今天回来：等消费者寄回实物")
    page.goto("/complaints/?owner=me&state=open&snoozed=1")
    expect(page.locator("[data-rows] > tr")).to_have_count(1)
    assert (shut_out(page), too_wide(page)) == ([], [])

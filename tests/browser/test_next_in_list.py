"""Through a list with [ and ], by keyboard: also after a step, in another tab, and back."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from complaints.models import Complaint
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out, too_wide
from tests.cast import assemble


def test_one_goes_through_the_list_by_keyboard_and_comes_back_to_the_row(signed_in: Open) -> None:
    cast = assemble()
    cases = [f.registered(cast, order_number=f"SO-{n}") for n in range(4)]
    for n, case in enumerate(cases):
        due = timezone.now() + timedelta(days=n + 1)
        Complaint.objects.filter(pk=case.pk).update(next_due_at=due)
    a, b, c, d = (case.number for case in cases)
    page = signed_in(cast.agent)
    page.goto("/complaints/?owner=me&state=open")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/complaints/{a}/**")
    expect(page.get_by_role("link", name="列表中的下一件")).to_be_visible()
    page.keyboard.press("]")
    page.wait_for_url(f"**/complaints/{b}/**")
    assert (shut_out(page), too_wide(page)) == ([], [])
    other = page.context.new_page()  # another tab, with the same case
    other.goto(page.url)
    other.keyboard.press("]")
    other.wait_for_url(f"**/complaints/{c}/**")
    other.close()
    page.bring_to_front()
    fields = {"reason": "not_our_business", "explanation": "请拨打 12315，或向法院起诉"}
    f.step(Complaint.objects.get(number=b), "decline", cast.supervisor, **fields)
    page.reload()
    page.keyboard.press("]")
    page.wait_for_url(f"**/complaints/{c}/**")
    expect(page.get_by_text(f"{b} 已不在列表里")).to_be_visible()
    page.keyboard.press("[")
    page.wait_for_url(f"**/complaints/{a}/**")
    page.keyboard.press("]")
    page.wait_for_url(f"**/complaints/{c}/**")
    page.go_back()
    page.wait_for_url(f"**/complaints/{a}/**")
    page.go_forward()
    page.keyboard.press("]")
    page.wait_for_url(f"**/complaints/{d}/**")
    page.keyboard.press("]")
    expect(page.get_by_text("这已经是列表里的最后一件")).to_be_visible()
    page.get_by_role("link", name="返回列表").click()
    page.wait_for_url(f"**/complaints/?owner=me&state=open#{d}")
    expect(page.locator("tr.is-cursor")).to_have_id(d)
    page.bring_to_front()
    expect(page.locator(f"tr[id='{d}'] a").first).to_be_focused()


def test_the_order_of_taking_is_told_by_keyboard(signed_in: Open) -> None:
    cast = assemble()
    f.registered(cast)
    page = signed_in(cast.agent)
    page.goto("/complaints/?state=open")
    page.get_by_role("button", name="领取下一件").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("期限相同的，风险高的在前")).to_be_visible()
    assert (shut_out(page), too_wide(page)) == ([], [])

"""The consumer's link on a telephone, by keyboard alone; and a supervisor who gives a dissatisfied
consumer's case to somebody else.
"""

from __future__ import annotations

from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from complaints import satisfied
from complaints.actions import mass, satisfaction, silent
from complaints.models import Complaint, Feedback
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.watch import headings, hidden_stops, shut_out, too_wide
from tests.cast import Cast, assemble
from tests.complaints.test_mass import VALUES, signed
from tests.importing.files import as_csv


def asked(cast: Cast) -> tuple[Complaint, str]:
    cache.clear()
    case = f.closed(cast)
    send_waiting()
    token = satisfied.token_of(case.invitations.get())
    return case, reverse("feedback", args=[token])


def test_a_consumer_answers_on_a_telephone_by_keyboard_and_without_scripts(
    signed_in: Open,
) -> None:
    case, link = asked(assemble())
    for theme in ("light", "dark"):
        page = signed_in(None, theme=theme, size=PHONE)
        page.goto(link)
        assert shut_out(page) == []
        assert too_wide(page) == []
        assert hidden_stops(page) == []
        assert headings(page) == []
    page = signed_in(None, size=PHONE, java_script_enabled=False)
    page.goto(link)
    page.get_by_role("radio", name="没有解决").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the first mark
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("等了很久")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_contain_text("谢谢")
    given = Feedback.objects.get(invitation__complaint=case)
    assert (given.score, given.solved) == (2, False)
    assert satisfied.comment_of(given) == "等了很久"
    page.goto(f"{link}?lang=en")
    assert case.number not in page.content()


def test_a_supervisor_gives_the_case_to_a_colleague(signed_in: Open) -> None:
    cast = assemble()
    case, _link = asked(cast)
    values = {"score": 1, "solved": False, "comment": "款没有到"}
    satisfaction.answer(satisfied.token_of(case.invitations.get()), values)
    page = signed_in(cast.supervisor)
    page.goto(reverse("satisfaction_list"))
    assert shut_out(page) == []
    page.get_by_role("link", name="查看评价").click()
    expect(page.locator("#sheet")).to_contain_text("款没有到")
    page.keyboard.press("Escape")
    page.goto(reverse("case", args=[case.number]))
    assert shut_out(page) == []
    page.get_by_role("link", name="重新办理").first.click()
    sheet = page.locator("#sheet")
    sheet.get_by_label("由谁重新办理").select_option(label=cast.colleague.name)
    sheet.get_by_label("为什么重新办理").fill("消费者称款没有到")
    sheet.get_by_role("button", name="重新启动并转派").click()
    done = page.get_by_text("已重新启动，并转给另一位同事")
    expect(done).to_be_visible(timeout=15_000)
    assert Complaint.objects.get(pk=case.pk).owner == cast.colleague


def test_a_mass_case_is_readable_at_both_widths(signed_in: Open) -> None:
    cast = assemble()
    one = mass.open_one(VALUES, by=cast.supervisor)
    mass.join(f.investigating(cast).number, one.pk, by=cast.supervisor)
    f.registered(cast, order_number="SO-2")
    silent.take(one.pk, [as_csv([["甲", "12000000001"]], ["姓名", "电话"])], by=cast.supervisor)
    signed(cast, one)
    for size in (DESKTOP, PHONE):
        page = signed_in(cast.supervisor, size=size)
        for query in ("", "?tab=proposed", "?tab=silent"):
            page.goto(reverse("mass_case", args=[one.pk]) + query)
            assert shut_out(page) == []
            assert too_wide(page) == []
        for name in ("mass_cases", "mass_new", "satisfaction_list"):
            page.goto(reverse(name))
            assert shut_out(page) == []
            assert too_wide(page) == []

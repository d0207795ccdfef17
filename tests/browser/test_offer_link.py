"""The consumer answers an offer on a telephone, by keyboard alone and without scripts."""

from __future__ import annotations

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from complaints.actions import offer_answer
from complaints.models import Complaint, Outbox
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.watch import headings, hidden_stops, shut_out, too_wide
from tests.cast import assemble


def test_a_consumer_answers_an_offer_on_a_telephone_by_keyboard_and_without_scripts(
    signed_in: Open,
) -> None:
    cache.clear()
    case = f.offered(assemble())
    Outbox.objects.update(not_before=timezone.now())
    send_waiting()
    link = reverse("offer", args=[offer_answer.token_of(case.offer_links.get())])
    for theme, size in (("light", PHONE), ("dark", PHONE), ("light", DESKTOP)):
        page = signed_in(None, theme=theme, size=size)
        page.goto(link)
        assert shut_out(page) == []
        assert too_wide(page) == []
        assert hidden_stops(page) == []
        assert headings(page) == []
    page = signed_in(None, size=PHONE, java_script_enabled=False)
    page.goto(link)
    page.get_by_role("radio", name="不接受").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("金额太少")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # not confirmed
    expect(page.get_by_role("alert").first).to_contain_text("还没有提交")
    assert Complaint.objects.get(pk=case.pk).state == "offered"
    expect(page.get_by_role("textbox")).to_have_value("金额太少")
    page.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_contain_text("您的答复已经收到")
    assert Complaint.objects.get(pk=case.pk).state == "resolving"
    page.goto(f"{link}?lang=en")
    assert case.number not in page.content()

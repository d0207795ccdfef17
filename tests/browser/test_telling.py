"""Being told: the bell, the page of notices, a deputy, and the choice of how notices come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Absence
from correspondence.models import Notice, Preferences
from tests import factories as f
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.watch import headings, hidden_stops, shut_out, too_wide
from tests.cast import assemble
from tests.correspondence.conftest import told


def test_the_bell_grows_while_the_page_stays_and_says_so_once(signed_in: Open) -> None:
    cast = assemble()
    case = f.investigating(cast)
    cache.clear()
    page = signed_in(cast.agent)
    page.clock.install()
    page.goto("/complaints/")
    bell = page.locator("[data-bell]")
    expect(bell).to_have_accessible_name("通知，没有未读")
    told(case, "owner")
    cache.clear()
    page.clock.fast_forward(91_000)
    expect(bell).to_have_accessible_name("1 条未读通知")
    expect(bell.locator("b")).to_have_text("1")
    expect(page.locator("#live")).to_have_text("1 条未读通知")


def test_a_notice_is_opened_by_keyboard_and_is_read_then(signed_in: Open) -> None:
    cast = assemble()
    case = f.investigating(cast)
    told(case, "owner")
    cache.clear()
    page = signed_in(cast.agent)
    page.goto("/notices/")
    expect(page.get_by_text("1 条未读", exact=True)).to_be_visible()
    page.get_by_role("button", name=f"{case.number} 答复消费者").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/complaints/{case.number}/")
    assert Notice.objects.get(user=cast.agent).read_at is not None
    page.goto("/notices/")
    expect(page.get_by_text("没有未读")).to_be_visible()


def test_whoever_goes_away_names_a_deputy_who_is_told_instead(signed_in: Open) -> None:
    cast = assemble()
    case = f.investigating(cast)
    page = signed_in(cast.agent)
    page.goto("/settings/absence/")
    today = timezone.localdate()
    page.get_by_label("自", exact=True).fill(today.isoformat())
    page.get_by_label("至（含当天）").fill((today - timedelta(days=1)).isoformat())
    page.get_by_label("代理人").select_option(label="何静")
    page.get_by_role("button", name="登记休假", exact=True).click()
    expect(page.locator("main .err")).to_contain_text("结束日期早于开始日期")
    page.get_by_label("至（含当天）").fill((today + timedelta(days=2)).isoformat())
    page.get_by_role("button", name="登记休假", exact=True).click()
    expect(page.get_by_text("休假中")).to_be_visible()
    assert Absence.objects.get().deputy == cast.colleague
    told(case, "owner")
    other = signed_in(cast.colleague)
    other.goto("/notices/")
    expect(other.get_by_text("代 陈晓雨 收到", exact=True)).to_be_visible()


def test_from_a_notice_to_the_choice_how_such_notices_come(signed_in: Open) -> None:
    cast = assemble()
    told(f.investigating(cast), "owner")
    page = signed_in(cast.agent)
    page.goto("/notices/")
    page.get_by_role("link", name="改变接收方式").click()
    page.wait_for_url("**/settings/notices/#deadline_owner")
    page.get_by_label("期限提醒：我办理的案件").select_option(label="只在站内")
    page.get_by_role("button", name="保存偏好").click()
    expect(page.get_by_text("通知偏好已保存")).to_be_visible()
    assert Preferences.objects.get(user=cast.agent).ways["deadline_owner"] == "app"


def faults(page: Page) -> list[str]:
    """Whatever is wrong with the page."""
    return [*headings(page), *too_wide(page), *shut_out(page), *hidden_stops(page)]


@pytest.mark.parametrize(
    ("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"]
)
def test_everybody_can_use_these_pages(signed_in: Open, size: dict, theme: str) -> None:
    cast = assemble()
    case = f.investigating(cast, priority="critical")
    for who in ("owner", "team_lead", "supervisor"):
        told(case, who)
    Notice.objects.filter(family="deadline_team_lead").update(behalf_of=cast.colleague)
    page = signed_in(cast.supervisor, size=size, theme=theme)
    wrong: dict[str, list[str]] = {}
    for address in ("/notices/", "/settings/notices/", "/settings/absence/", "/settings/mail/"):
        page.goto(address)
        for more in page.locator(".told__why summary").all():
            more.click()
        wrong[address] = faults(page)
    assert wrong == {address: [] for address in wrong}

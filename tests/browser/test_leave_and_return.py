"""Leave and return: a deputy and dates, all cases handed over, and what happened meanwhile."""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from complaints.actions import assignment, communication
from complaints.errors import NotAllowed
from complaints.models import Complaint
from complaints.tasks import tell_returned
from complaints.views.queue_directory import Directory
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out, too_wide
from tests.cast import Cast, assemble

NOTE = "消费者只能下午接电话"


def _offered(user: User) -> str:
    return " ".join(name for _pk, name, _teams in Directory(user).receivers)


def _meanwhile(cast: Cast, cases: list[Complaint]) -> None:
    """A letter comes, a step is taken, and one case goes on to somebody else."""
    first, second, _third, fourth = cases
    said = {"kind": "reply", "text": "检测报告什么时候出？", "inbound": True, "channel": "email"}
    communication.write(first.number, said, by=cast.colleague)
    f.step(second, "accept", cast.colleague)
    assignment.assign(fourth.number, by=cast.supervisor, user=cast.supervisor, note="由我办理")


def _picture(page: Page, name: str) -> None:
    if "SHOTS" in os.environ:
        page.screenshot(path=f"{os.environ['SHOTS']}/leave_{name}.png", full_page=True)


def test_an_agent_leaves_with_a_deputy_and_takes_the_cases_back_on_the_return(
    signed_in: Open,
) -> None:
    cast = assemble()
    cases = [f.registered(cast, order_number=f"SO-{n}") for n in range(4)]
    first, _second, third, _fourth = cases
    page = signed_in(cast.agent)
    page.goto("/settings/absence/")
    today = timezone.localdate()
    page.get_by_label("自", exact=True).fill(today.isoformat())
    page.get_by_label("至（含当天）").fill((today + timedelta(days=3)).isoformat())
    page.get_by_label("代理人").select_option(label="何静")
    page.get_by_role("button", name="登记休假").click()
    expect(page.get_by_text("休假已登记")).to_be_visible()
    page.get_by_role("link", name="交接全部案件").click()
    page.get_by_label("没有单独写的案件都用这句说明").fill("请代我办理")
    page.get_by_label(f"{first.number} 的交接说明").fill(NOTE)
    page.get_by_role("button", name="转派勾选的案件").click()
    expect(page.get_by_text("已将 4 件转派给 何静")).to_be_visible()
    # Nothing comes to whoever is away
    assert "何静" in _offered(cast.supervisor)
    assert "陈晓雨" not in _offered(cast.supervisor)
    with pytest.raises(NotAllowed, match="休假"):
        assignment.take_next(cast.agent)
    deputy = signed_in(cast.colleague)
    deputy.goto(f"/complaints/{first.number}/")
    expect(deputy.get_by_text("陈晓雨 转给您的交接说明")).to_be_visible()
    expect(deputy.get_by_text(NOTE).first).to_be_visible()
    _meanwhile(cast, cases)
    page.goto("/settings/absence/")
    page.get_by_role("button", name="提前结束").click()
    page.locator("#confirm [data-confirm-yes]").click()
    page.wait_for_url("**/returned/**")
    expect(page.get_by_role("heading", name="您离开期间")).to_be_visible()
    expect(page.get_by_text("3 件可以收回")).to_be_visible()
    letters = page.get_by_role("region", name="消费者来信")
    expect(letters.get_by_text(first.number)).to_be_visible()
    expect(letters.get_by_text("检测报告什么时候出")).to_be_visible()
    _picture(page, "returned")
    assert (shut_out(page), too_wide(page)) == ([], [])
    page.get_by_text("不能收回的 1 件").click()
    expect(page.get_by_text("后来又转给了别人")).to_be_visible()
    page.get_by_label(f"选择 {third.number}").uncheck()
    page.get_by_label("给代理同事的话").fill("我回来了，辛苦")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/complaints/bulk/*/**")
    expect(page.get_by_text("已收回 2 件")).to_be_visible()
    _picture(page, "taken_back")
    send_waiting()
    deputy.goto("/notices/")
    expect(deputy.get_by_text("陈晓雨 返岗，收回 2 件案件")).to_be_visible()
    expect(deputy.get_by_text("我回来了，辛苦")).to_be_visible()
    _picture(deputy, "deputy")
    page.get_by_role("link", name="返回列表").click()
    page.wait_for_url("**/returned/**")
    assert tell_returned() == 1
    page.goto("/")  # until it was looked at
    page.wait_for_url("**/returned/**")
    send_waiting()
    with page.expect_navigation():
        page.get_by_role("button", name="看完了，开始工作").click()
    expect(page).to_have_url(re.compile("/complaints/$"))
    page.goto("/notices/")
    _picture(page, "notice")
    page.get_by_role("button", name="您离开期间").first.click()
    page.wait_for_url("**/returned/**")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    _picture(page, "returned_en")
    page.set_viewport_size({"width": 390, "height": 800})
    assert too_wide(page) == []
    _picture(page, "phone_en")

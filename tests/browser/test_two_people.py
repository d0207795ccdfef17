"""Two people at one case and one call, and a network that goes away: each sees the other, nothing
that either typed is lost, and nothing is done twice.
"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from complaints.actions import half_typed, importing
from complaints.models import Complaint, Snooze
from tests import factories as f
from tests.browser.conftest import Open
from tests.cast import Cast, assemble
from tests.days import in_days
from tests.importing.files import ROWS, as_csv
from tests.live import eventually

LOOK = "document.dispatchEvent(new Event('visibilitychange'))"  # asks now and not in 15 seconds


def _who(page: Page, words: str) -> None:
    page.evaluate(LOOK)
    expect(page.locator("[data-presence]")).to_have_text(words)


def test_two_at_one_case_see_each_other_and_merge_only_what_each_added(unwatched: Open) -> None:
    cast = assemble()
    case = f.investigating(cast)
    agent, colleague = unwatched(cast.agent), unwatched(cast.supervisor)
    agent.goto(f"/complaints/{case.number}/?compose=note")
    colleague.goto(f"/complaints/{case.number}/edit/")
    colleague.goto(f"/complaints/{case.number}/")
    _who(colleague, "陈晓雨 正在查看")
    _who(agent, "周启明 正在查看")
    # the network drops in mid-sentence: what was typed before and after is there when it is back
    key, text = f"case:{case.number}:note", agent.locator("#text-note")
    text.press_sequentially("消费者说收据")
    eventually(lambda: half_typed.load_draft(cast.agent, key) is not None)
    _who(colleague, "陈晓雨 正在写")
    agent.context.set_offline(True)
    text.press_sequentially("还在，明天寄来。")
    text.blur()
    said = agent.locator(f'[data-draft-status="{key}"]')
    expect(said).to_contain_text("网络断开")
    agent.context.set_offline(False)
    expect(said).to_contain_text("草稿已保存")
    found = half_typed.load_draft(cast.agent, key)
    assert found
    assert found[0]["text"] == "消费者说收据还在，明天寄来。"
    agent.reload()
    expect(text).to_have_value("消费者说收据还在，明天寄来。")
    # both edit: the second is shown both, and saves what it added beside what the first changed
    for page in (agent, colleague):
        page.goto(f"/complaints/{case.number}/edit/")
    colleague.locator("#id_title").fill("保健品电话推销，要求退款")
    colleague.locator("button[form=edit]").last.click()
    expect(colleague).to_have_url(re.compile(rf"{case.number}/$"))
    agent.locator("#id_title").fill("我写的事由")
    agent.locator("#id_narrative").fill("补充：收据还在。")
    agent.locator("button[form=edit]").last.click()
    conflicts = agent.locator(".conflicts tbody tr")
    expect(conflicts).to_have_count(1)
    expect(conflicts).to_contain_text("保健品电话推销，要求退款")
    expect(conflicts).to_contain_text("我写的事由")
    agent.locator("#id_title").fill("保健品电话推销，要求退款")
    agent.locator("button[form=edit]").last.click()
    expect(agent).to_have_url(re.compile(rf"{case.number}/$"))
    case.refresh_from_db()
    assert (case.title, case.narrative) == ("保健品电话推销，要求退款", "补充：收据还在。")


def _has_the_title(cast: Cast) -> bool:
    """The server has all that was typed: leaving the first field kept that alone."""
    begun = half_typed.begun(cast.agent, half_typed.INTAKE).values()
    return any(data.get("title") == "电话推荐保健胶囊" for data, _at in begun)


def test_a_call_that_breaks_off_is_gone_on_with_by_a_colleague(unwatched: Open) -> None:
    cast = assemble()
    agent, colleague = unwatched(cast.agent), unwatched(cast.colleague)
    agent.goto("/complaints/new/")
    agent.locator("#id_consumer_name").fill("王女士")
    agent.locator("#id_title").fill("电话推荐保健胶囊")
    eventually(lambda: _has_the_title(cast))
    expect(agent).to_have_url(re.compile("form=intake"))
    agent.reload()
    expect(agent.locator("#id_title")).to_have_value("电话推荐保健胶囊")
    lists = agent.context.new_page()
    lists.goto("/drafts/mine/")
    lists.get_by_role("button", name="交给").click()
    expect(lists.get_by_text("已交给 客服一组")).to_be_visible()
    colleague.goto("/drafts/mine/")
    colleague.get_by_role("button", name="接手").click()
    expect(colleague.locator("#id_consumer_name")).to_have_value("王女士")
    expect(colleague.locator("#id_title")).to_have_value("电话推荐保健胶囊")
    agent.locator("#id_title").fill("电话推荐保健胶囊，付了钱")
    agent.locator("#id_title").blur()
    expect(agent.locator("[data-draft-status]")).to_contain_text("何静 已经接手")
    agent.locator("#id_consumer_phone").fill("12012345678")
    agent.locator(".actionbar button[form=intake]").first.click()
    expect(agent.locator(".errors")).to_contain_text("何静 已经接手")
    expect(agent.locator("#id_title")).to_have_value("电话推荐保健胶囊，付了钱")
    colleague.locator("#id_consumer_phone").fill("12012345678")
    colleague.locator(".actionbar button[form=intake]").first.click()
    expect(colleague.locator(".bignumber")).to_be_visible()
    assert Complaint.objects.get().owner == cast.colleague


def test_what_is_sent_without_a_network_stays_where_it_was_typed_and_is_sent_once_later(
    unwatched: Open,
) -> None:
    cast = assemble()
    case = f.investigating(cast)
    page = unwatched(cast.agent)
    page.goto(f"/complaints/{case.number}/?compose=note")
    text = page.locator("#text-note")
    page.context.set_offline(True)
    text.fill("消费者说周三寄回实物")
    text.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("没有连上服务器，填写的内容还在")
    expect(text).to_have_value("消费者说周三寄回实物")
    assert not case.events.filter(text__contains="周三寄回实物").exists()
    page.context.set_offline(False)
    text.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("已记为内部备注")
    assert case.events.filter(text__contains="周三寄回实物").count() == 1
    # a computer without a network that has the server itself: it says offline and is not
    page.goto(f"/complaints/{case.number}/?compose=note")
    page.evaluate("Object.defineProperty(navigator, 'onLine', { value: false })")
    text.fill("本机上的第二条")
    text.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("已记为内部备注")
    assert case.events.filter(text__contains="本机上的第二条").count() == 1


def test_without_a_network_a_dialog_says_so_itself_and_a_button_of_its_own_keeps_the_page(
    unwatched: Open,
) -> None:
    cast = assemble()
    case = f.investigating(cast)
    page = unwatched(cast.agent)
    page.goto(f"/complaints/{case.number}/")
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("等谁、等什么").fill("等消费者寄回实物")
    dialog.get_by_label("搁置到哪一天").fill(in_days(1))
    page.context.set_offline(True)
    dialog.get_by_role("button", name="搁置").click()
    expect(dialog.get_by_text("没有连上服务器，填写的内容还在")).to_be_visible()
    assert not Snooze.objects.exists()
    page.context.set_offline(False)
    dialog.get_by_role("button", name="搁置").click()
    page.wait_for_url(f"**/complaints/#{case.number}")
    assert Snooze.objects.get().waiting_for == "等消费者寄回实物"
    # a form that htmx sends only when something changes: its button is the browser's
    run = importing.upload([as_csv(ROWS)], "list.csv", by=cast.agent)
    page.goto(f"/import/{run.pk}/")
    page.context.set_offline(True)
    page.get_by_role("button", name="开始导入").click()
    expect(page.locator("#toasts")).to_contain_text("没有连上服务器")
    page.context.set_offline(False)
    page.get_by_role("button", name="开始导入").click()
    page.wait_for_url(f"**/import/{run.pk}/**")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("对应列，看预览")

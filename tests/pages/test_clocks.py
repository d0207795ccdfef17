"""The clocks on the screens: why this date, what stops them, longer terms, moments, asking."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints import deadlines
from complaints.actions import communication, extensions, holds, moments, sweep
from complaints.models import Complaint, Consumer, Deadline, Extension, Hold, Moment
from complaints.workdays import SHANGHAI
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_case import address, browser, text_of


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def place(name: str, case: Complaint, *more: Any) -> str:
    return reverse(name, args=[case.number, *more])


def clock_of(case: Complaint, kind: str) -> Deadline:
    return Deadline.objects.get(complaint=case, kind=kind)


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


@pytest.fixture
def supervisor(cast: Cast) -> Client:
    return browser(cast.supervisor)


def accepted(cast: Cast, start: str, **changes: Any) -> Complaint:
    begin = at(start)
    return f.step(f.registered(cast, now=begin, **changes), "accept", cast.agent, now=begin)


NATIONAL_DAY = "2026-09-29 10:00"


@time_machine.travel(at("2026-09-30 10:00"), tick=False)
def test_the_pane_tells_of_every_clock_its_time_left_its_end_and_its_basis(cast: Cast) -> None:
    case = accepted(cast, NATIONAL_DAY)
    page = text_of(browser(cast.agent).get(address(case)))
    pane = page[page.index('id="clock-pane"') :]
    pane = pane[: pane.index("</section>")]
    for words in ("答复消费者", "法定", "调查核实", "内部", "本企业的期限", "10-12 18:00"):
        assert words in pane
    law = reverse("article", args=["consumer_penalty_2020", "8"])
    assert f"{law}?on=2026-09-29" in pane
    for clock in Deadline.objects.filter(complaint=case, state="running"):
        assert place("clock", case, clock.pk) in pane
    assert "已结束的 1 项" in pane
    assert place("clock", case, clock_of(case, "accept").pk) in pane


@time_machine.travel(at("2026-09-30 10:00"), tick=False)
def test_a_clock_says_why_this_date_day_by_day(cast: Cast) -> None:
    case = accepted(cast, NATIONAL_DAY)
    clock = clock_of(case, "investigate")
    page = text_of(browser(cast.agent).get(place("clock", case, clock.pk)))
    assert "5 个工作日，自 2026-09-29 次日起算，跳过 10-01 至 10-07，计入 10-10 补班" in page
    for words in ("10-01 节假日，不计", "10-10 调休补班，计入，第 4 天", "10-12 届满，第 5 天"):
        assert words in page
    for words in (
        "调查终结",
        "案件办结",
        "等待消费者补充",
        "最多再延长 5 个工作日",
        "客服主管批准",
    ):
        assert words in page
    for who in ("责任人", "组长", "主管"):
        assert who in page
    assert "开始计时" in page


def test_a_clock_of_the_law_says_that_nothing_stops_or_extends_it(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    page = text_of(agent.get(place("clock", case, clock_of(case, "general_reply").pk)))
    assert "不能中止：法定期限不因等待而中止" in page
    assert "法定期限不得延长" in page
    assert place("extend", case, clock_of(case, "general_reply").pk) not in page


def test_the_history_says_who_did_what_and_who_was_told(cast: Cast, agent: Client) -> None:
    start = "2026-03-02 10:00"
    case = accepted(cast, start)
    clock = clock_of(case, "investigate")
    values = {"reason": "consumer", "note": "等付款凭证"}
    hold = holds.start(case.number, values, by=cast.colleague, now=at("2026-03-03 10:00"))
    holds.end(case.number, hold.pk, by=cast.agent, now=at("2026-03-04 10:00"))
    asked = extensions.request(
        case.number, clock.pk, {"reason": "等检测报告"}, by=cast.agent, now=at("2026-03-04 11:00")
    )
    extensions.decide(
        case.number,
        clock.pk,
        asked.pk,
        {"decision": "approved"},
        by=cast.supervisor,
        now=at("2026-03-04 12:00"),
    )
    sweep.enforce_due(at("2026-03-20 10:00"))
    send_waiting()
    page = text_of(agent.get(place("clock", case, clock.pk)))
    for words in (
        "中止：等待消费者补充",
        "等付款凭证",
        "何静",
        "恢复计时（等待消费者补充结束）",
        "批准延长 5 个工作日",
        "等检测报告",
        "周启明",
        "提醒责任人：陈晓雨",
        "03-04 中止期间，不计",
    ):
        assert words in page, words


def test_the_head_shows_two_clocks_and_how_many_more(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast, category="return_no_reason", claims=["refund"])
    today = timezone.localdate().isoformat()
    moments.record(case.number, {"kind": "goods_returned", "at": today}, by=cast.agent)
    page = text_of(agent.get(address(case)))
    head = page[page.index('id="clocks"') : page.index('class="case__body"')]
    running = Deadline.objects.filter(complaint=case, state="running").count()
    assert head.count('class="lclock"') + head.count('class="lclock lclock--') == 2
    assert f"+{running - 2}" in head


@pytest.mark.parametrize(
    ("now", "kind", "words"),
    [
        ("2026-03-03 10:00", "", ""),
        ("2026-03-08 10:00", "clock--soon", "余 1 天 0 时"),
        ("2026-03-09 17:00", "clock--soon", "余 1 时 0 分"),
        ("2026-03-09 18:30", "clock--over", "已超时"),
        ("2026-03-10 10:00", "clock--over", "超时 1 时 0 分"),
    ],
)
def test_a_clock_turns_amber_and_red_in_word_and_shape(
    cast: Cast, now: str, kind: str, words: str
) -> None:
    case = accepted(cast, "2026-03-02 10:00")
    with time_machine.travel(at(now), tick=False):
        for page in (address(case), reverse("queue"), place("peek", case)):
            text = text_of(browser(cast.agent).get(page))
            assert ("clock--soon" in text or "clock--over" in text) == bool(kind), page
            assert kind in text
            assert words in text


def test_a_day_that_nobody_has_announced_is_marked_everywhere(cast: Cast) -> None:
    start = at("2026-12-30 10:00")
    case = accepted(cast, "2026-12-30 10:00")
    assert clock_of(case, "investigate").provisional
    with time_machine.travel(start + timedelta(hours=1), tick=False):
        client = browser(cast.agent)
        for page in (
            address(case),
            place("clocks", case),
            place("clock", case, clock_of(case, "investigate").pk),
            reverse("queue"),
            place("peek", case),
        ):
            assert "暂定" in text_of(client.get(page)), page


# --- holds


def test_before_a_hold_one_sees_what_it_stops_and_what_goes_on(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    page = text_of(agent.get(place("hold", case)))
    for reason in ("consumer", "expert", "mediation", "third_party"):
        assert f"fore--{reason}" in page
    assert "会中止：调查核实" in page
    assert "照常计算：答复消费者（法定期限不因此中止）" in page
    assert "没有期限会因此中止" in page  # mediation stops a bank's clock alone
    assert place("ask_documents", case) in page


def test_holds_for_two_reasons_stand_on_the_case_each_with_its_end(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    until = (timezone.localdate() + timedelta(days=3)).isoformat()
    agent.post(
        place("hold", case), {"reason": "consumer", "note": "等付款凭证", "expected_end": until}
    )
    agent.post(place("hold", case), {"reason": "expert", "note": "送检两周"})
    first, second = Hold.objects.filter(complaint=case).order_by("id")
    page = text_of(agent.get(address(case)))
    for words in ("计时已中止：等待消费者补充", "计时已中止：等待鉴定", f"预计 {until} 恢复"):
        assert words in page
    assert "停的是：调查核实" in page
    for hold in (first, second):
        assert place("hold_end", case, hold.pk) in page
    assert "等待消费者补充、等待鉴定" in page
    agent.post(place("hold_end", case, first.pk))
    page = text_of(agent.get(address(case)))
    assert "计时已中止：等待消费者补充" not in page
    assert "计时已中止：等待鉴定" in page
    assert place("hold_end", case, second.pk) not in text_of(
        browser(cast.auditor).get(address(case))
    )
    record = text_of(agent.get(place("clocks", case)))
    assert "等付款凭证" in record
    assert "中止了：调查核实" in record


def test_a_hold_can_be_put_off(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    hold = holds.start(case.number, {"reason": "expert", "note": "送检"}, by=cast.agent)
    silent = agent.post(place("put_off", case, hold.pk), {"expected_end": ""})
    assert silent.status_code == 422
    assert "请填写预计恢复日期" in text_of(silent)
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    agent.post(place("put_off", case, hold.pk), {"expected_end": until})
    hold.refresh_from_db()
    assert hold.expected_end.isoformat() == until
    assert agent.get(place("put_off", case, hold.pk + 1)).status_code == 404


def test_the_consumer_is_asked_in_one_act(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    assert place("ask_documents", case) in text_of(agent.get(address(case)))
    form = text_of(agent.get(place("ask_documents", case)))
    for words in ("发邮件给 王**", "会中止：调查核实", "法定期限不因此中止", "“请补充材料”模板"):
        assert words in form
    bad = agent.post(place("ask_documents", case), {"items": "付款截图", "text": "您好"})
    assert bad.status_code == 422
    assert "付款截图" in text_of(bad)
    until = (timezone.localdate() + timedelta(days=5)).isoformat()
    opening = "您好，还差两样东西："
    sent = {"items": "付款截图\n外包装照片", "until": until, "channel": "email", "text": opening}
    page = text_of(agent.post(place("ask_documents", case), sent, follow=True))
    assert "计时已中止：等待消费者补充" in page
    assert opening in page
    assert "我们正在核实" not in page  # the template's own opening
    assert "2. 外包装照片" in page
    assert "撤回发送" in page
    again = text_of(agent.get(place("ask_documents", case)))
    assert "已经在等待消费者补充" in again


@pytest.mark.parametrize(("language", "words"), [("zh", "商品和问题的照片"), ("en", "Photos of")])
def test_usual_items_are_ticked_and_asked_for_in_the_language_of_the_letter(
    cast: Cast, agent: Client, language: str, words: str
) -> None:
    case = f.investigating(cast)
    Consumer.objects.filter(pk=case.consumer_id).update(language=language)
    until = (timezone.localdate() + timedelta(days=5)).isoformat()
    sent = {"usual": ["photos", "nonsense"], "items": "", "until": until, "channel": "email"}
    none = agent.post(place("ask_documents", case), {**sent, "usual": ["nonsense"]})
    assert none.status_code == 422
    assert "请逐行写明需要补充的材料" in text_of(none)
    agent.post(place("ask_documents", case), {**sent, "items": "保修卡"})
    [first, second] = Hold.objects.get(complaint=case).items
    assert words in first
    assert second == "保修卡"


def test_what_the_consumer_sends_is_asked_about_while_one_waits(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    assert "材料还没有补齐" not in text_of(agent.get(place("add_evidence", case)))
    assert "材料仍未补齐" not in text_of(agent.get(address(case)))
    holds.start(case.number, {"reason": "consumer", "note": "等截图"}, by=cast.agent)
    assert "材料还没有补齐" in text_of(agent.get(place("add_evidence", case)))
    assert "材料仍未补齐" in text_of(agent.get(address(case)))
    waits = {"kind": "call_note", "text": "周五寄", "inbound": "on", "still_waiting": "on"}
    agent.post(place("communicate", case), waits)
    assert Hold.objects.get(complaint=case).ended_at is None
    agent.post(place("communicate", case), {**waits, "still_waiting": ""})
    page = text_of(agent.get(address(case)))
    assert "恢复计时：消费者已经答复" in page


# --- longer terms


def test_a_longer_term_is_asked_for_and_decided_on_the_page(
    cast: Cast, agent: Client, supervisor: Client
) -> None:
    case = f.investigating(cast)
    clock = clock_of(case, "investigate")
    form = text_of(agent.get(place("extend", case, clock.pk)))
    assert "最多再延长 5 个工作日；由客服主管批准，申请人不能批准自己的申请" in form
    much = agent.post(place("extend", case, clock.pk), {"reason": "等检测报告", "length": "9"})
    assert much.status_code == 422
    assert "超过上限" in text_of(much)
    assert "等检测报告" in text_of(much)
    agent.post(place("extend", case, clock.pk), {"reason": "等检测报告", "length": "3"})
    extension = Extension.objects.get(deadline=clock)
    decide = place("decide_extension", case, clock.pk, extension.pk)
    page = text_of(agent.get(address(case)))
    assert "“调查核实”申请延长 3 个工作日，等待批准" in page
    assert decide not in page
    assert agent.get(decide).status_code == 403
    assert decide in text_of(supervisor.get(address(case)))
    sheet = text_of(supervisor.get(decide))
    assert "等检测报告" in sheet
    then = deadlines.due_if_extended(clock, {"by": 3, "unit": "working_day"}, timezone.now())
    assert f"<b>{then.astimezone(SHANGHAI):%Y-%m-%d} 18:00</b>" in sheet
    empty = supervisor.post(decide, {"decision": "refused"})
    assert "请说明理由" in text_of(empty)
    supervisor.post(decide, {"decision": "approved", "note": "同意"})
    page = text_of(agent.get(place("clock", case, clock.pk)))
    assert "经批准延长 3 个工作日" in page
    assert "已批准" in page
    assert "已经有决定" in text_of(supervisor.get(decide))
    assert "批准延长“调查核实”：延长 3 个工作日" in text_of(agent.get(address(case)))


def test_where_nothing_can_be_extended_the_sheet_says_why(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    page = agent.get(place("extend", case, clock_of(case, "general_reply").pk))
    assert page.status_code == 200
    assert "法定期限不得延长" in text_of(page)
    assert 'name="reason"' not in text_of(page)


# --- moments


def test_a_moment_is_looked_at_before_it_is_recorded(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast, category="return_no_reason", claims=["refund"])
    sheet = place("record_moment", case)
    form = text_of(agent.get(sheet))
    assert "收到退回的商品" in form
    assert 'value="complaint_received"' not in form  # the lifecycle's own
    sent = {"kind": "goods_returned", "day": "2026-03-10", "note": "仓库签收"}
    chosen = text_of(agent.post(sheet, {"kind": "goods_returned", "look": "1"}))
    assert "由此起算：无理由退货的退款（7 日）" in chosen
    assert "填写日期后" in chosen
    seen = agent.post(sheet, {**sent, "look": "1"})
    assert seen.status_code == 200
    assert "“无理由退货的退款”开始计时，期限 2026-03-17 24:00" in text_of(seen)
    assert "仓库签收" in text_of(seen)
    assert not Moment.objects.filter(kind="goods_returned").exists()
    page = text_of(agent.post(sheet, sent, follow=True))
    assert "登记时间节点：收到退回的商品 2026-03-10" in page
    corrected = text_of(agent.get(f"{sheet}?kind=goods_returned"))
    assert 'value="2026-03-10"' in corrected
    moved = text_of(agent.post(sheet, {**sent, "day": "2026-03-06", "look": "1"}))
    assert "改期：2026-03-17 24:00 → 2026-03-13 24:00" in moved


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"kind": "", "day": "2026-03-10"}, "请选择一项"),
        ({"kind": "goods_returned", "day": ""}, "请填写日期"),
        ({"kind": "goods_returned", "day": "2126-03-10"}, "不能晚于现在"),
        ({"kind": "goods_returned", "day": "someday"}, "不是有效时间"),
        ({"kind": "goods_returned", "day": "1999-03-10"}, "早于 2000 年"),
    ],
)
def test_a_wrong_moment_is_said_at_its_field_and_kept(
    cast: Cast, agent: Client, sent: dict[str, str], words: str
) -> None:
    case = f.investigating(cast, category="return_no_reason")
    page = agent.post(place("record_moment", case), {**sent, "note": "仓库签收"})
    assert page.status_code == 422
    assert words in text_of(page)
    assert "仓库签收" in text_of(page)


# --- doors


def test_readers_read_and_do_nothing(cast: Cast) -> None:
    case = f.investigating(cast)
    clock = clock_of(case, "investigate").pk
    auditor = browser(cast.auditor)
    assert auditor.get(place("clocks", case)).status_code == 200
    assert auditor.get(place("clock", case, clock)).status_code == 200
    for name, more in (
        ("hold", ()),
        ("ask_documents", ()),
        ("record_moment", ()),
        ("extend", (clock,)),
    ):
        assert auditor.get(place(name, case, *more)).status_code == 403, name
    outsider = browser(cast.outsider)
    assert outsider.get(place("clock", case, clock)).status_code == 404
    other = f.investigating(cast)
    assert browser(cast.agent).get(place("clock", other, clock)).status_code == 404


def test_a_clock_is_a_dialog_where_scripts_work(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    clock = place("clock", case, clock_of(case, "investigate").pk)
    part = text_of(agent.get(clock, headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert "次日起算" in part
    assert communication.REPLY_CHANNELS

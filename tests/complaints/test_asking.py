"""Asking the consumer for documents: one act, and what comes in reply ends the wait."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from complaints.actions import asking, communication, evidence, holds, steps
from complaints.errors import Invalid, NotAllowed
from complaints.models import Communication, Complaint, Deadline, Event, Hold, Outbox
from complaints.workdays import SHANGHAI
from correspondence import dispatch
from correspondence.models import Notice
from tests import factories as f
from tests.cast import Cast


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


NOW = at("2026-11-23 10:00")
ASK = {"items": "付款截图\n外包装照片\n\n", "until": "2026-12-01"}


@pytest.fixture
def case(cast: Cast) -> Complaint:
    start = at("2026-11-20 10:00")
    return f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)


def ask(cast: Cast, case: Complaint, **values: Any) -> Hold:
    return asking.ask_for_documents(case.number, {**ASK, **values}, by=cast.agent, now=NOW)


def states(case: Complaint) -> dict[str, str]:
    return {d.kind: str(d.state) for d in Deadline.objects.filter(complaint=case)}


def test_one_act_writes_to_the_consumer_and_stops_what_may_be_stopped(
    cast: Cast, case: Complaint
) -> None:
    hold = ask(cast, case)
    assert (hold.reason, hold.items, hold.pauses) == (
        "consumer",
        ["付款截图", "外包装照片"],
        ["investigate"],
    )
    message = Communication.objects.get(complaint=case, kind="reply")
    assert hold.asked == message
    listed = ("1. 付款截图", "2. 外包装照片", "2026年12月1日", "按现有材料继续办理")
    for words in ("我们正在核实", *listed):
        assert words in message.text
    assert (states(case)["investigate"], states(case)["general_reply"]) == ("held", "running")
    assert {e.kind for e in Event.objects.filter(complaint=case, at=NOW)} == {
        "communication",
        "hold",
    }


def reminders(case: Complaint) -> dict[str, Outbox]:
    rows = Outbox.objects.filter(complaint=case, key__contains=".hold.", cancelled_at=None)
    return {row.effect: row for row in rows}


def test_the_consumer_is_reminded_on_the_last_day_and_the_owner_on_the_next(
    cast: Cast, case: Complaint
) -> None:
    ask(cast, case)
    waiting = reminders(case)
    assert waiting["remind_documents"].not_before == at("2026-12-01 09:00")
    assert waiting["tell_hold_over"].not_before == at("2026-12-02 09:00")
    later = at("2026-12-02 09:01")
    for row in waiting.values():
        assert dispatch.deliver(row.pk, later)
    assert Notice.objects.get(outbox__effect="tell_hold_over").user == cast.agent
    letter = Notice.objects.get(outbox__effect="remind_documents")
    assert "还没有收到" in letter.body


def test_another_date_moves_the_reminders(cast: Cast, case: Complaint) -> None:
    hold = ask(cast, case)
    later = NOW + timedelta(hours=1)
    values = {"expected_end": "2026-12-08"}
    holds.put_off(case.number, hold.pk, values, by=cast.agent, now=later)
    waiting = reminders(case)
    assert waiting["remind_documents"].not_before == at("2026-12-08 09:00")
    assert waiting["tell_hold_over"].not_before == at("2026-12-09 09:00")
    with pytest.raises(Invalid, match="请填写预计恢复日期"):
        holds.put_off(case.number, hold.pk, {}, by=cast.agent)


@pytest.mark.parametrize("kind", ["reply", "call_note"])
def test_what_the_consumer_says_starts_the_clocks_again(
    cast: Cast, case: Complaint, kind: str
) -> None:
    ask(cast, case)
    sent = {"kind": kind, "text": "截图已发", "inbound": True, "channel": "wechat"}
    communication.write(case.number, sent, by=cast.agent, now=NOW + timedelta(days=2))
    assert states(case)["investigate"] == "running"
    assert not Complaint.objects.get(pk=case.pk).on_hold
    assert reminders(case) == {}
    ended = Event.objects.get(complaint=case, kind="hold", code="resumed")
    assert ended.detail["because"] == "reply"
    held = {d.isoformat() for d in (NOW.date() + timedelta(days=n) for n in (1, 2))}
    clock = Deadline.objects.get(complaint=case, kind="investigate")
    assert set(clock.explanation["held"]) == held


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "call_note", "text": "周五再寄", "inbound": True, "still_waiting": True},
        {"kind": "call_note", "text": "我方去电"},
        {"kind": "internal_note", "text": "等材料", "inbound": True},
        {"kind": "reply", "text": "请尽快"},
    ],
)
def test_what_is_no_answer_leaves_them_held(
    cast: Cast, case: Complaint, sent: dict[str, Any]
) -> None:
    ask(cast, case)
    communication.write(case.number, sent, by=cast.agent)
    assert states(case)["investigate"] == "held"


def upload(cast: Cast, case: Complaint, **about: Any) -> Any:
    return evidence.add(case.number, [b"png"], "付款.txt", about, by=cast.agent)


def test_a_document_of_the_consumer_starts_them_again(cast: Cast, case: Complaint) -> None:
    ask(cast, case)
    upload(cast, case, title="外呼录音")
    upload(cast, case, from_consumer=True, still_waiting=True)
    assert states(case)["investigate"] == "held"
    item = upload(cast, case, from_consumer="on")
    assert item.obtained_from == "消费者提供"
    assert states(case)["investigate"] == "running"
    ended = Event.objects.get(complaint=case, kind="hold", code="resumed")
    assert ended.detail["because"] == "evidence"


def test_another_wait_goes_on(cast: Cast, case: Complaint) -> None:
    ask(cast, case)
    holds.start(case.number, {"reason": "expert", "note": "送检"}, by=cast.agent)
    upload(cast, case, from_consumer=True)
    assert states(case)["investigate"] == "held"
    [left] = Hold.objects.filter(complaint=case, ended_at=None)
    assert left.reason == "expert"


@pytest.mark.usefixtures("undoable")
def test_a_message_taken_back_asked_for_nothing(cast: Cast, case: Complaint) -> None:
    hold = ask(cast, case)
    assert hold.asked is not None
    assert communication.undo(
        case.number, hold.asked.pk, by=cast.agent, now=NOW + timedelta(seconds=5)
    )
    assert states(case)["investigate"] == "running"
    assert reminders(case) == {}


def test_nothing_reminds_after_the_case_moved_on(cast: Cast, case: Complaint) -> None:
    ask(cast, case)
    sent = {"body": "市市场监管局", "reference": "TJ-1", "date": "2026-11-24"}
    steps.take(case.number, "refer_out", sent, by=cast.supervisor, now=NOW + timedelta(days=1))
    assert reminders(case) == {}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"items": " \n "}, "请逐行写明需要补充的材料"),
        ({"items": 7}, "请逐行写明需要补充的材料"),
        ({"items": [f"第 {n} 项" for n in range(21)]}, "一次最多 20 项"),
        ({"items": ["长" * 201]}, "最多 200 字"),
        ({"until": ""}, "哪天之前"),
        ({"until": "2026-11-22"}, "不能早于今天"),
        ({"until": "soon"}, "不是有效日期"),
        ({"channel": "pigeon"}, "不在可选范围内"),
        ({"colour": "red"}, "没有“colour”这个字段"),
    ],
)
def test_a_bad_request_sends_and_stops_nothing(
    cast: Cast, case: Complaint, values: dict[str, Any], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        ask(cast, case, **values)
    assert not Communication.objects.exists()
    assert not Hold.objects.exists()


def test_a_second_request_waits_for_the_first(cast: Cast, case: Complaint) -> None:
    ask(cast, case)
    with pytest.raises(Invalid, match="同一原因"):
        ask(cast, case)
    assert Communication.objects.count() == 1


def test_counsel_asks_nobody(cast: Cast) -> None:
    case = f.in_review(cast)
    with pytest.raises(NotAllowed):
        asking.ask_for_documents(case.number, ASK, by=cast.counsel)

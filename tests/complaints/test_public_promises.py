"""Public promises: cases inherit their clocks, events keep them, and no version is rewritten."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import InternalError, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from audit.models import Entry
from complaints import clock_words, public_promises, recounting
from complaints.actions import (
    communication,
    editing,
    letters,
    moments,
    promise_register,
)
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Deadline, Outbox, PublicPromise
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.days import in_days, told

BY_PHONE = {"name": "李测试", "phone": "12000001111"}  # no e-mail: letters are read out


def values(**changes: Any) -> dict[str, Any]:
    return {
        "text_zh": "48 小时内答复",
        "text_en": "An answer within 48 hours",
        "length": "48",
        "unit": "hour",
        "starts": "registered",
        "stops": "first_reply",
        "published": "官网服务承诺",
        "valid_from": in_days(0),
        **changes,
    }


def published(cast: Cast, **changes: Any) -> PublicPromise:
    return promise_register.publish(values(**changes), by=cast.supervisor)


def clocks(case: Complaint, promise: PublicPromise | None = None) -> list[Deadline]:
    rows = Deadline.objects.filter(complaint=case, kind="promise")
    if promise is not None:
        rows = rows.filter(subject=f"promise:{promise.pk}")
    return list(rows.order_by("id"))


def states(case: Complaint) -> list[str]:
    return [d.state for d in clocks(case)]


def leave() -> None:
    """Every letter leaves, replies too whose half minute is not over."""
    Outbox.objects.filter(done_at=None).update(not_before=timezone.now() - timedelta(minutes=1))
    send_waiting()


# --- inherited


def test_a_case_inherits_a_clock_from_a_promise_that_holds(cast: Cast) -> None:
    promise = published(cast)
    case = f.registered(cast)
    [running] = clocks(case)
    assert (running.subject, running.state, running.nature, running.pausable_by) == (
        f"promise:{promise.pk}",
        "running",
        "promised",
        [],
    )
    assert running.due_at == case.created_at + timedelta(hours=48)
    assert clock_words.title_of(running) == "48 小时内答复"
    assert clock_words.explain(running).startswith("48 小时，自")
    assert recounting.recompute(running).due_at == running.due_at
    assert [d.kind for d in case.fresh_deadlines] == ["accept", "promise"]


def test_a_promise_of_an_hour_leads_the_case_in_the_queue(cast: Cast) -> None:
    published(cast, length="1")
    case = f.registered(cast)
    assert Complaint.objects.get(pk=case.pk).next_due_at == clocks(case)[0].due_at


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_from": partial(in_days, 1)},
        {"valid_from": partial(in_days, -9), "valid_until": partial(in_days, -1)},
        {"channels": ["web"]},
        {"categories": ["price"]},
        {"sectors": ["telecom"]},
        {"claims": ["apology"]},
        {"starts": "accept"},
    ],
)
def test_a_case_to_which_the_promise_does_not_speak_inherits_nothing(
    cast: Cast, changes: dict[str, Any]
) -> None:
    published(cast, **told(changes))
    assert clocks(f.registered(cast)) == []


def test_each_list_that_is_given_has_to_know_the_case(cast: Cast) -> None:
    published(
        cast,
        channels=["phone", "web"],
        categories=["telesales_fraud"],
        sectors=["general"],
        claims=["refund"],
    )
    assert len(clocks(f.registered(cast))) == 1


def test_a_promise_for_a_category_that_was_found_out_later_counts_from_the_registration(
    cast: Cast,
) -> None:
    published(cast, categories=["telesales_fraud"])
    case = f.registered(cast, category="")
    assert clocks(case) == []
    editing.edit(case.number, {"category": "telesales_fraud"}, by=cast.agent)
    f.step(case, "accept", cast.agent)
    [running] = clocks(case)
    assert running.started_at == case.created_at
    f.step(f.registered(cast), "accept", cast.agent)
    assert Deadline.objects.filter(kind="promise").count() == 2


# --- kept


@pytest.mark.usefixtures("undoable")
def test_a_reply_keeps_the_promise_when_it_left_and_one_taken_back_does_not(cast: Cast) -> None:
    published(cast)
    case = f.registered(cast)
    said = communication.write(case.number, {"kind": "reply", "text": "您好"}, by=cast.agent)
    assert states(case) == ["running"]
    assert communication.undo(case.number, said.pk, by=cast.agent)
    leave()
    assert states(case) == ["running"]
    communication.write(case.number, {"kind": "reply", "text": "您好"}, by=cast.agent)
    leave()
    assert states(case) == ["met"]


def test_a_letter_that_a_person_brings_keeps_it_when_it_was_brought(cast: Cast) -> None:
    published(cast)
    case = f.registered(cast, consumer=BY_PHONE)
    communication.write(case.number, {"kind": "reply", "text": "您好"}, by=cast.agent)
    leave()
    assert states(case) == ["running"]
    letter = Notice.objects.get(outbox__effect="reply_to_consumer")
    letters.delivered(case.number, letter.pk, "电话宣读", by=cast.agent)
    assert states(case) == ["met"]


def test_our_call_keeps_it_and_the_consumers_call_an_internal_note_or_a_receipt_does_not(
    cast: Cast,
) -> None:
    published(cast)
    case = f.registered(cast)
    f.step(case, "accept", cast.agent)
    for kind, inbound in (("call_note", True), ("internal_note", False), ("reply", True)):
        sent = {"kind": kind, "text": "催办", "inbound": inbound}
        communication.write(case.number, sent, by=cast.agent)
    leave()
    assert states(case) == ["running"]
    communication.write(case.number, {"kind": "call_note", "text": "已回电"}, by=cast.agent)
    assert states(case) == ["met"]
    assert Complaint.objects.get(pk=case.pk).next_due_at > clocks(case)[0].started_at


def test_a_late_reply_is_late(cast: Cast) -> None:
    published(cast)
    case = f.registered(cast)
    later = timezone.now() + timedelta(hours=49)
    sent = {"kind": "call_note", "text": "已回电"}
    communication.write(case.number, sent, by=cast.agent, now=later)
    [ended] = clocks(case)
    assert (ended.state, ended.met_at) == ("missed", later)


@pytest.mark.parametrize(
    ("stops", "make", "how"),
    [
        ("accept", f.investigating, "met"),
        ("sign", f.offered, "met"),
        ("closed", f.closed, "met"),
        ("first_reply", f.archived, "met"),
    ],
)
def test_steps_keep_promises(cast: Cast, stops: str, make: Any, how: str) -> None:
    published(cast, stops=stops, length="30", unit="working_day")
    assert states(make(cast)) == [how]


def test_declining_a_complaint_decides_it_and_its_letter_answers(cast: Cast) -> None:
    published(cast, stops="accept")
    published(cast)
    case = f.registered(cast)
    words = {"reason": "not_a_complaint", "explanation": "如有异议可拨打 12315。"}
    f.step(case, "decline", cast.supervisor, **words)
    assert states(case) == ["met", "running"]
    leave()
    assert states(case) == ["met", "met"]


def test_what_the_consumer_gave_up_is_no_longer_needed_unless_it_was_overdue(cast: Cast) -> None:
    published(cast)
    one, two = f.registered(cast), f.registered(cast)
    late = timezone.now() + timedelta(hours=50)
    for case, now in ((one, timezone.now()), (two, late)):
        f.step(case, "withdraw", cast.agent, consumers_words="算了", now=now)
        f.step(case, "withdraw", cast.supervisor, now=now)
    assert states(one) == ["cancelled"]
    [never] = clocks(two)
    assert (never.state, never.met_at) == ("missed", None)


def test_a_promise_may_start_with_a_moment_and_end_with_another(cast: Cast) -> None:
    published(
        cast,
        starts="moment:goods_returned",
        stops="moment:refund_done",
        length="48",
        text_zh="收到退货后 48 小时内退款",
    )
    case = f.investigating(cast)
    for day in (in_days(-3), in_days(-2)):
        moments.record(case.number, {"kind": "goods_returned", "at": day}, by=cast.agent)
    [running] = clocks(case)
    assert running.started_at.astimezone().date().isoformat() <= in_days(-2)
    assert running.due_at == running.started_at + timedelta(hours=48)
    moments.record(case.number, {"kind": "refund_done", "at": in_days(-1)}, by=cast.agent)
    assert states(case) == ["met"]


def test_every_step_that_may_start_a_promise_starts_one(cast: Cast) -> None:
    for event in ("accept", "sign", "consumer_accepts"):
        published(cast, starts=event, stops="closed")
    assert states(f.executing(cast)) == ["running"] * 3


# --- versions


def test_another_version_holds_from_its_day_and_leaves_running_clocks_alone(cast: Cast) -> None:
    first = published(cast, valid_from=in_days(-9))
    case = f.registered(cast)
    second = promise_register.replace(
        first.pk, values(length="24", valid_from=in_days(1)), by=cast.supervisor
    )
    first.refresh_from_db()
    assert (first.valid_until.isoformat(), second.replaces) == (in_days(0), first)
    assert [d.subject for d in clocks(case)] == [f"promise:{first.pk}"]
    tomorrow = f.registered(cast, now=timezone.now() + timedelta(days=1))
    assert [d.subject for d in clocks(tomorrow)] == [f"promise:{second.pk}"]


@pytest.mark.parametrize("day", [-10, -1, 0])
def test_what_holds_today_is_not_changed_for_today(cast: Cast, day: int) -> None:
    first = published(cast, valid_from=in_days(-5))
    with pytest.raises(Invalid) as refused:
        promise_register.replace(first.pk, values(valid_from=in_days(day)), by=cast.supervisor)
    assert list(refused.value.errors) == ["valid_from"]


def test_a_promise_is_replaced_once_and_not_after_it_was_taken_back(cast: Cast) -> None:
    first, other = published(cast), published(cast)
    promise_register.replace(first.pk, values(valid_from=in_days(2)), by=cast.supervisor)
    promise_register.withdraw(other.pk, "停止该服务", by=cast.supervisor)
    for pk in (first.pk, other.pk):
        with pytest.raises(Invalid) as refused:
            promise_register.replace(pk, values(valid_from=in_days(3)), by=cast.supervisor)
        assert list(refused.value.errors) == ["promise"]
        with pytest.raises(Invalid):
            promise_register.withdraw(pk, "再一次", by=cast.supervisor)


def test_a_promise_that_was_taken_back_binds_the_cases_before_and_none_after(cast: Cast) -> None:
    promise = published(cast, starts="accept")
    before = f.registered(cast)
    promise_register.withdraw(promise.pk, "停止该服务", by=cast.supervisor)
    after = f.registered(cast)
    for case in (before, after):
        f.step(case, "accept", cast.agent)
    assert (states(before), states(after)) == (["running"], [])


def test_the_words_of_a_version_are_never_rewritten_and_no_version_disappears(cast: Cast) -> None:
    promise = published(cast)
    rows = PublicPromise.objects.filter(pk=promise.pk)
    for change in ({"text_zh": "72 小时内答复"}, {"length": 72}, {"valid_from": "2020-01-01"}):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            rows.update(**change)
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        rows.delete()


# --- who, and what is refused


def test_only_supervisors_manage_promises(cast: Cast) -> None:
    promise = published(cast)
    for who in (cast.agent, cast.counsel, cast.auditor, cast.administrator):
        with pytest.raises(NotAllowed):
            promise_register.publish(values(), by=who)
        with pytest.raises(NotAllowed):
            promise_register.replace(promise.pk, values(), by=who)
        with pytest.raises(NotAllowed):
            promise_register.withdraw(promise.pk, "x", by=who)


def test_the_audit_says_who_promised_what(cast: Cast) -> None:
    promise = published(cast)
    promise_register.withdraw(promise.pk, "停止该服务", by=cast.supervisor)
    rows = Entry.objects.filter(subject=f"promise:{promise.pk}").order_by("sequence")
    assert [(e.verb, e.actor) for e in rows] == [
        ("promise.published", "supervisor"),
        ("promise.withdrawn", "supervisor"),
    ]
    assert rows[1].detail["reason"] == "停止该服务"


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"text_zh": " "}, "text_zh"),
        ({"text_zh": "长" * 201}, "text_zh"),
        ({"length": ""}, "length"),
        ({"length": "0"}, "length"),
        ({"length": "-3"}, "length"),
        ({"length": "4.5"}, "length"),
        ({"length": "٣"}, "length"),
        ({"length": "99999", "unit": "working_day"}, "length"),
        ({"length": True}, "length"),
        ({"unit": "fortnight"}, "unit"),
        ({"unit": "until"}, "unit"),
        ({"starts": "dream"}, "starts"),
        ({"starts": "moment:dream"}, "starts"),
        ({"stops": ""}, "stops"),
        ({"starts": "sign", "stops": "sign"}, "stops"),
        ({"channels": ["pigeon"]}, "channels"),
        ({"categories": ["dream"]}, "categories"),
        ({"sectors": ["dream"]}, "sectors"),
        ({"claims": [1]}, "claims"),
        ({"published": ""}, "published"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "官网"}, "url"),
        ({"valid_from": ""}, "valid_from"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"valid_until": "1999-01-01"}, "valid_until"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_promise_is_refused_at_its_field(cast: Cast, bad: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        published(cast, **bad)
    assert list(refused.value.errors) == [field]
    assert not PublicPromise.objects.exists()


def test_every_event_of_the_table_of_moments_has_a_name(cast: Cast) -> None:
    names = public_promises.moments()
    assert names["moment:goods_returned"] == "收到退回的商品"
    assert all(names.values())

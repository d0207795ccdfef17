"""Promises to a consumer: made, kept in time or late, broken, released, and their clocks."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Entry
from complaints import clock_words, promised, recounting
from complaints.actions import (
    assignment,
    commitment_ends,
    commitments,
    communication,
    feedback,
    holds,
    sweep,
)
from complaints.errors import Invalid, NotAllowed, StaleVersion, StepRefused
from complaints.models import ClockEvent, Commitment, Complaint, Deadline, Event, Outbox
from complaints.workdays import SHANGHAI
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.days import in_days

CALL_BACK = "三个工作日内回电告知核实结果"


def promise(case: Complaint, by: Any, **changes: Any) -> Commitment:
    values = {"text": CALL_BACK, "due": in_days(3), "source": "call", **changes}
    return commitments.make(case.number, values, by=by)


def clock(made: Commitment) -> Deadline:
    return Deadline.objects.get(kind="commitment", subject=f"commitment:{made.pk}")


def fresh(made: Commitment) -> Commitment:
    return Commitment.objects.get(pk=made.pk)


def inbound(case: Complaint, by: Any, text: str = "我不要求退款了") -> int:
    sent = {"kind": "reply", "text": text, "inbound": True, "channel": "email"}
    return communication.write(case.number, sent, by=by).pk


# --- making


def test_a_promise_of_a_call_runs_a_clock_of_its_own_until_the_end_of_its_day(cast: Cast) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    running = clock(made)
    assert (made.state, made.strength, made.owner, made.made_by) == (
        "open",
        "offered",
        cast.agent,
        cast.agent,
    )
    assert (running.state, running.nature, running.pausable_by) == (
        "running",
        "promised",
        ["consumer"],
    )
    end = datetime.combine(date.fromisoformat(in_days(3)), datetime.max.time(), SHANGHAI)
    assert running.due_at == made.due_at == end.replace(microsecond=0)
    assert clock_words.title_of(running) == CALL_BACK
    assert clock_words.explain(running) == f"承诺的日期：{in_days(3)}，节假日不顺延"
    assert [step["who"] for step in running.ladder] == ["owner", "team_lead", "supervisor"]


def test_a_promise_for_an_hour_is_due_at_that_hour_and_leads_the_case_in_the_queue(
    cast: Cast,
) -> None:
    case = f.investigating(cast)
    hour = timezone.now() + timedelta(minutes=90)
    made = promise(case, cast.agent, due=hour.isoformat())
    assert (made.precise, made.due_at, clock(made).due_at) == (True, hour, hour)
    assert Complaint.objects.get(pk=case.pk).next_due_at == hour


def test_a_promise_is_in_the_timeline_in_the_audit_and_in_a_letter(cast: Cast) -> None:
    case = f.investigating(cast)
    promise(case, cast.agent)
    told = Event.objects.filter(complaint=case, kind="commitment").get()
    assert (told.code, told.detail["text"]) == ("made", CALL_BACK)
    entry = Entry.objects.filter(verb="commitment.made").get()
    assert CALL_BACK not in str(entry.detail)  # the record names the row, the case has the words
    send_waiting()
    letter = Notice.objects.get(outbox__effect="confirm_commitment")
    assert CALL_BACK in letter.body
    assert in_days(3) in letter.body


def test_a_letter_has_told_the_consumer_and_a_consumer_without_mail_heard_it(cast: Cast) -> None:
    promise(f.investigating(cast), cast.agent, source="letter")
    by_phone = f.investigating(cast, consumer={"name": "李测试", "phone": "12000001111"})
    promise(by_phone, cast.agent)
    assert not Outbox.objects.filter(effect="confirm_commitment").exists()


def test_a_colleague_who_has_to_keep_it_is_told(cast: Cast) -> None:
    promise(f.investigating(cast), cast.agent, owner="colleague")
    send_waiting()
    told = Notice.objects.get(outbox__effect="tell_commitment_owner")
    assert told.user == cast.colleague
    assert CALL_BACK in told.body


def test_a_promise_rests_on_a_text_and_a_piece_of_evidence_and_counts_from_the_call(
    cast: Cast,
) -> None:
    case = f.with_evidence(f.investigating(cast), cast.agent)
    earlier = timezone.now() - timedelta(hours=5)
    call = communication.write(
        case.number, {"kind": "call_note", "text": "答应回电"}, by=cast.agent, now=earlier
    )
    made = promise(case, cast.agent, communication=call.pk, evidence=1)
    assert (made.communication, made.made_evidence) == (call, 1)
    assert made.made_at == clock(made).started_at == earlier


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "长" * 501}, "text"),
        ({"text": "回\x00电"}, "text"),
        ({"due": ""}, "due"),
        ({"due": None}, "due"),
        ({"due": "明天"}, "due"),
        ({"due": "2020-01-01"}, "due"),
        ({"due": "2020-01-01T10:00:00+08:00"}, "due"),
        ({"due": "2999-01-01"}, "due"),
        ({"due": "9999-12-31T23:59:59-23:59"}, "due"),
        ({"due": "2026-13-45T10:00"}, "due"),
        ({"due": ["2026-11-27"]}, "due"),
        ({"source": ""}, "source"),
        ({"source": "resolution"}, "source"),
        ({"source": "dream"}, "source"),
        ({"strength": "iron"}, "strength"),
        ({"owner": "outsider"}, "owner"),
        ({"owner": "counsel"}, "owner"),
        ({"owner": "nobody"}, "owner"),
        ({"amount": "-1"}, "amount"),
        ({"communication": 999999}, "communication"),
        ({"communication": "x"}, "communication"),
        ({"evidence": 7}, "evidence"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_promise_is_refused_with_a_sentence_at_its_field(
    cast: Cast, bad: dict[str, Any], field: str
) -> None:
    case = f.investigating(cast)
    with pytest.raises(Invalid) as refused:
        promise(case, cast.agent, **bad)
    assert list(refused.value.errors) == [field]
    assert not Commitment.objects.exists()
    assert not Deadline.objects.filter(kind="commitment").exists()


def test_a_text_of_another_case_is_no_ground(cast: Cast) -> None:
    one, other = f.investigating(cast), f.investigating(cast)
    with pytest.raises(Invalid) as refused:
        promise(one, cast.agent, communication=inbound(other, cast.agent))
    assert "communication" in refused.value.errors


def test_only_those_who_work_on_cases_make_and_end_promises(cast: Cast) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    for who in (cast.counsel, cast.auditor, cast.administrator):
        with pytest.raises(NotAllowed):
            promise(case, who)
        for act in (
            commitment_ends.keep,
            commitment_ends.mark_broken,
            commitment_ends.release,
            commitments.change_due,
        ):
            with pytest.raises(NotAllowed):
                act(case.number, made.pk, {}, by=who)
    with pytest.raises(Complaint.DoesNotExist):
        promise(case, cast.outsider)


def test_a_closed_case_takes_no_new_promise(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        promise(f.closed(cast), cast.agent)
    assert list(refused.value.errors) == ["state"]


def test_a_stale_page_changes_nothing(cast: Cast) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    with pytest.raises(StaleVersion):
        commitments.make(
            case.number,
            {"text": "又", "due": in_days(1), "source": "call"},
            by=cast.agent,
            version=case.version,
        )
    with pytest.raises(StaleVersion):
        commitment_ends.keep(
            case.number, made.pk, {"proof": "已回电"}, by=cast.agent, version=case.version
        )
    assert fresh(made).state == "open"


# --- kept


def test_a_promise_kept_in_time_ends_its_clock_as_met(cast: Cast) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    commitment_ends.keep(case.number, made.pk, {"proof": "11:20 已回电，本人接听"}, by=cast.agent)
    kept, ended = fresh(made), clock(made)
    assert (kept.state, kept.on_time, kept.settled_by) == ("kept", True, cast.agent)
    assert (ended.state, ended.met_at) == ("met", kept.kept_at)
    assert Outbox.objects.filter(effect="tell_commitment_kept").exists()


def test_late_is_decided_by_when_it_was_kept_not_by_when_that_was_written_down(cast: Cast) -> None:
    case = f.investigating(cast)
    hour = timezone.now() + timedelta(hours=1)
    one, two = (promise(case, cast.agent, due=hour.isoformat()) for _n in range(2))
    evening = hour + timedelta(hours=3)
    in_time = (hour - timedelta(minutes=10)).isoformat()
    commitment_ends.keep(
        case.number, one.pk, {"proof": "回电", "kept_at": in_time}, by=cast.agent, now=evening
    )
    commitment_ends.keep(case.number, two.pk, {"proof": "回电"}, by=cast.agent, now=evening)
    assert [(fresh(c).on_time, clock(c).state) for c in (one, two)] == [
        (True, "met"),
        (False, "missed"),
    ]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"proof": " "}, "proof"),
        ({"proof": "回电", "kept_at": "2020-01-01"}, "kept_at"),
        ({"proof": "回电", "kept_at": "2099-01-01T00:00:00+08:00"}, "kept_at"),
        ({"proof": "回电", "kept_at": "soon"}, "kept_at"),
        ({"proof": "回电", "evidence": 9}, "evidence"),
        ({"proof": "回电", "words": "x"}, "words"),
    ],
)
def test_keeping_without_proof_or_at_an_impossible_time_is_refused(
    cast: Cast, bad: dict[str, Any], field: str
) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    with pytest.raises(Invalid) as refused:
        commitment_ends.keep(case.number, made.pk, bad, by=cast.agent)
    assert list(refused.value.errors) == [field]
    assert (fresh(made).state, clock(made).state) == ("open", "running")


def test_a_promise_is_kept_once(cast: Cast) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    commitment_ends.keep(case.number, made.pk, {"proof": "回电"}, by=cast.agent)
    for act, values in (
        (commitment_ends.keep, {"proof": "再一次"}),
        (commitment_ends.mark_broken, {"reason": "忘了"}),
        (commitment_ends.release, {"words": "不用了"}),
        (commitments.change_due, {"due": in_days(1), "reason": "笔误"}),
    ):
        with pytest.raises(Invalid) as refused:
            act(case.number, made.pk, values, by=cast.agent)
        assert "已兑现" in refused.value.message
    assert Event.objects.filter(complaint=case, kind="commitment").count() == 2


def test_a_hold_for_the_consumer_puts_a_promise_off_and_one_for_an_expert_does_not(
    cast: Cast,
) -> None:
    case = f.investigating(cast)
    made, now = promise(case, cast.agent), timezone.now()
    due = clock(made).due_at
    holds.start(case.number, {"reason": "expert", "note": "送检"}, by=cast.agent)
    assert clock(made).state == "running"
    holds.start(case.number, {"reason": "consumer", "note": "等付款截图"}, by=cast.agent)
    assert clock(made).state == "held"
    late = now + timedelta(days=5)
    hold = case.holds.get(reason="consumer")
    holds.end(case.number, hold.pk, by=cast.agent, now=late)
    assert clock(made).due_at == due + timedelta(days=5)
    kept = now + timedelta(days=7)
    commitment_ends.keep(case.number, made.pk, {"proof": "回电"}, by=cast.agent, now=kept)
    assert fresh(made).on_time


def test_what_is_kept_while_its_clock_stands_still_is_in_time(cast: Cast) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    holds.start(case.number, {"reason": "consumer", "note": "等"}, by=cast.agent)
    later = timezone.now() + timedelta(days=9)
    commitment_ends.keep(case.number, made.pk, {"proof": "回电"}, by=cast.agent, now=later)
    assert fresh(made).on_time


# --- overdue, broken


def test_an_overdue_promise_is_told_and_never_marked_broken_by_itself(cast: Cast) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    sweep.enforce_due(timezone.now() + timedelta(days=4))
    assert (fresh(made).state, clock(made).state) == ("open", "running")
    told = ClockEvent.objects.filter(deadline=clock(made), kind="warned").order_by("id")
    assert [e.detail["who"] for e in told] == ["owner", "team_lead", "supervisor"]
    assert {e.detail["kind"] for e in told} == {"commitment"}


def test_a_broken_promise_has_its_reason_and_the_lead_hears_of_it(cast: Cast) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    with pytest.raises(Invalid) as refused:
        commitment_ends.mark_broken(case.number, made.pk, {"reason": ""}, by=cast.agent)
    assert list(refused.value.errors) == ["reason"]
    commitment_ends.mark_broken(case.number, made.pk, {"reason": "未联系上专家"}, by=cast.agent)
    assert (fresh(made).state, fresh(made).proof) == ("broken", "未联系上专家")
    assert clock(made).state == "missed"
    send_waiting()
    told = Notice.objects.filter(outbox__effect="tell_commitment_broken")
    assert {n.user for n in told} == {cast.supervisor, cast.supervisor2}


def test_a_broken_promise_may_still_be_kept_late_or_released(cast: Cast) -> None:
    case = f.investigating(cast)
    one, two = promise(case, cast.agent), promise(case, cast.agent)
    for made in (one, two):
        commitment_ends.mark_broken(case.number, made.pk, {"reason": "忙"}, by=cast.agent)
    later = timezone.now() + timedelta(days=5)
    commitment_ends.keep(case.number, one.pk, {"proof": "回电"}, by=cast.agent, now=later)
    assert (fresh(one).state, fresh(one).on_time, clock(one).state) == ("kept", False, "missed")
    words = {"words": "不必回电了", "communication": inbound(case, cast.agent)}
    commitment_ends.release(case.number, two.pk, words, by=cast.agent)
    assert fresh(two).state == "waived"


def test_what_is_agreed_stays_owed_when_it_was_broken_and_what_was_offered_does_not(
    cast: Cast,
) -> None:
    case = f.executing(cast)
    offered, agreed = promise(case, cast.agent), promise(case, cast.agent, strength="agreed")
    [signed] = case.commitments.filter(source="resolution")
    for made in (offered, agreed, signed):
        commitment_ends.mark_broken(case.number, made.pk, {"reason": "忙"}, by=cast.agent)
    with pytest.raises(StepRefused) as refused:
        f.step(case, "complete", cast.agent)
    assert "2 项承诺" in refused.value.message
    commitment_ends.keep(case.number, agreed.pk, {"proof": "已办"}, by=cast.agent)
    f.paid(case.commitments.get(pk=signed.pk), cast.agent)
    done = f.step(case, "complete", cast.agent)
    assert (done.state, done.outcome) == ("closed", "partly_resolved")


# --- released


def test_a_release_rests_on_the_consumers_own_message_or_on_evidence(cast: Cast) -> None:
    case = f.with_evidence(f.investigating(cast), cast.agent)
    one, two = promise(case, cast.agent), promise(case, cast.agent)
    note = communication.write(case.number, {"kind": "call_note", "text": "不要"}, by=cast.agent)
    for bad, field in (
        ({"words": " ", "evidence": 1}, "words"),
        ({"words": "不用回电"}, "evidence"),
        ({"words": "不用回电", "communication": note.pk}, "communication"),
        ({"words": "不用回电", "evidence": 5}, "evidence"),
    ):
        with pytest.raises(Invalid) as refused:
            commitment_ends.release(case.number, one.pk, bad, by=cast.agent)
        assert list(refused.value.errors) == [field]
    commitment_ends.release(case.number, one.pk, {"words": "不用", "evidence": 1}, by=cast.agent)
    words = {"words": "不用", "communication": inbound(case, cast.agent)}
    commitment_ends.release(case.number, two.pk, words, by=cast.agent)
    assert [fresh(c).state for c in (one, two)] == ["waived", "waived"]
    assert [clock(c).state for c in (one, two)] == ["cancelled", "cancelled"]
    send_waiting()
    assert Notice.objects.filter(outbox__effect="confirm_release").count() == 2


# --- another day


def test_an_earlier_day_needs_a_reason_and_a_later_one_the_consumers_yes(cast: Cast) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent, due=in_days(5))
    for bad, field in (
        ({"due": in_days(3), "reason": " "}, "reason"),
        ({"due": in_days(5), "reason": "笔误"}, "due"),
        ({"due": "2020-01-01", "reason": "笔误"}, "due"),
        ({"due": in_days(9), "reason": "消费者同意"}, "evidence"),
    ):
        with pytest.raises(Invalid) as refused:
            commitments.change_due(case.number, made.pk, bad, by=cast.agent)
        assert list(refused.value.errors) == [field]
        assert fresh(made).due == date.fromisoformat(in_days(5))
    commitments.change_due(
        case.number, made.pk, {"due": in_days(3), "reason": "笔误"}, by=cast.agent
    )
    agreed = {
        "due": in_days(9),
        "reason": "消费者同意改期",
        "communication": inbound(case, cast.agent, "下周也行"),
    }
    commitments.change_due(case.number, made.pk, agreed, by=cast.agent)
    assert (fresh(made).due, clock(made).due_at) == (
        date.fromisoformat(in_days(9)),
        fresh(made).due_at,
    )
    told = Event.objects.filter(complaint=case, code="due_changed").order_by("id")
    assert [(e.detail["from"], e.detail["due"]) for e in told] == [
        (in_days(5), in_days(3)),
        (in_days(3), in_days(9)),
    ]
    kept = ClockEvent.objects.filter(deadline=clock(made), kind="terms").order_by("id")
    assert [e.detail["until"] for e in kept] == [in_days(3), in_days(9)]
    assert recounting.recompute(clock(made)).due_at == clock(made).due_at


# --- with the case


def test_each_measure_of_the_accepted_offer_gets_a_promise_with_a_clock(cast: Cast) -> None:
    case = f.executing(cast)
    [made] = case.commitments.all()
    assert (made.source, made.strength, made.made_by) == ("resolution", "agreed", cast.agent)
    assert clock(made).due_at == made.due_at
    assert Deadline.objects.filter(complaint=case, kind="execution", state="running").exists()


def test_a_day_that_was_over_when_the_consumer_agreed_gives_way_to_the_usual_days(
    cast: Cast,
) -> None:
    case, later = f.offered(cast), timezone.now() + timedelta(days=9)
    f.step(case, "consumer_accepts", cast.agent, now=later, means="phone", note="同意")
    [made] = case.commitments.all()
    assert made.due == timezone.localdate(later) + timedelta(days=feedback.DEFAULT_DAYS)


def test_what_was_promised_before_keeps_an_offer_of_nothing_from_closing_the_case(
    cast: Cast,
) -> None:
    case = f.offered(cast)
    case.resolutions.get().measures.all()  # a refund: the usual way goes to execution
    made = promise(case, cast.agent)
    f.step(case, "consumer_accepts", cast.agent, means="phone", note="同意")
    assert Complaint.objects.get(pk=case.pk).state == "executing"
    assert set(case.commitments.values_list("pk", flat=True)) >= {made.pk}


def test_a_decision_from_outside_promises_each_measure_once(cast: Cast) -> None:
    case = f.executing(cast)
    day = timezone.localdate().isoformat()
    f.step(case, "refer_out", cast.supervisor, body="市监局", reference="T-1", date=day)
    f.step(case, "external_decision", cast.counsel, outcome="execute", evidence=[1], note="T-1")
    texts = list(case.commitments.order_by("id").values_list("text", "strength"))
    assert texts == [("退还价款", "agreed"), ("履行外部裁决 T-1", "owed_by_law")]


def test_a_promise_outlives_a_withdrawn_case(cast: Cast) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    f.step(case, "withdraw", cast.agent, consumers_words="算了")
    f.step(case, "withdraw", cast.supervisor)
    assert Complaint.objects.get(pk=case.pk).state == "closed"
    assert (clock(made).state, fresh(made).state) == ("running", "open")
    commitment_ends.keep(case.number, made.pk, {"proof": "仍回电"}, by=cast.agent)
    assert clock(made).state == "met"


def test_a_promise_goes_with_the_case_to_its_next_owner(cast: Cast) -> None:
    case = f.investigating(cast)
    mine, other = promise(case, cast.agent), promise(case, cast.agent, owner="supervisor")
    assignment.assign(case.number, by=cast.agent, user=cast.colleague, note="请接手")
    assert (fresh(mine).owner, fresh(other).owner) == (cast.colleague, cast.supervisor)


def test_the_database_refuses_a_kept_promise_that_does_not_say_when(cast: Cast) -> None:
    made = promise(f.investigating(cast), cast.agent)
    for values in (
        {"state": "kept", "proof": "x"},
        {"state": "broken"},
        {"state": "open", "kept_at": timezone.now(), "on_time": True},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Commitment.objects.filter(pk=made.pk).update(**values)


def test_long_words_are_cut_for_the_clock_and_kept_for_the_promise(cast: Cast) -> None:
    made = promise(f.investigating(cast), cast.agent, text="回" * 300)
    assert len(clock_words.title_of(clock(made))) == promised.TITLE_LIMIT
    assert fresh(made).text == "回" * 300

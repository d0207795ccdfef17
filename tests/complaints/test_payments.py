"""Money really paid: in part, in full, too much, taken back; and the proofs of other measures."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError
from django.utils import timezone

from audit.models import Entry
from audit.record import broken_links
from complaints.actions import commitment_ends, commitments, feedback, payments
from complaints.actions import resolution as resolutions
from complaints.errors import Invalid, NotAllowed, StaleVersion, StepRefused
from complaints.models import Commitment, Complaint, Deadline, Event, Outbox, Payment
from complaints.paying.proof import fingerprint
from tests import factories as f
from tests.cast import Cast

TODAY = timezone.localdate


def executing(cast: Cast, *measures: dict[str, Any], **changes: Any) -> Complaint:
    """A case whose consumer agreed to these measures."""
    case = f.resolving(cast, **changes)
    due = (timezone.localdate() + timedelta(days=7)).isoformat()
    rows = [{"due": due, "description": m["kind"], **m} for m in measures]
    proposal = f.proposal(measures=rows or f.proposal()["measures"])
    resolutions.save_draft(case.number, proposal, by=cast.agent)
    f.step(case, "submit", cast.agent)
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    return f.step(case, "consumer_accepts", cast.agent, means="phone", note="同意")


def sent(**changes: Any) -> dict[str, Any]:
    return {
        "amount": "3980.00",
        "paid_on": TODAY().isoformat(),
        "way": "bank",
        "reference": "P-20261126-1",
        **changes,
    }


def pay(case: Complaint, by: Any, **changes: Any) -> list[Payment]:
    return payments.pay(case.number, sent(**changes), by=by, commitment_id=only(case).pk)


def only(case: Complaint) -> Commitment:
    return Commitment.objects.select_related("measure").get(complaint=case)


def clocks(promise: Commitment) -> list[str]:
    rows = Deadline.objects.filter(kind="commitment", subject=f"commitment:{promise.pk}")
    return list(rows.order_by("id").values_list("state", flat=True))


# --- paid


def test_money_that_is_wholly_paid_keeps_the_promise_and_ends_its_clock(cast: Cast) -> None:
    case = f.executing(cast)
    [paid] = pay(case, cast.agent, note="原账户")
    promise = only(case)
    assert (promise.state, promise.on_time, promise.paid) == ("kept", True, Decimal("3980.00"))
    assert promise.proof == f"银行转账 {TODAY()}，流水号 P-20261126-1"
    assert clocks(promise) == ["met"]
    assert (paid.by, paid.note, paid.reversed_at) == (cast.agent, "原账户", None)
    event = Event.objects.get(complaint=case, code="paid")
    assert (event.detail["amount"], event.detail["open"]) == ("3980.00", "0.00")
    digest = Entry.objects.get(verb="payment.recorded").detail["reference_sha256"]
    assert digest == fingerprint(case.number, "P-20261126-1")
    assert Outbox.objects.get(effect="tell_commitment_kept").payload == {"commitment": promise.pk}
    assert broken_links(case.subject) == []
    assert Complaint.objects.get(pk=case.pk).version == case.version + 1
    assert f.step(case, "complete", cast.agent).state == "closed"


def test_money_that_is_partly_paid_leaves_the_rest_open_and_the_case_with_it(cast: Cast) -> None:
    case = f.executing(cast)
    pay(case, cast.agent, amount="1,000")
    promise = only(case)
    assert (promise.state, promise.standing.code) == ("open", "part")
    assert promise.standing.open == Decimal("2980.00")
    assert clocks(promise) == ["running"]
    with pytest.raises(StepRefused, match=r"还差 2,980\.00 元"):
        f.step(case, "complete", cast.agent)
    pay(case, cast.agent, amount="2980", reference="P-2")
    assert only(case).standing.code == "paid"
    assert only(case).state == "kept"


def test_whether_in_time_is_decided_by_the_day_of_the_last_money(cast: Cast) -> None:
    case = f.executing(cast, now=timezone.now() - timedelta(days=30))
    promise = only(case)
    late = timezone.now() + timedelta(days=20)
    over = sent(paid_on=TODAY().isoformat(), amount="3980")
    payments.pay(case.number, over, by=cast.agent, commitment_id=promise.pk, now=late)
    assert (only(case).state, only(case).on_time) == ("kept", True)
    assert clocks(promise) == ["met"]


def test_money_that_came_after_its_day_keeps_the_promise_late(cast: Cast) -> None:
    case = f.executing(cast)
    promise = only(case)
    Commitment.objects.filter(pk=promise.pk).update(made_at=timezone.now() - timedelta(days=9))
    clock = Deadline.objects.filter(subject=f"commitment:{promise.pk}")
    clock.update(due_at=timezone.now() - timedelta(days=1))
    pay(case, cast.agent)
    assert (only(case).state, only(case).on_time, clocks(promise)) == ("kept", False, ["missed"])


def test_more_than_is_open_needs_a_reason_and_is_named(cast: Cast) -> None:
    case = f.executing(cast)
    with pytest.raises(Invalid, match=r"多出 20\.00 元") as refused:
        pay(case, cast.agent, amount="4000")
    assert list(refused.value.errors) == ["note"]
    pay(case, cast.agent, amount="4000", note="含运费")
    assert (only(case).standing.code, only(case).standing.over) == ("over", Decimal("20.00"))
    assert Event.objects.get(complaint=case, code="paid").detail["over"] == "20.00"


def test_one_transfer_pays_all_that_is_open_of_the_case(cast: Cast) -> None:
    case = executing(
        cast,
        {"kind": "refund", "amount": "3980.00"},
        {"kind": "increased_damages", "amount": "11940.00"},
        {"kind": "apology"},
    )
    with pytest.raises(Invalid, match=r"合计 15,920.00 元"):
        payments.pay(case.number, sent(), by=cast.agent)
    made = payments.pay(case.number, sent(amount="15920.00"), by=cast.agent)
    assert [(p.amount, p.part) for p in made] == [(Decimal("3980.00"), 1), (Decimal("11940.00"), 2)]
    states = set(case.commitments.filter(amount__gt=0).values_list("state", flat=True))
    assert states == {"kept"}
    payments.reverse(case.number, made[1].pk, {"reason": "银行退票"}, by=cast.agent)
    assert Payment.objects.filter(reversed_at=None).count() == 0
    assert set(case.commitments.values_list("state", flat=True)) == {"open"}


# --- refused


def test_the_same_reference_twice_is_refused_and_says_where_it_stands(cast: Cast) -> None:
    case, other = f.executing(cast), f.executing(cast)
    pay(case, cast.agent, amount="1000")
    for again in ("P-20261126-1", " p-20261126-1 ", "Ｐ-20261126-1"):
        with pytest.raises(Invalid, match=f"已登记：案件 {case.number} 的“退还价款”，1,000.00 元"):
            pay(other, cast.agent, reference=again)
    assert only(other).paid == 0
    pay(other, cast.agent, way="alipay")  # another way has numbers of its own


def test_one_case_has_not_two_transfers_under_one_reference_whatever_the_way(cast: Cast) -> None:
    case = f.executing(cast)
    pay(case, cast.agent, amount="1.00")
    case.refresh_from_db()
    with pytest.raises(Invalid, match="不能登记两次"):
        pay(case, cast.agent, amount="1.00", way="alipay")
    assert Payment.objects.count() == 1
    pay(f.executing(cast), cast.agent, amount="1.00", way="alipay")  # another case, another way
    assert Payment.objects.count() == 2


def test_digits_of_other_scripts_make_no_other_reference(cast: Cast) -> None:
    case = f.executing(cast)
    pay(case, cast.agent, amount="1.00", reference="20261126")
    for same in ("２０２６１１２６", "٢٠٢٦١١٢٦", " 2026 1126 "):
        with pytest.raises(Invalid, match="不能登记两次"):
            pay(case, cast.agent, amount="1.00", reference=same)


def test_more_than_can_be_written_down_is_refused_even_with_a_reason(cast: Cast) -> None:
    case = f.executing(cast)
    pay(case, cast.agent, amount="3980.00")
    with pytest.raises(Invalid, match="金额过大"):
        pay(case, cast.agent, amount="999999999999.99", reference="P-2", note="多付")


def test_a_reference_in_a_case_that_one_may_not_see_tells_nothing_of_it(cast: Cast) -> None:
    case = f.executing(cast)
    pay(case, cast.agent)
    other = Cast(**{**vars(cast), "agent": cast.outsider, "supervisor": cast.outside_supervisor})
    foreign = f.executing(other)
    with pytest.raises(Invalid, match="您无权查看的案件") as refused:
        pay(foreign, cast.outsider)
    assert case.number not in str(refused.value)


@pytest.mark.parametrize(
    ("bad", "field", "said"),
    [
        ({"amount": ""}, "amount", "请填写付款金额"),
        ({"amount": "0"}, "amount", "应大于零"),
        ({"amount": "-1"}, "amount", "负数"),
        ({"amount": "1.234"}, "amount", "两位小数"),
        ({"amount": 3980.5}, "amount", "文字形式"),
        ({"amount": "三千"}, "amount", "不是金额"),
        ({"paid_on": ""}, "paid_on", "请填写付款日期"),
        ({"paid_on": "2999-01-01"}, "paid_on", "不能晚于今天"),
        ({"paid_on": "2020-01-01"}, "paid_on", "早于收到投诉"),
        ({"paid_on": "明天"}, "paid_on", "不是有效日期"),
        ({"way": ""}, "way", "请选择"),
        ({"way": "gold"}, "way", "不在可选范围"),
        ({"reference": ""}, "reference", "请填写付款流水号"),
        ({"reference": "a b\x00"}, "reference", "不是流水号"),
        ({"reference": "1.23457E+15"}, "reference", "末几位已经丢失"),
        ({"reference": "1.23457e15"}, "reference", "末几位已经丢失"),
        ({"currency": ["CNY"]}, "currency", "只能登记人民币"),
        ({"reference": ["1"]}, "reference", "请填写付款流水号"),
        ({"currency": "USD"}, "currency", "只能登记人民币"),
        ({"evidence": 99}, "evidence", "证据编号 99"),
        ({"colour": "red"}, "colour", "没有"),
    ],
)
def test_what_cannot_be_right_is_refused_with_what_to_do(
    cast: Cast, bad: dict[str, Any], field: str, said: str
) -> None:
    case = f.executing(cast)
    with pytest.raises(Invalid, match=said) as refused:
        pay(case, cast.agent, **bad)
    assert list(refused.value.errors) == [field]
    assert not Payment.objects.exists()


def test_only_who_keeps_promises_pays_and_only_for_cases_that_they_see(cast: Cast) -> None:
    case = f.executing(cast)
    with pytest.raises(NotAllowed):
        pay(case, cast.counsel)
    with pytest.raises(Complaint.DoesNotExist):
        pay(case, cast.outsider)
    with pytest.raises(StaleVersion):
        payments.pay(case.number, sent(), by=cast.agent, commitment_id=only(case).pk, version=1)


def test_a_measure_of_money_is_not_kept_by_words(cast: Cast) -> None:
    case = f.executing(cast)
    for settle in (
        lambda: commitment_ends.keep(case.number, only(case).pk, {"proof": "已付"}, by=cast.agent),
        lambda: feedback.settle(
            case.number, only(case).pk, by=cast.agent, state="kept", proof="已付"
        ),
    ):
        with pytest.raises(Invalid, match=r"还有 3,980.00 元未付；请登记付款"):
            settle()


def test_a_promise_that_was_waived_is_not_paid(cast: Cast) -> None:
    case = f.executing(cast)
    words = {"words": "不要了", "evidence": 1}
    commitment_ends.release(case.number, only(case).pk, words, by=cast.agent)
    with pytest.raises(Invalid, match="消费者已书面放弃"):
        pay(case, cast.agent)


# --- other proofs


def test_goods_that_go_by_parcel_need_the_couriers_number_or_a_signed_receipt(cast: Cast) -> None:
    case = executing(cast, {"kind": "replacement"})
    promise = only(case)
    for words in ("已寄出", "顺丰 SF12", "2026-11-26 寄出"):
        with pytest.raises(Invalid, match="快递公司和单号"):
            commitment_ends.keep(case.number, promise.pk, {"proof": words}, by=cast.agent)
    with pytest.raises(Invalid, match="不是付款的措施"):
        pay(case, cast.agent)
    parcel = {"proof": "顺丰 SF1403928842210 已签收"}
    commitment_ends.keep(case.number, promise.pk, parcel, by=cast.agent)
    assert only(case).state == "kept"
    by_hand = executing(cast, {"kind": "return"})
    receipt = {"proof": "门店当面交接", "evidence": 1}
    commitment_ends.keep(by_hand.number, only(by_hand).pk, receipt, by=cast.agent)


def test_an_apology_is_kept_by_words_and_a_fee_that_is_not_asked_for_too(cast: Cast) -> None:
    case = executing(cast, {"kind": "apology"}, {"kind": "waiver", "amount": "20.00"})
    for promise in case.commitments.all():
        words = {"proof": "已书面致歉；费用已免除"}
        commitment_ends.keep(case.number, promise.pk, words, by=cast.agent)
    assert f.step(case, "complete", cast.agent).outcome == "resolved"


def test_a_measure_is_waived_only_by_written_evidence(cast: Cast) -> None:
    from complaints.actions import communication

    case = f.executing(cast)
    mail = {"kind": "reply", "text": "我不要退款了", "inbound": True, "channel": "email"}
    said = communication.write(case.number, mail, by=cast.agent).pk
    words: dict[str, Any] = {"words": "不要了", "communication": said}
    with pytest.raises(Invalid, match="须有书面证据"):
        commitment_ends.release(case.number, only(case).pk, words, by=cast.agent)
    words["evidence"] = 1
    commitment_ends.release(case.number, only(case).pk, words, by=cast.agent)
    assert only(case).state == "waived"


def test_money_that_counts_as_kept_without_a_payment_holds_the_case_up(cast: Cast) -> None:
    case = f.executing(cast)
    now = timezone.now()
    Commitment.objects.filter(complaint=case).update(
        state="kept", kept_at=now, on_time=True, settled_at=now, proof="已退"
    )
    with pytest.raises(StepRefused, match="没有付足的付款记录：退还价款"):
        f.step(case, "complete", cast.agent)
    pay(case, cast.agent)
    assert f.step(case, "complete", cast.agent).state == "closed"


# --- taken back


def test_a_wrong_payment_is_reversed_with_a_reason_and_the_promise_is_open_again(
    cast: Cast,
) -> None:
    case = f.executing(cast)
    [wrong] = pay(case, cast.agent)
    with pytest.raises(Invalid, match="请填写此项"):
        payments.reverse(case.number, wrong.pk, {"reason": " "}, by=cast.agent)
    payments.reverse(case.number, wrong.pk, {"reason": "银行退票"}, by=cast.supervisor)
    promise = only(case)
    assert (promise.state, promise.paid, promise.proof, promise.kept_at) == ("open", 0, "", None)
    assert clocks(promise) == ["met", "running"]
    assert Event.objects.get(code="payment_reversed").text == "银行退票"
    with pytest.raises(Invalid, match="已经冲正"):
        payments.reverse(case.number, wrong.pk, {"reason": "再一次"}, by=cast.agent)
    pay(case, cast.agent)  # the same reference may stand again
    assert (only(case).state, clocks(promise)) == ("kept", ["met", "met"])


def test_a_payment_of_another_case_is_not_reversed_from_here(cast: Cast) -> None:
    case, other = f.executing(cast), f.executing(cast)
    [paid] = pay(case, cast.agent)
    with pytest.raises(Invalid, match="本案没有这笔付款"):
        payments.reverse(other.number, paid.pk, {"reason": "错"}, by=cast.agent)


@pytest.mark.parametrize(
    "change",
    [{"amount": "1.00"}, {"reference": "X-9"}, {"paid_on": date(2026, 1, 1)}, {"way": "cash"}],
)
def test_the_database_lets_nobody_rewrite_a_payment(cast: Cast, change: dict[str, Any]) -> None:
    [paid] = pay(f.executing(cast), cast.agent)
    with pytest.raises(InternalError), transaction.atomic():
        Payment.objects.filter(pk=paid.pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        Payment.objects.filter(pk=paid.pk).delete()


def test_the_database_takes_a_live_reference_once(cast: Cast) -> None:
    [paid] = pay(f.executing(cast), cast.agent, amount="10")
    paid.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        paid.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_pay_the_same_reference_at_once_pay_once() -> None:
    from tests.cast import assemble

    cast = assemble()
    cases = [f.executing(cast), f.executing(cast)]
    ready, refused = Barrier(2), []

    def run(case: Complaint) -> None:
        ready.wait()
        try:
            pay(case, cast.agent)
        except Invalid as error:
            refused.append(error.message)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Payment.objects.count() == 1
    assert len(refused) == 1
    assert "已登记" in refused[0]


def test_a_promise_of_a_call_may_be_one_of_money(cast: Cast) -> None:
    case = f.investigating(cast)
    due = (timezone.localdate() + timedelta(days=3)).isoformat()
    said = {"text": "补偿 200 元", "due": due, "source": "call", "amount": "200"}
    made = commitments.make(case.number, said, by=cast.agent)
    payments.pay(case.number, sent(amount="200"), by=cast.agent, commitment_id=made.pk)
    assert Commitment.objects.get(pk=made.pk).state == "kept"
    assert isinstance(Commitment.objects.get(pk=made.pk).kept_at, datetime)

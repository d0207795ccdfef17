"""Longer terms: asked for with a reason, decided by another person whom the table names."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from audit.models import Entry
from complaints import clock_words, extending, recounting, turning
from complaints.actions import extensions, steps, sweep
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.models import (
    Communication,
    Complaint,
    Deadline,
    Event,
    Extension,
    Outbox,
)
from complaints.workdays import SHANGHAI
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast

WHY = {"reason": "检测机构下周三出具报告"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def clock_of(case: Complaint, kind: str) -> Deadline:
    return Deadline.objects.get(complaint=case, kind=kind)


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """Accepted on a Monday."""
    start = at("2026-03-02 10:00")
    return f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)


NOW = at("2026-03-04 10:00")


def asked(cast: Cast, case: Complaint, **values: Any) -> Extension:
    clock = clock_of(case, "investigate")
    return extensions.request(case.number, clock.pk, {**WHY, **values}, by=cast.agent, now=NOW)


def decided(cast: Cast, extension: Extension, decision: str = "approved", **more: Any) -> Extension:
    number = extension.deadline.complaint.number
    values = {"decision": decision, "note": more.pop("note", "")}
    given = {"by": cast.supervisor, "now": NOW, **more}
    return extensions.decide(number, extension.deadline_id, extension.pk, values, **given)


def test_an_approved_request_moves_the_clock_and_says_so_everywhere(
    cast: Cast, case: Complaint
) -> None:
    before = clock_of(case, "investigate").due_at
    extension = asked(cast, case)
    assert clock_of(case, "investigate").due_at == before
    decided(cast, extension)
    clock = clock_of(case, "investigate")
    assert before == at("2026-03-09 18:00")
    assert clock.due_at == at("2026-03-16 18:00")
    assert recounting.recompute(clock).due_at == clock.due_at
    assert clock_words.explain(clock) == (
        "5 个工作日，自 2026-03-02 次日起算，经批准延长 5 个工作日"
    )
    assert Complaint.objects.get(pk=case.pk).next_due_at == clock.due_at
    events = Event.objects.filter(complaint=case, kind="deadline").order_by("id")
    codes = events.values_list("code", flat=True)
    assert list(codes) == ["extension_requested", "extension_approved"]
    acts = Entry.objects.filter(subject=case.subject, verb__startswith="deadline.extension")
    assert acts.count() == 2


def test_those_who_decide_are_told_and_then_whoever_asked(cast: Cast, case: Complaint) -> None:
    extension = asked(cast, case)
    send_waiting()
    told = Notice.objects.filter(outbox__effect="ask_extension")
    assert {n.user.username for n in told} == {"supervisor", "supervisor2"}
    assert "调查核实" in told[0].subject
    decided(cast, extension, "refused", note="材料已经齐全")
    send_waiting()
    assert Notice.objects.get(outbox__effect="tell_extension").user == cast.agent


def test_a_supervisor_who_asks_is_not_asked(cast: Cast, case: Complaint) -> None:
    clock = clock_of(case, "investigate")
    extension = extensions.request(case.number, clock.pk, WHY, by=cast.supervisor, now=NOW)
    send_waiting()
    told = Notice.objects.filter(outbox__effect="ask_extension")
    assert {n.user.username for n in told} == {"supervisor2"}
    with pytest.raises(NotAllowed, match="申请人不能决定自己的申请"):
        decided(cast, extension)
    assert decided(cast, extension, by=cast.supervisor2).decision == "approved"


def test_a_refusal_leaves_the_clock_and_needs_a_reason(cast: Cast, case: Complaint) -> None:
    before, extension = clock_of(case, "investigate").due_at, asked(cast, case)
    with pytest.raises(Invalid, match="请说明理由"):
        decided(cast, extension, "refused")
    decided(cast, extension, "refused", note="材料已经齐全")
    assert clock_of(case, "investigate").due_at == before
    assert asked(cast, case).decision == ""  # another try


@pytest.mark.parametrize("who", ["agent", "colleague", "counsel", "outside_supervisor"])
def test_nobody_else_decides(cast: Cast, case: Complaint, who: str) -> None:
    extension = asked(cast, case)
    with pytest.raises((NotAllowed, Complaint.DoesNotExist)):
        decided(cast, extension, by=getattr(cast, who))
    assert not clock_of(case, "investigate").extensions


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reason": " "}, "请填写此项"),
        ({"length": 6}, "超过上限：最多再延长 5 个工作日"),
        ({"length": 0}, "至少 1 个工作日"),
        ({"length": -1}, "请填写正整数"),
        ({"length": "a week"}, "请填写正整数"),
        ({"length": True}, "请填写正整数"),
        ({"length": 1.5}, "请填写正整数"),
        ({"colour": "red"}, "没有“colour”这个字段"),
    ],
)
def test_what_cannot_be_asked_for(
    cast: Cast, case: Complaint, values: dict[str, Any], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        asked(cast, case, **values)
    assert not Extension.objects.exists()


def test_less_than_the_most_may_be_asked_for(cast: Cast, case: Complaint) -> None:
    decided(cast, asked(cast, case, length=2))
    assert clock_of(case, "investigate").due_at == at("2026-03-11 18:00")


def test_there_is_a_last_time(cast: Cast, case: Complaint) -> None:
    for _n in range(2):
        decided(cast, asked(cast, case))
    with pytest.raises(Invalid, match="最多延长 2 次"):
        asked(cast, case)


def test_one_request_at_a_time(cast: Cast, case: Complaint) -> None:
    asked(cast, case)
    with pytest.raises(Invalid, match="等待批准"):
        asked(cast, case)


def test_a_request_is_decided_once(cast: Cast, case: Complaint) -> None:
    extension = asked(cast, case)
    decided(cast, extension)
    with pytest.raises(Invalid, match="已经有决定"):
        decided(cast, extension, by=cast.supervisor2)
    with pytest.raises(DatabaseError), transaction.atomic():
        Extension.objects.filter(pk=extension.pk).update(note="改写")


def test_a_term_of_the_law_is_not_extended(cast: Cast, case: Complaint) -> None:
    clock = clock_of(case, "general_reply")
    with pytest.raises(Invalid, match="法定期限不得延长"):
        extensions.request(case.number, clock.pk, WHY, by=cast.agent, now=NOW)


def test_a_promise_is_not_extended_by_one_side(cast: Cast) -> None:
    clock = clock_of(f.executing(cast), "execution")
    assert "不能由我方单方延长" in extending.why_not(clock, timezone.now())


def test_nothing_is_extended_after_its_end(cast: Cast, case: Complaint) -> None:
    extension, late = asked(cast, case), at("2026-03-10 10:00")
    sweep.enforce_due(late)
    with pytest.raises(Invalid, match="届满之后不能延长"):
        decided(cast, extension, now=late)
    sent = {"body": "市市场监管局", "reference": "TJ-1", "date": "2026-03-10"}
    steps.take(case.number, "refer_out", sent, by=cast.supervisor, now=late)
    with pytest.raises(Invalid, match="已经结束"):
        decided(cast, extension, now=late)
    assert decided(cast, extension, "refused", note="已届满", now=late).decision == "refused"


def test_a_stale_page_is_refused(cast: Cast, case: Complaint) -> None:
    extension = asked(cast, case)
    with pytest.raises(StaleVersion):
        decided(cast, extension, version=1)


def test_the_clock_of_another_case_is_not_there(cast: Cast, case: Complaint) -> None:
    other = f.investigating(cast)
    with pytest.raises(Deadline.DoesNotExist):
        extensions.request(other.number, clock_of(case, "investigate").pk, WHY, by=cast.agent)


@pytest.fixture
def bank(cast: Cast, settings: Any) -> Complaint:
    """A bank's case: 15 days, 30 with approval, 60 with another, the consumer told each time."""
    settings.INDUSTRIES = ("finance",)
    start = at("2026-03-02 10:00")
    return f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)


def test_a_bank_counts_from_the_day_of_receipt_and_anew_after_an_offer_was_declined(
    cast: Cast, settings: Any
) -> None:
    settings.INDUSTRIES = ("finance",)
    received, accepted = at("2026-03-02 10:00"), at("2026-03-06 10:00")
    case = f.step(f.registered(cast, now=received), "accept", cast.agent, now=accepted)
    first = clock_of(case, "general_reply")
    assert (first.started_at, first.due_at) == (received, at("2026-03-17 23:59:59"))
    turning.turn(case, stops=["general_reply"], cancels=[], starts=[], now=accepted)
    turning.turn(case, stops=[], cancels=[], starts=["general_reply"], now=NOW)
    clocks = Deadline.objects.filter(complaint=case, kind="general_reply").order_by("pk")
    assert [clock.started_at for clock in clocks] == [received, NOW]


def test_a_bank_extends_to_thirty_and_sixty_days_and_tells_the_consumer(
    cast: Cast, bank: Complaint
) -> None:
    clock = clock_of(bank, "general_reply")
    assert clock.entry == "bank_simple_15d"

    def extend(**values: Any) -> None:
        extension = extensions.request(
            bank.number, clock.pk, {**WHY, **values}, by=cast.agent, now=NOW
        )
        decided(cast, extension)
        clock.refresh_from_db()

    with pytest.raises(Invalid, match="最多延长至共 30 日"):
        extend(length=31)
    with pytest.raises(Invalid, match="至少 16 日"):
        extend(length=15)
    extend()
    assert clock.due_at == at("2026-04-01 23:59:59")
    extend()
    assert clock.due_at.date() == at("2026-05-06 23:59:59").date()
    letters = Communication.objects.filter(complaint=bank, kind="reply")
    assert letters.count() == 2
    for words in ("新的答复日期是2026年4月1日", "第 18 条", "检测机构下周三出具报告", "12315"):
        assert words in letters[0].text
    assert Outbox.objects.filter(complaint=bank, effect="reply_to_consumer").count() == 2


def test_a_held_clock_can_be_extended_and_stays_held(cast: Cast, case: Complaint) -> None:
    from complaints.actions import holds

    values = {"reason": "consumer", "note": "等付款凭证"}
    hold = holds.start(case.number, values, by=cast.agent, now=NOW)
    decided(cast, asked(cast, case, length=1))
    assert clock_of(case, "investigate").state == "held"
    holds.end(case.number, hold.pk, by=cast.agent, now=NOW + timedelta(days=1))
    clock = clock_of(case, "investigate")
    assert (clock.state, clock.due_at) == ("running", at("2026-03-11 18:00"))

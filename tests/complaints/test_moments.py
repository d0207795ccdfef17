"""Moments of the matter: recorded, corrected, looked at before; clocks follow them."""

from datetime import datetime
from functools import partial
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from audit.models import Entry
from complaints import moments as known
from complaints import recounting
from complaints.actions import facts, moments
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.models import Complaint, Deadline, Event, FactAnswer, Moment
from complaints.workdays import SHANGHAI
from tests import factories as f
from tests.cast import Cast
from tests.days import in_days, told

RETURNED, REFUNDED = "goods_returned", "refund_done"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """A return without reason, accepted long ago."""
    start = at("2026-03-02 10:00")
    made = f.registered(cast, now=start, category="return_no_reason", claims=["refund"])
    return f.step(made, "accept", cast.agent, now=start)


def record(cast: Cast, case: Complaint, kind: str, when: str, **more: Any) -> moments.Recorded:
    by = more.pop("by", cast.agent)
    return moments.record(case.number, {"kind": kind, "at": when, **more}, by=by)


def refund(case: Complaint) -> Deadline:
    return Deadline.objects.get(complaint=case, entry="cpl25_refund_7d")


def became(done: moments.Recorded) -> known.Change:
    """What became of the seven days; the line of fifteen that runs beside them is not looked at."""
    [change] = [c for c in done.changes if c.deadline.entry == "cpl25_refund_7d"]
    return change


def test_goods_that_came_back_start_the_seven_days(cast: Cast, case: Complaint) -> None:
    done = record(cast, case, RETURNED, "2026-03-10", note="仓库签收")
    assert became(done).what == "started"
    assert refund(case).due_at == at("2026-03-17 23:59:59")
    assert (done.moment.at, done.moment.precise) == (at("2026-03-10 00:00"), False)
    event = Event.objects.get(complaint=case, code="moment")
    assert event.detail["clocks"][0]["what"] == "started"
    assert Entry.objects.filter(subject=case.subject, verb="moment.recorded").count() == 1


def test_a_moment_that_a_fact_stands_for_answers_the_fact(cast: Cast, case: Complaint) -> None:
    record(cast, case, RETURNED, "2026-03-10")
    answer = FactAnswer.objects.get(complaint=case, fact="rt_return_received_date")
    assert (answer.value, answer.source) == ("2026-03-10", "verified")
    facts.answer(case.number, {"rt_return_received_date": "2026-03-12"}, by=cast.agent)
    assert refund(case).due_at == at("2026-03-19 23:59:59")


def test_a_correction_moves_the_clock_and_keeps_the_earlier_moment(
    cast: Cast, case: Complaint
) -> None:
    record(cast, case, RETURNED, "2026-03-10")
    done = record(cast, case, RETURNED, "2026-03-06", note="签收单日期")
    change = became(done)
    assert (change.what, change.before) == ("moved", at("2026-03-17 23:59:59"))
    assert refund(case).due_at == at("2026-03-13 23:59:59")
    old, new = Moment.objects.filter(complaint=case, kind=RETURNED).order_by("id")
    assert old.superseded_at is not None
    assert new.superseded_at is None


def test_the_refund_ends_the_clock_by_the_day_it_was_made(cast: Cast, case: Complaint) -> None:
    record(cast, case, RETURNED, "2026-03-10")
    done = record(cast, case, REFUNDED, "2026-03-16")
    assert became(done).what == "met"
    assert refund(case).state == "met"


def test_looking_before_writes_nothing(cast: Cast, case: Complaint) -> None:
    values = {"kind": RETURNED, "at": "2026-03-10"}
    seen = moments.preview(case.number, values, by=cast.agent)
    change = became(seen)
    assert (change.what, change.deadline.due_at) == ("started", at("2026-03-17 23:59:59"))
    assert not Moment.objects.filter(kind=RETURNED).exists()
    assert not Deadline.objects.filter(entry="cpl25_refund_7d").exists()
    assert Complaint.objects.get(pk=case.pk).version == case.version
    assert not FactAnswer.objects.exists()


def test_the_same_again_changes_nothing(cast: Cast, case: Complaint) -> None:
    record(cast, case, RETURNED, "2026-03-10")
    version = Complaint.objects.get(pk=case.pk).version
    assert record(cast, case, RETURNED, "2026-03-10").changes == []
    assert Complaint.objects.get(pk=case.pk).version == version


def test_a_minute_is_kept_where_terms_run_in_hours(cast: Cast) -> None:
    case = f.investigating(cast, category="pi_leak")
    done = record(cast, case, "leak_found", "2026-03-10T09:30")
    assert (done.moment.at, done.moment.precise) == (at("2026-03-10 09:30"), True)
    by_hand = record(cast, case, "marketing_refused", "2026-03-11T08:15")
    assert by_hand.moment.source == "person"
    assert [c.deadline.kind for c in by_hand.changes] == ["marketing_stop"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": RETURNED, "at": partial(in_days, 1)}, "不能晚于现在"),
        ({"kind": RETURNED, "at": "1999-12-31"}, "早于 2000 年"),
        ({"kind": RETURNED, "at": "soon"}, "不是有效时间"),
        ({"kind": RETURNED}, "请填写日期"),
        ({"kind": "tea_time", "at": "2026-03-10"}, "不在可选范围内"),
        ({"kind": "complaint_received", "at": "2026-03-10"}, "不在可选范围内"),
        ({"at": "2026-03-10"}, "请选择一项"),
        ({"kind": RETURNED, "at": "2026-03-10", "note": "长" * 501}, "最多 500 字"),
        ({"kind": RETURNED, "at": "2026-03-10", "colour": "red"}, "没有“colour”这个字段"),
    ],
)
def test_what_is_no_moment_is_refused(
    cast: Cast, case: Complaint, values: dict[str, Any], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        moments.record(case.number, told(values), by=cast.agent)
    assert not Moment.objects.filter(kind=RETURNED).exists()


def test_only_those_who_work_on_the_case_record(cast: Cast, case: Complaint) -> None:
    for who in (cast.counsel, cast.auditor):
        with pytest.raises(NotAllowed):
            record(cast, case, RETURNED, "2026-03-10", by=who)
    with pytest.raises(Complaint.DoesNotExist):
        record(cast, case, RETURNED, "2026-03-10", by=cast.outsider)
    values = {"kind": RETURNED, "at": "2026-03-10"}
    with pytest.raises(StaleVersion):
        moments.record(case.number, values, by=cast.agent, version=1)


def test_a_duty_that_outlives_the_case_still_ends(cast: Cast) -> None:
    case = f.closed(cast)
    done = record(cast, case, "marketing_refused", timezone.now().isoformat())
    assert done.moment.kind == "marketing_refused"
    sealed = f.archived(cast)
    with pytest.raises(Invalid, match="已经归档"):
        record(cast, sealed, "marketing_refused", timezone.now().isoformat())


def test_a_case_is_offered_the_moments_that_its_clocks_rest_on(
    cast: Cast, case: Complaint, settings: Any
) -> None:
    offered = {e.kind.id: e for e in known.effects(case, timezone.localdate())}
    assert "cpl25_refund_7d" in [row.entry for row in offered[RETURNED].starts]
    assert "cpl25_refund_7d" in [row.entry for row in offered[REFUNDED].stops]
    assert "complaint_received" not in offered
    assert "bank_new_facts" not in offered
    settings.INDUSTRIES = ("finance",)
    offered = {e.kind.id: e for e in known.effects(case, timezone.localdate())}
    assert "bank_simple_15d" in [row.entry for row in offered["bank_new_facts"].restarts]


def test_new_facts_start_a_banks_term_anew(cast: Cast, settings: Any) -> None:
    settings.INDUSTRIES = ("finance",)
    start = at("2026-03-02 10:00")
    case = f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)
    clock = Deadline.objects.get(complaint=case, kind="general_reply")
    assert clock.due_at == at("2026-03-17 23:59:59")
    record(cast, case, "bank_new_facts", "2026-03-10")
    clock.refresh_from_db()
    assert clock.due_at == at("2026-03-25 23:59:59")
    record(cast, case, "bank_new_facts", "2026-03-09")
    clock.refresh_from_db()
    assert clock.due_at == at("2026-03-24 23:59:59")


@pytest.mark.parametrize(
    ("referred", "accepted", "entry", "due"),
    [
        # before the Regulations of 1 July 2024: forty-five working days of the interim measures
        ("2024-07-02 10:00", "2024-06-28", "samr20_mediation_45wd", "2024-08-30 18:00"),
        ("2024-07-02 10:00", "2024-07-01", "cplregs46_mediation_60d", "2024-08-30 23:59:59"),
        # Order 121 holds from 15 April 2026; what was accepted before rests on the Regulations
        ("2026-04-20 10:00", "2026-04-14", "cplregs46_mediation_60d", "2026-06-15 23:59:59"),
        ("2026-04-20 10:00", "2026-04-15", "samr121_mediation_60d", "2026-06-15 23:59:59"),
    ],
)
@pytest.mark.parametrize("known_before", [True, False])
def test_the_law_of_the_day_that_is_counted_from_decides(
    cast: Cast, referred: str, accepted: str, entry: str, due: str, known_before: bool
) -> None:
    told = {"kind": "mediation_accepted", "at": accepted}
    with time_machine.travel(at(referred), tick=True):
        case = f.investigating(cast) if known_before else f.external(cast)
        moments.record(case.number, told, by=cast.agent)
        if known_before:
            refer = {"body": "市市场监管局", "reference": "TJ-1", "date": referred[:10]}
            f.step(Complaint.objects.get(pk=case.pk), "refer_out", cast.supervisor, **refer)
        clock = Deadline.objects.get(complaint=case, kind="external_decision")
        assert (clock.entry, clock.source, clock.due_at) == (entry, entry, at(due))
        assert recounting.recompute(clock).due_at == clock.due_at

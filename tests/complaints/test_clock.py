"""Dated examples of counting days, and what holds do to clocks."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from complaints import clock_words, deadlines, recounting
from complaints.actions import facts as fact_actions
from complaints.actions import holds, sweep
from complaints.errors import Invalid
from complaints.models import Complaint, Deadline, Event, Hold, Outbox
from complaints.workdays import (
    SHANGHAI,
    add_calendar_days,
    add_working_days,
    is_working_day,
    working_minutes,
)
from tests import factories as f
from tests.cast import Cast


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-03-02 10:00", 1, "2026-03-03"),  # 民法典 201: the day of the event does not count
        ("2026-03-06 23:59", 1, "2026-03-09"),  # Friday night → Monday
        ("2026-09-29 10:00", 10, "2026-10-19"),  # National Day skipped, 10-10 is a make-up day
        ("2026-02-13 10:00", 1, "2026-02-14"),  # the Saturday before Spring Festival is worked
        ("2026-02-14 10:00", 1, "2026-02-24"),  # the festival is skipped
        ("2024-02-08 10:00", 1, "2024-02-09"),  # New Year's Eve 2024 was a working day
        ("2025-10-07 10:00", 1, "2025-10-09"),
        ("2024-02-28 10:00", 1, "2024-02-29"),  # leap day
    ],
)
def test_working_days_follow_the_notices(start: str, days: int, due: str) -> None:
    counted = add_working_days(at(start), days)
    assert counted.at == datetime.combine(
        date.fromisoformat(due), datetime.min.time().replace(hour=18), SHANGHAI
    )
    assert not counted.provisional


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-03-02 10:00", 15, "2026-03-17"),
        (
            "2026-03-06 10:00",
            1,
            "2026-03-09",
        ),  # 民法典 203: a last day on a Saturday moves to Monday
        ("2026-09-20 10:00", 15, "2026-10-08"),  # the last day lies in the National Day holiday
        ("2026-01-31 10:00", 28, "2026-02-28"),
    ],
)
def test_calendar_days_end_on_a_working_day(start: str, days: int, due: str) -> None:
    assert add_calendar_days(at(start), days).at.date().isoformat() in (
        due,
        "2026-03-02" if due == "2026-02-28" else due,
    )


def test_a_year_without_a_notice_is_provisional() -> None:
    assert add_working_days(at("2026-12-25 10:00"), 10).provisional
    assert not add_working_days(at("2026-12-01 10:00"), 10).provisional


def test_working_time_counts_business_hours_only() -> None:
    assert working_minutes(at("2026-03-02 09:00"), at("2026-03-02 18:00")) == 480
    assert working_minutes(at("2026-03-02 11:30"), at("2026-03-02 13:30")) == 60
    assert working_minutes(at("2026-03-06 17:00"), at("2026-03-09 10:00")) == 120
    assert working_minutes(at("2026-03-09 10:00"), at("2026-03-06 17:00")) == -120
    assert working_minutes(at("2026-03-07 09:00"), at("2026-03-08 18:00")) == 0


@given(
    st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2026-11-30")),
    st.integers(1, 20),
)
def test_more_days_are_never_due_earlier_and_always_on_a_working_day(
    start: datetime, days: int
) -> None:
    begin = start.replace(tzinfo=SHANGHAI)
    for add in (add_working_days, add_calendar_days):
        due, later = add(begin, days), add(begin, days + 1)
        assert begin < due.at <= later.at
        assert is_working_day(due.at.date())


def test_words_for_what_is_left() -> None:
    assert clock_words.remaining_text(560) == "余 1 天 1 时"
    assert clock_words.remaining_text(200) == "余 3 时 20 分"
    assert clock_words.remaining_text(-190) == "超时 3 时 10 分"
    assert clock_words.remaining_text(5) == "余 5 分"


def test_accepting_starts_the_legal_clock_with_its_basis_and_reason(cast: Cast) -> None:
    start = at("2026-09-18 10:00")
    complaint = f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)
    clock = Deadline.objects.get(complaint=complaint, kind="general_reply")
    shown = clock_words.as_shown(clock, start)
    assert shown["deadline"] == "penalty8_15d"
    assert shown["citation"] == {"instrument": "consumer_penalty_2020", "article": "8"}
    assert shown["due_at"] == "2026-10-08T23:59:59+08:00"
    assert "次日起算" in shown["explanation"]
    assert "10-03" in shown["explanation"]
    assert (
        Complaint.objects.get(pk=complaint.pk).next_due_at
        == Deadline.objects.get(complaint=complaint, kind="investigate").due_at
    )


def test_a_hold_pauses_the_clocks_that_may_be_paused_and_never_the_legal_one(cast: Cast) -> None:
    start = at("2026-03-02 10:00")
    complaint = f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)
    before = {d.kind: d.due_at for d in complaint.deadlines.all()}
    hold = holds.start(
        complaint.number,
        {"reason": "consumer", "note": "等付款凭证"},
        by=cast.agent,
        now=at("2026-03-03 09:00"),
    )
    assert hold.pauses == ["investigate"]
    states = {d.kind: d.state for d in complaint.deadlines.all()}
    assert (states["investigate"], states["general_reply"]) == ("held", "running")
    holds.end(complaint.number, hold.pk, by=cast.agent, now=at("2026-03-05 09:00"))
    after = {d.kind: d.due_at for d in complaint.deadlines.all()}
    for deadline in complaint.deadlines.all():
        assert recounting.recompute(deadline).due_at == deadline.due_at
    assert after["general_reply"] == before["general_reply"]
    assert after["investigate"] == before["investigate"] + timedelta(days=2)
    assert Event.objects.filter(complaint=complaint, kind="hold").count() == 2


def test_the_legal_clock_warns_and_escalates_during_a_hold(cast: Cast) -> None:
    start = at("2026-03-02 10:00")
    complaint = f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)
    holds.start(
        complaint.number,
        {"reason": "expert", "note": "送检"},
        by=cast.agent,
        now=at("2026-03-03 09:00"),
    )
    sweep.enforce_due(at("2026-03-18 09:00"))
    told = Event.objects.filter(complaint=complaint, code="warn_of_deadline").order_by("id")
    assert [e.detail["who"] for e in told] == ["owner", "team_lead", "supervisor"]
    assert {e.detail["kind"] for e in told} == {"general_reply"}
    assert complaint.transitions.filter(step="escalate").count() == 1
    assert not Deadline.objects.filter(
        state="running", ladder_at__lte=at("2026-03-18 09:00")
    ).exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"reason": "consumer", "note": "  "},
        {"reason": "lunch", "note": "x"},
        {"reason": "consumer", "note": "x", "expected_end": "2020-01-01"},
        {"reason": "consumer", "note": "x", "colour": "red"},
    ],
)
def test_a_bad_hold_is_refused_and_stops_nothing(cast: Cast, bad: dict[str, str]) -> None:
    complaint = f.investigating(cast)
    with pytest.raises(Invalid):
        holds.start(complaint.number, bad, by=cast.agent)
    assert not Hold.objects.exists()
    assert not Deadline.objects.filter(state="held").exists()


def test_a_second_hold_for_the_same_reason_waits_for_the_first(cast: Cast) -> None:
    complaint = f.investigating(cast)
    holds.start(complaint.number, {"reason": "consumer", "note": "x"}, by=cast.agent)
    with pytest.raises(Invalid):
        holds.start(complaint.number, {"reason": "consumer", "note": "y"}, by=cast.agent)


def test_overlapping_holds_take_no_day_out_twice(cast: Cast) -> None:
    start = at("2026-03-02 10:00")
    complaint = f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)
    clock = Deadline.objects.get(complaint=complaint, kind="investigate")
    assert clock.due_at == at("2026-03-09 18:00")

    def hold(reason: str, text: str) -> Hold:
        values = {"reason": reason, "note": "等"}
        return holds.start(complaint.number, values, by=cast.agent, now=at(text))

    first, second = hold("consumer", "2026-03-03 10:00"), hold("expert", "2026-03-04 10:00")
    holds.end(complaint.number, first.pk, by=cast.agent, now=at("2026-03-05 10:00"))
    clock.refresh_from_db()
    assert (clock.state, Complaint.objects.get(pk=complaint.pk).on_hold) == ("held", True)
    holds.end(complaint.number, second.pk, by=cast.agent, now=at("2026-03-06 10:00"))
    clock.refresh_from_db()
    # 03-04, 03-05 and 03-06 do not count: three working days, not five
    assert (clock.state, clock.due_at) == ("running", at("2026-03-12 18:00"))
    assert recounting.recompute(clock).due_at == clock.due_at


def test_the_sweep_climbs_each_ladder_step_once_and_escalates_when_due(cast: Cast) -> None:
    complaint = f.registered(cast)
    later = timezone.now() + timedelta(days=20)
    assert sweep.enforce_due(later).handled == 1
    assert sweep.enforce_due(later).handled == 0
    told = list(
        Outbox.objects.filter(complaint=complaint, effect="warn_of_deadline").values_list(
            "payload__who", flat=True
        )
    )
    assert sorted(told) == ["owner", "supervisor", "team_lead"]
    assert complaint.transitions.get().step == "escalate"
    assert Complaint.objects.get(pk=complaint.pk).state == "registered"


def test_a_reply_period_that_runs_out_reminds_and_then_closes_the_round_without_presuming_consent(
    cast: Cast,
) -> None:
    complaint = f.offered(cast)
    sweep.enforce_due(timezone.now() + timedelta(days=30))
    complaint.refresh_from_db()
    assert complaint.state == "executing"
    assert Outbox.objects.filter(complaint=complaint, effect="remind_consumer").count() == 3


def test_one_poisoned_case_is_postponed_and_the_others_go_on(cast: Cast) -> None:
    poisoned, healthy = f.registered(cast), f.registered(cast, order_number="SO-2")
    Deadline.objects.filter(complaint=poisoned).update(
        ladder=[{"at": "not a date", "who": "owner", "done_at": None}]
    )
    later = timezone.now() + timedelta(days=20)
    assert sweep.enforce_due(later).handled == 1
    assert healthy.transitions.filter(step="escalate").exists()
    assert Deadline.objects.get(complaint=poisoned).ladder_at == later + sweep.POSTPONE


def test_a_dated_fact_starts_and_ends_the_clocks_that_rest_on_it(cast: Cast) -> None:
    complaint = f.investigating(cast, category="return_no_reason")

    def answer(**facts: str | None) -> None:
        fact_actions.answer(complaint.number, facts, by=cast.agent)

    def clock() -> Deadline:
        return Deadline.objects.filter(complaint=complaint, kind="refund_after_return").latest("pk")

    answer(rt_return_received_date="2026-03-02")
    assert (clock().source, clock().due_at) == ("cpl25_refund_7d", at("2026-03-09 23:59:59"))
    answer(rt_return_received_date="2026-03-04")  # corrected: counted from the other day
    assert clock().due_at == at("2026-03-11 23:59:59")
    answer(rt_refund_done_date="2026-03-11")  # judged by when it was done, not when written down
    assert (clock().state, clock().met_at) == ("met", at("2026-03-11 00:00"))
    for deadline in complaint.deadlines.all():
        assert recounting.recompute(deadline).due_at == deadline.due_at


def test_a_fact_may_name_the_minute(cast: Cast) -> None:
    complaint = f.investigating(cast)
    fact_actions.answer(
        complaint.number, {"pi_leak_discovered_at": "2026-03-02T11:53:00+08:00"}, by=cast.agent
    )
    moment = complaint.moments.get(kind="leak_found")
    assert (moment.at, moment.precise) == (at("2026-03-02 11:53"), True)


def test_what_is_done_while_its_clock_is_held_is_done_in_time(cast: Cast) -> None:
    complaint = f.step(
        f.registered(cast, now=at("2026-03-02 10:00")),
        "accept",
        cast.agent,
        now=at("2026-03-02 10:00"),
    )
    clock = Deadline.objects.get(complaint=complaint, kind="investigate")
    hold = {"reason": "consumer", "note": "等付款凭证"}
    holds.start(complaint.number, hold, by=cast.agent, now=at("2026-03-03 09:00"))
    clock.refresh_from_db()
    assert (clock.state, clock.due_at) == ("held", at("2026-03-09 18:00"))
    done = at("2026-03-12 09:00")  # the hold lasts, so that the date of before it does not count
    assert deadlines.ending(clock, done) == "met"
    deadlines.finish([(clock, "met")], done)
    clock.refresh_from_db()
    assert (clock.state, clock.due_at, clock.met_at) == ("met", at("2026-03-18 18:00"), done)
    reading = recounting.recompute(clock)
    assert (reading.due_at, reading.state) == (clock.due_at, "met")


def test_a_hold_that_began_too_late_excuses_nothing(cast: Cast) -> None:
    complaint = f.step(
        f.registered(cast, now=at("2026-03-02 10:00")),
        "accept",
        cast.agent,
        now=at("2026-03-02 10:00"),
    )
    hold = {"reason": "consumer", "note": "等付款凭证"}
    holds.start(complaint.number, hold, by=cast.agent, now=at("2026-03-10 09:00"))
    clock = Deadline.objects.get(complaint=complaint, kind="investigate")
    assert deadlines.ending(clock, at("2026-03-12 09:00")) == "missed"


def test_a_long_hold_uses_nothing_up_and_warns_nobody_when_it_ends(cast: Cast) -> None:
    start = at("2026-03-02 10:00")
    complaint = f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)
    begun, over = at("2026-03-03 09:00"), at("2026-03-23 09:00")
    hold = holds.start(
        complaint.number, {"reason": "consumer", "note": "等"}, by=cast.agent, now=begun
    )

    def clock() -> Deadline:
        return Deadline.objects.get(complaint=complaint, kind="investigate")

    before = (clock_words.share_used(clock(), begun), clock_words.minutes_left(clock(), begun))
    later = at("2026-03-20 09:00")
    assert before == (
        clock_words.share_used(clock(), later),
        clock_words.minutes_left(clock(), later),
    )
    holds.end(complaint.number, hold.pk, by=cast.agent, now=over)
    assert clock().due_at == at("2026-03-27 18:00")
    assert clock_words.share_used(clock(), over) < 25
    assert clock().ladder_at > over  # half of the time that runs, not of the time that passed


def test_what_the_law_wants_at_once_has_no_time_left_or_over(cast: Cast) -> None:
    complaint = f.investigating(cast, category="pi_leak")
    found = {"pi_leak_discovered_at": "2026-03-02T11:53:00+08:00"}
    fact_actions.answer(complaint.number, found, by=cast.agent)
    clock = Deadline.objects.filter(complaint=complaint, terms__unit="immediate").first()
    assert clock is not None
    assert clock.due_at == at("2026-03-02 11:53")
    shown = clock_words.as_shown(clock)
    assert shown["remaining"]["text"] == "须立即办理"
    assert deadlines.ending(clock, timezone.now()) == "met"  # a judgement, not a count

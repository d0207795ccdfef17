"""The sweep: every rung that is due is climbed once, in due order, whatever fails, whoever else
works, whatever the time on a worker's wall; and by a number of statements that does not grow.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from audit.record import broken_links
from complaints import deadlines, tasks
from complaints.actions import overdue, steps, sweep
from complaints.models import (
    ClockEvent,
    Complaint,
    Deadline,
    Event,
    Outbox,
    Postponed,
    SweepRun,
    Transition,
)
from tests import factories as f
from tests.cast import Cast, assemble

LATER = timedelta(days=20)
LADDER = ["owner", "team_lead", "supervisor"]


def cases(cast: Cast, count: int) -> list[Complaint]:
    """Registered cases: each has one clock, for its acceptance."""
    return [f.registered(cast, order_number=f"SO-{n}") for n in range(count)]


def warned(case: Complaint) -> list[str]:
    """Who was told by the case's clocks, in this order, as each record has it."""
    told = ClockEvent.objects.filter(deadline__complaint=case, kind="warned").order_by("id")
    events = Event.objects.filter(complaint=case, kind="deadline").order_by("id")
    outbox = Outbox.objects.filter(complaint=case, effect="warn_of_deadline").order_by("id")
    acts = Entry.objects.filter(subject=case.subject, verb__startswith="deadline.")
    each = [
        list(told.values_list("detail__who", flat=True)),
        list(events.values_list("detail__who", flat=True)),
        list(outbox.values_list("payload__who", flat=True)),
        list(acts.order_by("sequence").values_list("detail__who", flat=True)),
    ]
    assert each.count(each[0]) == 4
    assert broken_links(case.subject) == []
    return [str(who) for who in each[0]]


# --- what it writes


@pytest.mark.parametrize(("falls_due", "statements"), [(False, 8), (True, 9)])
def test_the_number_of_statements_is_the_same_for_few_and_for_many(
    cast: Cast, falls_due: bool, statements: int
) -> None:
    """Beside the savepoint: the next ones, what had failed, a place, the clocks held; the ends of
    the chains, the clocks and what is told; then the steps.
    """
    now = timezone.now() + LATER

    def counted(count: int) -> int:
        made = cases(cast, count)
        if not falls_due:
            Deadline.objects.filter(complaint__in=made).update(due_at=now + LATER)
        with CaptureQueriesContext(connection) as asked:
            assert sweep.enforce_due(now).handled == count
        assert all(warned(case) == LADDER for case in made)
        steps_taken = Transition.objects.filter(step="escalate", complaint__in=made).count()
        assert steps_taken == count * falls_due
        return len(asked)

    assert (counted(2), counted(9)) == (statements, statements)


def rows_of(case: Complaint) -> list[Any]:
    """What a step left behind, without keys and names of the case."""
    taken = Transition.objects.get(complaint=case, step="escalate")
    left = {"complaint", "complaint_id", "transition", "transition_id", "id", "key", "deadline_id"}

    def plain(row: Any) -> dict[str, Any]:
        return {k: v for k, v in vars(row).items() if k not in left and not k.startswith("_")}

    event = Event.objects.get(complaint=case, code="escalate")
    entry = Entry.objects.get(subject=case.subject, verb="step.escalate")
    fresh = Complaint.objects.get(pk=case.pk)
    return [
        *map(plain, (taken, event, *taken.outbox.all())),
        (entry.actor, entry.actor_name, entry.detail),
        *(getattr(fresh, name) for name in ("state", "version", "updated_at", "next_due_at")),
        (fresh.outcome, fresh.outcome_if_done, fresh.closed_at, fresh.on_hold),
    ]


def test_a_step_for_many_writes_what_a_step_for_one_writes(cast: Cast) -> None:
    start = timezone.now()
    one, many = (f.registered(cast, now=start, order_number=f"SO-{n}") for n in range(2))
    later = start + LATER
    steps.take(one.number, "escalate", {}, by=None, via="system", now=later)
    Deadline.objects.filter(complaint=one).update(ladder_at=None)
    sweep.enforce_due(later)
    assert rows_of(one) == rows_of(many)


def test_a_step_that_turns_clocks_or_a_persons_is_not_taken_for_many_at_once(cast: Cast) -> None:
    from complaints.advance import advance_many
    from complaints.situation import CaseSituation

    situation = CaseSituation(f.registered(cast), cast.agent, timezone.now(), taking=True)
    with pytest.raises(ValueError, match="accept changes more"):
        advance_many([situation], "accept")
    with pytest.raises(ValueError, match="only the system"):
        advance_many([situation], "escalate")


def test_every_guard_is_asked_and_a_finished_case_is_warned_of_but_not_escalated(
    cast: Cast,
) -> None:
    open_case, closed = f.registered(cast), f.closed(cast)
    clock = Deadline.objects.get(complaint=open_case)
    Deadline.objects.create(
        complaint=closed,
        kind="after_close",
        nature="statutory",
        started_at=clock.started_at,
        due_at=clock.due_at,
        ladder=clock.ladder,
        ladder_at=clock.ladder_at,
    )
    sweep.enforce_due(timezone.now() + LATER)
    assert warned(closed) == LADDER
    assert not Transition.objects.filter(complaint=closed, step="escalate").exists()
    assert Transition.objects.filter(complaint=open_case, step="escalate").exists()


def test_a_clock_falls_due_once_and_again_when_its_due_instant_moved(cast: Cast) -> None:
    case = f.investigating(cast)
    clock = Deadline.objects.get(
        complaint=case, kind="general_reply"
    )  # counsel is told a day later
    Deadline.objects.filter(complaint=case).exclude(pk=clock.pk).update(state="met")

    def escalated() -> int:
        return Transition.objects.filter(complaint=case, step="escalate").count()

    sweep.enforce_due(clock.due_at)
    assert (escalated(), len(warned(case))) == (1, 3)
    sweep.enforce_due(clock.due_at + timedelta(days=5))
    assert (escalated(), len(warned(case))) == (1, 4)
    clock.refresh_from_db()
    deadlines.extend(clock, {"by": 5, "unit": "calendar_day"}, clock.due_at)
    sweep.enforce_due(clock.due_at - timedelta(days=1))
    assert escalated() == 1
    sweep.enforce_due(clock.due_at)
    assert (escalated(), warned(case)[-1]) == (2, "supervisor")


def test_a_clock_that_is_looked_at_too_early_tells_nobody_and_waits_for_its_rung(
    cast: Cast,
) -> None:
    case = f.registered(cast)
    clock = Deadline.objects.get(complaint=case)
    rung = clock.ladder_at
    Deadline.objects.update(ladder_at=timezone.now() - timedelta(minutes=1))
    assert sweep.enforce_due(timezone.now()).handled == 1
    assert warned(case) == []
    clock.refresh_from_db()
    assert clock.ladder_at == rung


def test_two_clocks_of_one_case_escalate_one_after_the_other(cast: Cast) -> None:
    case = f.investigating(cast)
    due = Deadline.objects.filter(complaint=case, state="running").order_by("due_at")
    assert due.count() == 2
    sweep.enforce_due(timezone.now() + timedelta(days=60))
    taken = Transition.objects.filter(complaint=case, step="escalate").order_by("id")
    assert [t.version for t in taken] == [3, 4]
    assert Complaint.objects.get(pk=case.pk).version == 4
    assert broken_links(case.subject) == []


# --- after an outage


def test_after_two_days_without_beat_everything_is_climbed_once_in_due_order(cast: Cast) -> None:
    start = timezone.now()
    made = [
        f.registered(cast, now=start - timedelta(hours=h), order_number=f"SO-{h}")
        for h in (0, 9, 3)
    ]
    soonest = list(
        Deadline.objects.order_by("ladder_at").values_list("complaint__number", flat=True)
    )
    later = Deadline.objects.order_by("due_at").last().due_at + timedelta(days=2)
    swept = sweep.enforce_due(later, batch=2)
    assert (swept.handled, swept.more) == (3, False)
    assert swept.late_by > timedelta(days=2)
    first_told = ClockEvent.objects.filter(detail__who="owner", kind="warned").order_by("id")
    assert list(first_told.values_list("deadline__complaint__number", flat=True)) == soonest
    assert all(warned(case) == LADDER for case in made)
    assert sweep.enforce_due(later).handled == 0


def test_a_sweep_ends_in_time_and_calls_the_next_one(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases(cast, 3)
    Deadline.objects.update(ladder_at=timezone.now() - timedelta(minutes=1))
    now = timezone.now()
    swept = sweep.enforce_due(now, seconds=0, batch=2)
    assert (swept.handled, swept.more) == (0, True)
    called = []
    monkeypatch.setattr(tasks.enforce_deadlines, "apply_async", lambda **how: called.append(how))
    monkeypatch.setattr(sweep.run, "__kwdefaults__", {"seconds": 0})
    tasks.enforce_deadlines()
    assert len(called) == 1
    monkeypatch.undo()
    monkeypatch.setattr(tasks.enforce_deadlines, "apply_async", lambda **how: called.append(how))
    assert tasks.enforce_deadlines() == 3
    assert len(called) == 1


@pytest.mark.parametrize("wrong_by", [LATER, -LATER])
def test_the_time_on_a_workers_wall_decides_nothing(cast: Cast, wrong_by: timedelta) -> None:
    case, other = cases(cast, 2)
    Deadline.objects.filter(complaint=case).update(ladder_at=timezone.now() - timedelta(minutes=1))
    with time_machine.travel(timezone.now() + wrong_by):
        assert tasks.enforce_deadlines() == 1
        assert tasks.enforce_deadlines() == 0
    assert warned(other) == []
    told = ClockEvent.objects.filter(deadline__complaint=case, kind="warned")
    assert all(abs(event.at - timezone.now()) < timedelta(minutes=1) for event in told)


def test_runs_are_written_down_and_only_the_last_are_kept(cast: Cast) -> None:
    for _ in range(3):
        sweep.run("worker@here")
    SweepRun.objects.bulk_create(
        SweepRun(started_at=r.started_at, finished_at=r.finished_at, worker="w")
        for r in list(SweepRun.objects.all()) * 100
    )
    f.registered(cast)
    late = timezone.now() - timedelta(minutes=5)
    Deadline.objects.update(ladder_at=late)
    sweep.run("worker@here")
    newest = SweepRun.objects.latest("id")
    assert (newest.handled, newest.failed, newest.worker) == (1, 0, "worker@here")
    assert timedelta(minutes=5) < newest.late_by < timedelta(minutes=6)
    assert newest.started_at < newest.finished_at
    assert SweepRun.objects.count() == sweep.KEPT


# --- what fails


def poison(case: Complaint) -> None:
    Deadline.objects.filter(complaint=case).update(
        ladder=[{"at": "not a date", "who": "owner", "done_at": None}]
    )


def test_a_poisoned_case_is_found_by_halves_and_the_others_go_on(cast: Cast) -> None:
    made = cases(cast, 7)
    poison(made[4])
    later = timezone.now() + LATER
    swept = sweep.enforce_due(later)
    assert (swept.handled, swept.failed) == (6, 1)
    assert [len(warned(case)) for case in made] == [3, 3, 3, 3, 0, 3, 3]
    clock = Deadline.objects.get(complaint=made[4])
    assert clock.ladder_at == later + sweep.POSTPONE
    assert clock.postponed.until == clock.ladder_at
    assert clock.postponed.error == "KeyError"


def test_a_postponed_clock_is_tried_again_and_forgotten_when_it_could_be_climbed(
    cast: Cast,
) -> None:
    case = f.registered(cast)
    whole = Deadline.objects.get(complaint=case).ladder
    poison(case)
    now = timezone.now() + LATER
    for hours in range(3):
        sweep.enforce_due(now + timedelta(hours=hours))
    found = Postponed.objects.get()
    assert (found.times, found.since, found.until) == (3, now, now + timedelta(hours=3))
    Deadline.objects.filter(complaint=case).update(ladder=whole)
    assert sweep.enforce_due(now + timedelta(hours=3)).handled == 1
    assert warned(case) == LADDER
    assert not Postponed.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_postpones_nothing() -> None:
    cast = assemble()
    made = cases(cast, 3)
    later = timezone.now() + LATER

    def cut(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if "audit_entry" in sql and sql.startswith("WITH"):
            execute("SELECT pg_terminate_backend(pg_backend_pid())", None, False, context)
        return execute(sql, params, many, context)

    with pytest.raises(OperationalError), connection.execute_wrapper(cut):
        sweep.enforce_due(later)
    connection.close()
    assert not Postponed.objects.exists()
    assert not ClockEvent.objects.filter(kind="warned").exists()
    assert sweep.enforce_due(later).handled == 3
    assert all(warned(case) == LADDER for case in made)


# --- several at once


def beside(work: Callable[[], Any]) -> Any:
    """The answer of the work, done on a connection of its own."""
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert answers, "it did not come back"
    return answers[0]


@pytest.mark.django_db(transaction=True)
def test_a_case_that_a_person_holds_is_left_for_the_next_round() -> None:
    cast = assemble()
    held, free = cases(cast, 2)
    later = timezone.now() + LATER
    with transaction.atomic():
        Complaint.objects.locked().get(pk=held.pk)
        swept = beside(lambda: sweep.enforce_due(later))
        assert (swept.handled, swept.failed) == (1, 0)
        assert (warned(held), warned(free)) == ([], LADDER)
    assert sweep.enforce_due(later).handled == 1
    assert warned(held) == LADDER


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_the_same_time_share_the_work_and_climb_nothing_twice() -> None:
    cast = assemble()
    made = cases(cast, 12)
    later = timezone.now() + LATER
    start = threading.Barrier(3)
    handled: list[int] = []

    def work() -> None:
        start.wait(10)
        handled.append(sweep.enforce_due(later, batch=2).handled)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    handled.append(sweep.enforce_due(later).handled)  # what each left to the others
    assert sum(handled) == 12
    assert all(warned(case) == LADDER for case in made)
    assert Transition.objects.filter(step="escalate").count() == 12


@pytest.mark.django_db(transaction=True)
def test_a_third_sweep_leaves_the_work_to_the_two_that_are_at_it() -> None:
    cast = assemble()
    cases(cast, 1)
    later = timezone.now() + LATER
    arrived, leave = threading.Semaphore(0), threading.Event()

    def take_a_place() -> None:
        with transaction.atomic():
            sweep._take_a_place()
            arrived.release()
            leave.wait(20)
        connection.close()

    threads = [threading.Thread(target=take_a_place) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert arrived.acquire(timeout=20)
    swept = sweep.enforce_due(later)
    leave.set()
    for thread in threads:
        thread.join(20)
    assert (swept.handled, swept.busy, swept.more) == (0, True, False)
    assert sweep.enforce_due(later).handled == 1


# --- how it reads


def plan_of(statement: str, values: Any, *forbidden: str) -> str:
    """How the database would fetch it when it has to avoid these ways and reading everything."""
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", *forbidden):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {statement}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_the_next_clocks_are_read_from_the_index_in_its_order(cast: Cast) -> None:
    f.registered(cast)
    now = timezone.now() + LATER
    for place in (sweep.BEGINNING, (now - timedelta(days=3), 1)):
        plan = plan_of(sweep.NEXT, [now, *place, sweep.BATCH])
        assert "Index Only Scan using deadline_next_ladder_step" in plan
        assert "Seq Scan" not in plan
        assert "Sort" not in plan


def test_the_clocks_are_held_by_their_keys_and_their_cases_by_theirs(cast: Cast) -> None:
    f.registered(cast)
    plan = plan_of(overdue.HELD, {"keys": [1, 2], "now": timezone.now()}, "hashjoin", "mergejoin")
    assert "complaints_deadline_pkey" in plan
    assert "complaints_complaint_pkey" in plan
    assert "Seq Scan" not in plan


def test_no_statement_of_a_sweep_needs_a_whole_table(cast: Cast) -> None:
    cases(cast, 3)
    asked: list[tuple[str, Any]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        assert sweep.enforce_due(timezone.now() + LATER).handled == 3
    plans = [
        plan_of(sql, values, "hashjoin", "mergejoin")
        for sql, values in asked
        if sql.split()[0] in ("SELECT", "WITH", "UPDATE", "INSERT", "DELETE")
    ]
    assert len(plans) == 7
    control = plan_of("SELECT 1 FROM complaints_event WHERE text = 'x'", None)
    whole = re.findall(r"Seq Scan on (\w+)", "\n".join([*plans, control]))
    assert set(whole) - {"complaints_postponed"} == {"complaints_event"}  # few clocks failed
    assert whole.count("complaints_event") == 1

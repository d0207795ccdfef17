"""The roll-up says what the rows of the cases say, whatever happened to them, for everybody who may
be told (Show 1): each measure and each chart against an oracle in plain Python (`oracle.py`), after
random histories (`histories.py`) with folding in between.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from analytics import folding, rebuilding, rows
from analytics.asking import Asked, asked
from analytics.models import Occurrence, Touched
from analytics.overview import Overview, overview
from complaints.actions import own_calendar
from complaints.models import Complaint, Consumer
from tests.analytics.acts import Lives
from tests.analytics.histories import BEGIN, History
from tests.analytics.oracle import Oracle, day
from tests.cast import Cast

# The same few lives each time; `make lives` lives many more.
LIVES = int(os.environ.get("LIVES") or 2)
VIEWERS = ("supervisor", "outside_supervisor", "auditor")


def windows(history: History | Lives, viewer: Any, chance: Random) -> list[Asked]:
    """The usual window, and one with edges and filters."""
    today = day(history.now)
    usual = asked({}, viewer, today)
    since = today - timedelta(days=chance.choice((0, 1, 27, 60, 200)))
    until = min(since + timedelta(days=chance.choice((0, 1, 30, 100, 300))), today)
    until += timedelta(days=chance.choice((0, 0, 5)))
    one = replace(usual, since=since, until=until)
    narrow: list[dict[str, Any]] = [
        {"category": "food_safety"},
        {"product": "-"},
        {"owner": 0, "channel": "phone"},
        {"owner": history.cast.agent.pk},
        {"region": "33", "brand": "青禾"},
        {"area": "east"},
        {"area": "-", "category": "food_safety"},
        {"area": "east", "region": "44"},
    ]
    teams = [team.pk for team in (history.cast.team, history.cast.other_team)]
    led = [pk for pk in teams if usual.teams is None or pk in usual.teams]
    return [usual, replace(one, team=chance.choice(led)), replace(one, **chance.choice(narrow))]


def said(seen: Overview) -> dict[str, Any]:
    """What an overview shows, as the oracle says it."""
    parts = {
        name: {part.key: part.n for part in getattr(seen, f"by_{name}") if part.n}
        for name in (
            "category",
            "area",
            "region",
            "channel",
            "product",
            "brand",
            "right",
            "team",
            "owner",
        )
    }
    clocks: dict[str, int] = {}
    for one in seen.by_clock:
        clocks |= {f"{one.key}:kept": one.kept, f"{one.key}:missed": one.missed}
    return {
        **{c: (f.value, f.n, f.of) for c, f in seen.figures.items()},
        **parts,
        "phase": {part.key: part.n for part in seen.by_phase if part.n},
        "heat": {cell.key: cell.n for cell in seen.heat.cells.values()},
        "areas": {cell.key: cell.n for cell in seen.areas.cells.values()},
        "day": {one.day.isoformat(): one.n for one in seen.received if one.n},
        "load": {str(one.owner or ""): one.open for one in seen.load},
        "clock": {key: n for key, n in clocks.items() if n},
    }


def compare(viewer: Any, which: Asked, now: Any) -> None:
    """Figures, the window before, and charts."""
    truth, seen = Oracle(viewer, which, now), overview(viewer, which, now)
    wanted = {**truth.standing(), **truth.window(which), **truth.parts()}
    assert said(seen) == wanted
    before = truth.window(which.previous)
    for code, figure in seen.figures.items():
        if code in before:
            assert figure.previous == before[code][0], code
    assert seen.figures["open"].previous == truth.was_open()


def fold_days() -> None:
    """What the workers do after a change of the calendar; no page waits for it."""
    if Touched.objects.filter(from_day__isnull=False).exists():
        while folding.fold().more:
            pass


def open_all(viewer: Any, which: Asked, now: Any) -> None:
    """The rows of every number are as many as it says."""
    seen = overview(viewer, which, now)
    for code, figure in seen.figures.items():
        if code in rows.STANDING:
            found: Any = rows.standing(viewer, which, code, now)
        else:
            found = rows.occurrences(viewer, which, code, day(now))
        assert rows.number(found) == figure.n, code
        if figure.of is not None:
            whole = rows.occurrences(viewer, which, code, day(now), whole=True)
            assert rows.number(whole) == figure.of, code


def test_every_figure_equals_the_slow_count_after_any_history(cast: Cast) -> None:
    @settings(
        max_examples=14,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.integers(0, 10**9))
    def lives(seed: int) -> None:
        chance = Random(seed)  # noqa: S311 lots, no secrets
        with transaction.atomic():
            history = History(cast, seed)
            for _ in range(3):
                history.happen(chance.randint(1, 20))
                if chance.random() < 0.5:
                    folding.fold()
            fold_days()
            for name in chance.sample(VIEWERS, 3):
                viewer = getattr(cast, name)
                looked = windows(history, viewer, chance)
                for which in looked:
                    compare(viewer, which, history.now)
            open_all(viewer, chance.choice(looked), history.now)
            assert not Touched.objects.exists()
            assert rebuilding.different() == 0
            transaction.set_rollback(True)

    lives()


def test_every_figure_equals_the_slow_count_whatever_people_do(cast: Cast) -> None:
    """By the real actions; `make lives` lives many more."""
    done: set[str] = set()
    with time_machine.travel(BEGIN, tick=False) as clock:
        for seed in range(LIVES):
            chance = Random(seed)  # noqa: S311 lots, no secrets
            with transaction.atomic():
                lives = Lives(cast, seed, clock)
                for act, times in ((lives.happen, 25), (lives.end, 6)):
                    act(times)
                    fold_days()
                    viewer = User.objects.get(pk=getattr(cast, chance.choice(VIEWERS)).pk)
                    for which in windows(lives, viewer, chance):
                        compare(viewer, which, lives.now)
                    open_all(viewer, which, lives.now)
                assert rebuilding.different() == 0
                done |= lives.done.keys()
                transaction.set_rollback(True)
    assert done >= {"merge", "reopen", "reassign", "correct", "erase", "dispose", "pay", "name"}


def test_a_repeat_follows_its_person_and_object_whatever_is_corrected(cast: Cast) -> None:
    history = History(cast, 1)
    first, second, third = Complaint.objects.order_by("pk")
    cases = Complaint.objects.filter(pk__in=[first.pk, second.pk, third.pk])
    Consumer.objects.update(phone_index=b"a" * 32, id_number_index=b"", email_index=b"")
    cases.update(order_number="SO-9", product_name="")

    def repeats() -> set[int]:
        """Those that are counted; every one of them is one by the oracle too."""
        while folding.fold().more:
            pass
        found = set(Occurrence.objects.filter(kind="repeat").values_list("complaint_id", flat=True))
        truth = Oracle(cast.auditor, asked({}, cast.auditor, day(history.now)), history.now)
        assert found == {c.pk for c in truth.everything if truth.is_repeat(c)}
        return found

    def receive(case: Complaint, days: int) -> None:
        at = BEGIN.replace(hour=0) - timedelta(days=days)
        Complaint.objects.filter(pk=case.pk).update(received_at=at)

    for case, days in ((first, 100), (second, 9), (third, 1)):
        receive(case, days)
    assert repeats() == {third.pk}  # 91 days lie between the first two
    receive(first, 99)
    assert repeats() == {second.pk, third.pk}
    receive(first, 0)  # it came last after all
    assert repeats() == {first.pk, third.pk}
    Consumer.objects.filter(pk=second.consumer_id).update(phone_index=b"")  # erased
    assert repeats() == {first.pk}
    Consumer.objects.filter(pk=second.consumer_id).update(email_index=b"e" * 32)
    Consumer.objects.filter(pk=first.consumer_id).update(email_index=b"e" * 32, phone_index=b"")
    assert repeats() == {first.pk}  # of the second now
    Complaint.objects.filter(pk=second.pk).update(order_number="")
    assert repeats() == set()
    Complaint.objects.filter(pk=third.pk).update(consumer=first.consumer)
    assert repeats() == {first.pk}
    received = BEGIN - timedelta(days=30)  # written down last, but received before all of them
    history.register(
        order_number="SO-9", product_name="", consumer=first.consumer, received_at=received
    )
    assert repeats() == {first.pk, third.pk}


def test_working_time_follows_the_calendar_of_today(cast: Cast) -> None:
    history = History(cast, 2)
    case = Complaint.objects.earliest("pk")
    history.update(case, received_at=BEGIN - timedelta(days=10))
    case.refresh_from_db()
    history.step(case, "complete", "closed", outcome="resolved", closed_at=history.now)
    folding.fold()
    closed = Occurrence.objects.filter(kind="closed", complaint=case)
    before = closed.get().value
    assert before is not None
    day_off = {"first": "2026-02-25", "last": "2026-02-25", "kind": "off", "name": "盘点"}
    own_calendar.set_days(day_off, by=cast.supervisor, now=history.now)  # a Wednesday between
    while folding.fold().more:
        pass
    assert closed.get().value == before - 10  # tenths of a working day

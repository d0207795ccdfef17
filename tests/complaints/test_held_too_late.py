"""A clock that has run out cannot be stopped: it stays overdue, and its warnings go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from complaints import deadlines, recounting
from complaints.actions import holds
from complaints.models import Complaint, Deadline
from complaints.views.holds import foreseen
from complaints.workdays import SHANGHAI
from tests import factories as f
from tests.cast import Cast

pytestmark = pytest.mark.django_db
WHY = {"reason": "consumer", "note": "等截图"}
DUE = datetime(2026, 3, 9, 18, tzinfo=SHANGHAI)  # five working days from Monday 2 March
SECOND = timedelta(seconds=1)


@pytest.fixture
def case(cast: Cast) -> Complaint:
    start = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
    return f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)


def clock(case: Complaint) -> Deadline:
    """The investigation's, stored as its events say."""
    found = Deadline.objects.get(complaint=case, kind="investigate")
    said = recounting.recompute(found)
    assert (said.due_at, said.state) == (found.due_at, found.state)
    return found


@pytest.mark.parametrize(
    ("late", "state"), [(-SECOND, "held"), (timedelta(0), "running"), (SECOND, "running")]
)
def test_a_hold_stops_what_has_not_run_out(
    cast: Cast, case: Complaint, late: timedelta, state: str
) -> None:
    hold = holds.start(case.number, WHY, by=cast.agent, now=DUE + late)
    assert hold.pauses == (["investigate"] if state == "held" else [])
    assert (clock(case).state, clock(case).due_at) == (state, DUE)
    running = state == "running"
    assert bool(clock(case).ladder_at) is running, "counsel and supervisor are still warned"
    if running:
        assert Complaint.objects.get(pk=case.pk).next_due_at == DUE, "and lists show it overdue"


def test_what_was_held_too_late_ends_late_whatever_the_hold_took(
    cast: Cast, case: Complaint
) -> None:
    hold = holds.start(case.number, WHY, by=cast.agent, now=DUE + SECOND)
    later = DUE + timedelta(days=10)
    holds.end(case.number, hold.pk, by=cast.agent, now=later)
    assert (clock(case).state, clock(case).due_at) == ("running", DUE)
    assert clock(case).events.filter(kind="resumed").count() == 1


def test_a_correction_that_makes_it_due_later_lets_the_hold_count(
    cast: Cast, case: Complaint
) -> None:
    holds.start(case.number, WHY, by=cast.agent, now=DUE + SECOND)
    deadlines.move([clock(case)], datetime(2026, 3, 4, 10, tzinfo=SHANGHAI), DUE + 2 * SECOND)
    assert clock(case).state == "held"


def test_who_is_about_to_hold_is_told_that_it_changes_nothing(cast: Cast, case: Complaint) -> None:
    def told(now: datetime) -> tuple[list[str], dict[str, Any]]:
        [seen] = foreseen(case, ["consumer"], now)
        return seen.stops, dict(seen.goes_on)

    assert told(DUE - SECOND)[0] == ["调查核实"]
    stops, goes_on = told(DUE)
    assert (stops, goes_on["调查核实"]) == ([], "已经超过期限，中止不改变它")

"""Two people turn the same clock at the same instant: one act stands, the other is told why not."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from complaints import recounting
from complaints.actions import extensions, holds
from complaints.errors import CaseError
from complaints.models import Complaint, Deadline, Event, Extension, Hold
from tests import factories as f
from tests.cast import Cast, assemble
from tests.complaints.test_extensions import NOW, WHY, at
from tests.complaints.test_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def accepted() -> tuple[Cast, Complaint]:
    """Accepted on a Monday."""
    cast, start = assemble(), at("2026-03-02 10:00")
    return cast, f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)


def clock(case: Complaint) -> Deadline:
    """The investigation's, stored as its events say."""
    found = Deadline.objects.get(complaint=case, kind="investigate")
    assert recounting.recompute(found).due_at == found.due_at
    return found


def refused(results: list[Any]) -> str:
    """What the one who came second is told."""
    [refusal] = [r for r in results if isinstance(r, CaseError)]
    return refusal.message


@pytest.mark.parametrize("other", ["approved", "refused"])
def test_two_decide_about_a_longer_term_at_once_and_it_is_decided_once(other: str) -> None:
    cast, case = accepted()
    before = clock(case)
    asked = extensions.request(case.number, before.pk, WHY, by=cast.agent, now=NOW)

    def decide(decision: str) -> Any:
        values = {"decision": decision, "note": "已核对"}
        place = (case.number, before.pk, asked.pk, values)
        return partial(extensions.decide, *place, by=cast.supervisor, now=NOW)

    assert "已经有决定了" in refused(at_once(decide("approved"), decide(other)))
    asked.refresh_from_db()
    grew = asked.decision == "approved"
    assert clock(case).extensions == int(grew)
    assert (clock(case).due_at > before.due_at) is grew
    assert Event.objects.filter(complaint=case, code=f"extension_{asked.decision}").count() == 1


def test_two_ask_for_a_longer_term_at_once_and_one_request_waits() -> None:
    cast, case = accepted()
    ask = partial(extensions.request, case.number, clock(case).pk, WHY, by=cast.agent, now=NOW)
    assert "已有一项延长申请" in refused(at_once(ask, ask))
    assert Extension.objects.count() == 1


def test_two_stop_the_clocks_at_once_and_they_stop_once() -> None:
    cast, case = accepted()
    why = {"reason": "expert", "note": "送检"}
    stop = partial(holds.start, case.number, why, by=cast.agent, now=NOW)
    assert "同一原因" in refused(at_once(stop, stop))
    assert Hold.objects.count() == clock(case).events.filter(kind="held").count() == 1


def test_two_restart_the_clocks_at_once_and_they_restart_once() -> None:
    cast, case = accepted()
    stopped = holds.start(case.number, {"reason": "expert", "note": "送检"}, by=cast.agent, now=NOW)
    later = at("2026-03-06 10:00")
    go_on = partial(holds.end, case.number, stopped.pk, by=cast.agent, now=later)
    assert "没有正在进行的中止" in refused(at_once(go_on, go_on))
    assert clock(case).events.filter(kind="resumed").count() == 1
    assert clock(case).due_at == at("2026-03-11 18:00")

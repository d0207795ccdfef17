"""Two connections change the calendar at the same instant, or count the same cases anew."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from audit.record import broken_links
from complaints import calendars
from complaints.actions import calendar_notice, own_calendar, recount, recount_work
from complaints.errors import Invalid
from complaints.models import CalendarChange, CalendarNotice, ClockEvent, ClockMove
from tests import notices
from tests.cast import assemble
from tests.complaints.test_calendar import BEFORE, EVE, LATE, accepted, loaded, read
from tests.complaints.test_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_knows_2027(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "STATE", notices.UNPUBLISHED)
    monkeypatch.setattr(calendars, "_kept", calendars.Kept(calendar=notices.UNPUBLISHED))


def test_of_two_notices_loaded_at_once_one_holds_and_the_other_has_to_be_confirmed() -> None:
    cast = assemble()
    first = read(cast.supervisor)
    second = read(cast.administrator, notices.changed(d0104=None, d0116=None))
    results = at_once(
        partial(calendar_notice.load, first.pk, by=cast.supervisor, now=EVE),
        partial(calendar_notice.load, second.pk, by=cast.administrator, now=EVE),
    )
    refused = [r for r in results if isinstance(r, Invalid)]
    assert len(refused) == 1
    assert "确认替换" in refused[0].message
    assert CalendarNotice.objects.exclude(loaded_at=None).count() == 1
    assert CalendarChange.objects.count() == 1


def test_a_day_that_two_enter_at_once_is_entered_once() -> None:
    cast = assemble()
    day = {"first": "2026-12-02", "kind": "off", "name": "年会"}
    enter = partial(own_calendar.set_days, day, by=cast.supervisor, now=BEFORE)
    results = at_once(enter, enter)
    assert sorted(isinstance(r, Invalid) for r in results) == [False, True]


def test_workers_share_the_cases_and_each_clock_moves_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recount, "PART", 2)
    cast = assemble()
    cases = [accepted(cast, external_reference=f"W{n}") for n in range(7)]
    change = loaded(cast.administrator)

    def count() -> int:
        done = 0
        while recount_work.work(change.pk, EVE + LATE) is not None:
            done += 1
        return done

    assert all(result for result in at_once(count, count, count))
    change.refresh_from_db()
    assert change.state == "done"
    moved = Counter(ClockMove.objects.values_list("deadline", flat=True))
    assert len(moved) == 14
    assert set(moved.values()) == {1}
    assert ClockEvent.objects.filter(kind="recounted").count() == 21
    assert [broken_links(case.subject) for case in cases] == [[]] * 7

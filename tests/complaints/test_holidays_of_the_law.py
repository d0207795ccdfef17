"""A notice that was loaded counts for the law too: answers, windows and frozen analyses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints import calendars, facts, replaying, snapshots
from complaints.models import Analysis, Complaint
from complaints.periods import periods
from legal_rules import rulebook
from tests import factories as f
from tests import notices
from tests.cast import Cast
from tests.complaints.test_calendar import loaded
from tests.complaints.test_snapshots import fresh, frozen, under_other_law

pytestmark = pytest.mark.django_db
# The seventh day is Friday 5 February; the notice moves it over the Spring Festival to Saturday 13
DATES = {"tx_delivery_date": "2027-01-29", "rt_demand_date": "2027-02-13"}
LATER = date(2027, 3, 1)


@pytest.fixture(autouse=True)
def _nobody_knows_2027(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "STATE", notices.UNPUBLISHED)
    monkeypatch.setattr(calendars, "_kept", calendars.Kept(calendar=notices.UNPUBLISHED))


def frozen_now(cast: Cast, **dates: str) -> Complaint:
    """A case under review with an analysis of these dates."""
    case = f.in_review(cast)
    f.answer(case, cast.agent, **(dates or DATES))
    case = fresh(case)
    snapshots.freeze(case, cast.counsel, timezone.now(), Analysis.Occasion.RENEWED)
    return case


def in_time(case: Complaint) -> object:
    """What the law of this installation makes of the demand."""
    values = facts.values_for_law(case, facts.current_answers(case))
    return rulebook.known(values, calendars.holidays()).value("dv_within_7d_receipt")


def window(case: Complaint) -> tuple[Any, ...]:
    found = {w["id"]: w for w in periods(case, facts.current_answers(case), LATER)}
    each = found["cpl25_no_reason_7d"]
    return each["until"], each["provisional"], each["state"]


def test_a_window_is_provisional_until_the_notice_is_loaded_and_then_counted_anew(
    cast: Cast,
) -> None:
    case = frozen_now(cast)
    assert (in_time(case), window(case)) == (None, ("2027-02-05", True, "unknown"))
    loaded(cast.supervisor)
    assert (in_time(case), window(case)) == (True, ("2027-02-13", False, "kept"))


def test_an_analysis_whose_answers_hang_on_the_notice_is_stale_when_it_is_loaded(
    cast: Cast,
) -> None:
    case = frozen_now(cast)
    assert not snapshots.is_stale(case, frozen(case))
    loaded(cast.supervisor)
    assert snapshots.is_stale(case, frozen(case))
    told = {d.subject: d for d in snapshots.changes(case, frozen(case), "en")}
    turned = told["dv_within_7d_receipt"]
    assert (turned.before, turned.after) == ("unknown", "yes")
    assert "by the days off that were loaded since" in turned.sentence


def test_an_analysis_whose_answers_do_not_hang_on_the_notice_stays_fresh(cast: Cast) -> None:
    case = frozen_now(cast, tx_delivery_date="2026-03-02", rt_demand_date="2026-03-09")
    loaded(cast.supervisor)
    assert not snapshots.is_stale(case, frozen(case))


def test_a_snapshot_is_run_again_with_the_days_off_that_were_known_then(cast: Cast) -> None:
    before = frozen(frozen_now(cast))
    loaded(cast.supervisor)
    case = before.complaint
    after = snapshots.freeze(case, cast.counsel, timezone.now(), Analysis.Occasion.RENEWED)
    assert (before.holidays, set(after.holidays)) == ({}, {"2027"})
    assert before.result["rules"] != after.result["rules"], "something hangs on the notice"
    for each in (before, after):
        found = replaying.replay(each)
        assert (found.recorded, found.identical) == (True, True), found.verdict


def test_old_law_is_run_again_with_the_days_off_of_its_snapshot(cast: Cast) -> None:
    loaded(cast.supervisor)
    case = frozen_now(cast)
    old = under_other_law(case)
    assert replaying.replay(old).identical is True


def test_facts_that_are_only_evaluated_are_counted_by_the_loaded_notice_too(cast: Cast) -> None:
    caller = Client()
    caller.force_login(cast.agent)
    asked = {"as_of": "2027-01-29", "category": "return_no_reason", "facts": DATES}

    def told() -> Any:
        answer = caller.post("/api/v1/legal/evaluate/", asked, "application/json")
        assert answer.status_code == 200, answer.content
        return next(r for r in answer.json()["rules"] if r["id"] == "cpl.25")["elements"]

    before = told()
    loaded(cast.supervisor)
    assert before != told()

"""On which rules a case rests: noted with every change of its facts, found by rule."""

from __future__ import annotations

from complaints.actions import facts as fact_actions
from complaints.actions import intake
from complaints.models import Complaint
from tests import factories as f
from tests.cast import Cast

SPAM = {"tm_contacted": True, "tm_consent": False}


def rests(case: Complaint) -> list[str]:
    return Complaint.objects.values_list("rests_on", flat=True).get(pk=case.pk)


def test_a_case_rests_on_a_rule_as_soon_as_its_facts_make_it_hold(cast: Cast) -> None:
    case = f.investigating(cast, transaction_date="2026-03-01")
    assert rests(case) == []
    f.answer(case, cast.agent, **SPAM)
    assert "cpl.29.3" in rests(case)
    assert case in Complaint.objects.visible_to(cast.agent).resting_on("cpl.29.3")
    f.answer(case, cast.agent, tm_consent=True)
    assert "cpl.29.3" not in rests(case)


def test_an_agents_report_of_a_judgement_makes_no_case_rest_on_a_rule(cast: Cast) -> None:
    case = f.in_review(cast, transaction_date="2026-03-01")
    told = {"tx_living_consumption": True, "fraud": True}
    fact_actions.answer(case.number, told, by=cast.agent)
    assert "cpl.55.1" not in rests(case)
    found = {"fraud": {"value": True, "source": "verified"}}
    fact_actions.answer(case.number, found, by=cast.counsel)
    assert "cpl.55.1" in rests(case)


def test_another_date_is_another_law(cast: Cast) -> None:
    case = f.investigating(cast, transaction_date="2026-03-01")
    f.answer(case, cast.agent, **SPAM)
    intake.edit(case.number, {"transaction_date": "2012-01-01"}, by=cast.agent)
    assert "cpl.29.3" not in rests(case)


def test_a_finished_case_is_not_found_any_more(cast: Cast) -> None:
    case = f.closed(cast)
    Complaint.objects.filter(pk=case.pk).update(rests_on=["cpl.29.3"])
    assert not Complaint.objects.resting_on("cpl.29.3").exists()


def test_only_cases_that_a_person_may_see_are_found(cast: Cast) -> None:
    case = f.investigating(cast, transaction_date="2026-03-01")
    f.answer(case, cast.agent, **SPAM)
    for name, user in cast.everybody().items():
        seen = Complaint.objects.visible_to(user).resting_on("cpl.29.3").exists()
        assert seen == (name in ("agent", "colleague", "supervisor", "supervisor2", "auditor"))

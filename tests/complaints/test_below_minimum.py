"""An offer below what the analysis says is owed: marked, explained by whoever drafts it, and
accepted by counsel in words of the own.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import resolution as resolutions
from complaints.errors import StepRefused
from complaints.models import Complaint, Opinion, Resolution
from complaints.signing import verify
from tests import factories as f
from tests.api.conftest import program
from tests.cast import Cast
from tests.pages.test_resolution import in_state_with_fraud_found

WHY = "消费者书面表示只要求退还价款"


@pytest.fixture
def owing(cast: Cast) -> Complaint:
    """The law owes 15,920; the proposal gives 3,980."""
    return in_state_with_fraud_found(cast)


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_it_goes_to_counsel_only_with_a_reason_and_counsel_accepts_it_in_own_words(
    cast: Cast, owing: Complaint
) -> None:
    resolutions.save_draft(owing.number, {}, by=cast.agent)
    with pytest.raises(StepRefused) as refused:
        f.step(owing, "submit", cast.agent)
    assert [u.code for u in refused.value.unmet] == ["below_minimum_is_explained"]
    assert "低于最低额的理由" in refused.value.unmet[0].message
    again = program(cast.agent).step(owing.number, "submit")
    assert {e["code"] for e in again.json()["errors"]} == {"below_minimum_is_explained"}
    resolutions.save_draft(owing.number, {"below_reason": WHY}, by=cast.agent)
    f.step(owing, "submit", cast.agent)
    with pytest.raises(StepRefused) as refused:
        f.step(owing, "sign", cast.counsel, opinion="同意")
    assert "below_minimum_has_reason" in {u.code for u in refused.value.unmet}
    f.step(owing, "sign", cast.counsel, opinion="同意", below_minimum_reason="接受")
    opinion = Opinion.objects.get(signed=True)
    assert opinion.covered is not None
    assert opinion.covered["below_reason"] == WHY
    Resolution.objects.filter(status="signed").update(below_reason="别的")
    assert "below_reason" in verify.faults(Opinion.objects.get(signed=True))


def test_an_offer_of_what_is_owed_needs_no_reason(cast: Cast, owing: Complaint) -> None:
    triple = {"kind": "increased_damages", "amount": "11940.00"}
    measures = [*f.proposal()["measures"], triple]
    resolutions.save_draft(owing.number, {"measures": measures}, by=cast.agent)
    assert f.step(owing, "submit", cast.agent).state == "in_review"


def test_desk_case_and_review_mark_it_and_say_the_reason(cast: Cast, owing: Complaint) -> None:
    agent, desk = browser(cast.agent), reverse("resolution", args=[owing.number])
    text = agent.get(desk).content.decode()
    assert "低于最低额 ¥11,940.00" in text
    assert 'name="below_reason"' in text
    page = agent.get(reverse("case", args=[owing.number])).content.decode()
    assert "最低额 ¥15,920.00，低了 ¥11,940.00" in page
    assert "还没有写明理由" in page
    sent = program(cast.agent).post(
        f"complaints/{owing.number}/resolutions/", {"below_reason": WHY}
    )
    assert sent.json()["below_reason"] == WHY
    assert WHY in agent.get(desk).content.decode()
    f.step(owing, "submit", cast.agent)
    for user, name in ((cast.agent, "case"), (cast.counsel, "review_case")):
        text = browser(user).get(reverse(name, args=[owing.number])).content.decode()
        assert WHY in text, name
        assert "低了 ¥11,940.00" in text, name


def test_the_reason_stands_again_in_the_next_version(cast: Cast, owing: Complaint) -> None:
    resolutions.save_draft(owing.number, {"below_reason": WHY}, by=cast.agent)
    f.step(owing, "submit", cast.agent)
    f.step(owing, "send_back", cast.counsel, comments="请补证据")
    assert resolutions.save_draft(owing.number, {}, by=cast.agent).below_reason == WHY

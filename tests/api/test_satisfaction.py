"""What consumers say of closed cases, by a program."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from complaints import satisfied
from complaints.actions import satisfaction
from complaints.models import Complaint, Feedback
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.api.conftest import ok, program
from tests.cast import Cast, person

BAD = {"score": 1, "solved": False, "comment": "打 12012345678 找我"}


@pytest.fixture
def case(cast: Cast) -> Complaint:
    closed = f.closed(cast)
    send_waiting()
    return closed


def test_a_case_answers_what_its_consumer_said_with_numbers_masked(
    cast: Cast, case: Complaint
) -> None:
    path = f"complaints/{case.number}/satisfaction/"
    before = ok(program(cast.agent).get(path))
    assert (before["asked"]["channel"], before["asked"]["score"]) == ("email", None)
    satisfaction.answer(satisfied.token_of(case.invitations.get()), BAD)
    after = ok(program(cast.agent).get(path))
    asked = after["asked"]
    assert (asked["score"], asked["solved"], asked["dissatisfied"]) == (1, False, True)
    assert (asked["source"], asked["by"], after["comment"]) == ("link", None, "打 120****5678 找我")


def test_a_case_that_nobody_was_asked_about_says_so(cast: Cast) -> None:
    path = f"complaints/{f.investigating(cast).number}/satisfaction/"
    assert ok(program(cast.agent).get(path)) == {"asked": None, "comment": ""}


def test_whoever_handled_the_case_is_refused_and_a_colleague_is_not(
    cast: Cast, case: Complaint
) -> None:
    path = f"complaints/{case.number}/satisfaction/"
    refused = program(cast.agent).post(path, BAD)
    assert refused.status_code == 403
    assert "没有办理过的同事" in refused.json()["detail"]
    assert program(cast.auditor).post(path, BAD).status_code == 403
    assert program(cast.outsider).post(path, BAD).status_code == 404
    colleague = program(person("apart", Role.AGENT, team=cast.team, name="许文静"))
    assert colleague.post(path, {"score": 9, "solved": True}).status_code == 400
    given = ok(colleague.post(path, BAD), 201)
    assert (given["asked"]["source"], given["asked"]["by"]["username"]) == ("callback", "apart")
    assert colleague.post(path, BAD).status_code == 409
    assert Feedback.objects.count() == 1


def test_a_supervisor_gives_the_case_to_somebody_else(cast: Cast, case: Complaint) -> None:
    path, boss = f"complaints/{case.number}/redo/", program(cast.supervisor)
    for user in ("agent", "nobody"):
        assert boss.post(path, {"user": user, "reason": "没有到账"}).status_code == 400
    assert boss.post(path, {"user": "colleague", "reason": ""}).status_code == 409
    assert program(cast.agent).post(path, {"user": "colleague", "reason": "x"}).status_code == 403
    again = ok(boss.post(path, {"user": "colleague", "reason": "没有到账"}))
    assert (again["state"], again["owner"]["username"]) == ("investigating", "colleague")


def test_the_figures_count_the_rows_that_the_list_gives(cast: Cast, case: Complaint) -> None:
    satisfaction.answer(satisfied.token_of(case.invitations.get()), BAD)
    other = f.closed(cast, order_number="SO-2")
    f.closed(cast, order_number="SO-3")
    send_waiting()
    good = {"score": 4, "solved": True}
    satisfaction.answer(satisfied.token_of(other.invitations.get()), good)
    boss = program(cast.supervisor)
    found = ok(boss.get("satisfaction/figures/"))
    assert (found["all"], found["answered"], found["bad"], found["average"]) == (3, 2, 1, "2.5")
    assert (found["percent_answered"], found["percent_solved"]) == ("66.6%", "50.0%")
    for show in ("all", "answered", "unanswered", "solved", "unsolved", "bad"):
        rows = ok(boss.get(f"satisfaction/?show={show}"))["results"]
        assert len(rows) == found[show], show
    assert ok(program(cast.outside_supervisor).get("satisfaction/figures/"))["all"] == 0
    assert program(cast.agent).get("satisfaction/").status_code == 403
    for wrong in ("show=x", "days=7", "team=x", "q=1"):
        assert boss.get(f"satisfaction/?{wrong}").status_code == 400, wrong

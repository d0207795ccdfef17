"""Letters to the consumer over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from complaints.models import Complaint, Outbox
from correspondence import bounces
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.api.conftest import Caller, ok, program
from tests.cast import Cast
from tests.correspondence.test_bounces import report


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


def place(case: Complaint, act: str = "") -> str:
    row = Outbox.objects.get(complaint=case, effect="acknowledge_consumer")
    return f"complaints/{case.number}/letters/" + (f"{row.pk}/{act}/" if act else "")


def letter(agent: Caller, case: Complaint) -> dict[str, Any]:
    rows = ok(agent.get(place(case)))["results"]
    return next(dict(row) for row in rows if row["letter"] == "acknowledge_consumer")


@pytest.mark.usefixtures("undoable")
def test_a_letter_is_taken_back_let_go_and_dropped(cast: Cast, agent: Caller) -> None:
    case = f.investigating(cast)
    assert (letter(agent, case)["state"], letter(agent, case)["ways"]) == ("waiting", [])
    assert ok(agent.post(place(case, "withhold"), {}))["state"] == "withheld"
    assert ok(agent.post(place(case, "release"), {}))["state"] == "waiting"
    assert agent.post(place(case, "discard"), {"reason": "x"}).status_code == 400
    ok(agent.post(place(case, "withhold"), {}))
    assert agent.post(place(case, "discard"), {}).status_code == 400
    assert ok(agent.post(place(case, "discard"), {"reason": "已电话告知"}))["state"] == "stopped"


@pytest.mark.usefixtures("undoable")
def test_one_that_waits_is_brought_by_a_person_instead(cast: Cast, agent: Caller) -> None:
    case = f.investigating(cast)
    assert ok(agent.post(place(case, "by-hand"), {}))["state"] == "waiting"
    send_waiting()
    assert letter(agent, case)["state"] == "by_hand"
    once_more = agent.post(place(case, "by-hand"), {})
    assert (once_more.status_code, "请先登记送达" in once_more.json()["detail"]) == (400, True)
    assert len(letter(agent, case)["ways"]) == 1


def test_too_late_is_a_conflict_with_its_sentence(cast: Cast, agent: Caller) -> None:
    case = f.investigating(cast)
    send_waiting()
    refused = agent.post(place(case, "withhold"), {})
    assert refused.status_code == 409
    assert "来不及撤回" in refused.json()["detail"]


def test_one_that_came_back_says_why_and_is_told_again(cast: Cast, agent: Caller) -> None:
    case = f.investigating(cast)
    send_waiting()
    row = Outbox.objects.get(complaint=case, effect="acknowledge_consumer")
    bounces.take(report(bounces.token_of(row), status="5.2.2"), timezone.now())
    found = letter(agent, case)
    assert found["state"] == "by_hand"
    assert [way["state"] for way in found["ways"]] == ["bounced", "by_hand"]
    assert "已满" in found["ways"][0]["cause"]
    sent = {"note": "已寄出", "how": "letter"}
    assert agent.post(place(case, "delivered"), sent).status_code == 400
    done = ok(agent.post(place(case, "delivered"), {**sent, "reference": "XA1"}))
    assert (done["state"], done["ways"][1]["reference"]) == ("delivered", "XA1")


@pytest.mark.parametrize("act", ["shout", "withhold"])
def test_unknown_acts_fields_and_foreign_cases_are_refused(
    act: str, cast: Cast, agent: Caller
) -> None:
    case = f.investigating(cast)
    wanted = 404 if act == "shout" else 400
    assert agent.post(place(case, act), {"colour": "red"}).status_code == wanted
    assert program(cast.outsider).post(place(case, act), {}).status_code == 404
    assert program(cast.auditor).post(place(case, "withhold"), {}).status_code == 403

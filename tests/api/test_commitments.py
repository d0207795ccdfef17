"""Promises by a program: made, kept, broken, released, put off."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.actions import communication
from complaints.models import Commitment, Complaint
from tests import factories as f
from tests.api.conftest import Caller, program
from tests.cast import Cast
from tests.days import in_days


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


@pytest.fixture
def path(cast: Cast) -> str:
    return f"complaints/{f.investigating(cast).number}/commitments/"


def made(agent: Caller, path: str, **more: Any) -> dict[str, Any]:
    values = {"text": "三日内回电", "due": in_days(3), "source": "call", **more}
    return ok(agent.post(path, values), 201)


def test_a_promise_is_made_and_listed_with_its_source_and_its_instant(
    agent: Caller, path: str
) -> None:
    answer = agent.post(path, {"text": "三日内回电", "due": in_days(3), "source": "call"})
    one = ok(answer, 201)
    assert answer["Location"].endswith(f"{path}{one['id']}/")
    assert answer["ETag"] == f'"{Complaint.objects.get().version}"'
    assert (one["source"], one["strength"], one["owner"]["username"]) == (
        "call",
        "offered",
        "agent",
    )
    assert (one["due"], one["due_at"]) == (in_days(3), f"{in_days(3)}T23:59:59+08:00")
    assert (one["overdue"], one["kept_at"], one["on_time"]) == (False, None, None)
    assert ok(agent.get(path))["results"] == [one]


def test_a_promise_for_an_hour_keeps_the_hour(agent: Caller, path: str) -> None:
    one = made(agent, path, due=f"{in_days(1)}T18:00:00+08:00")
    assert (one["due"], one["due_at"]) == (in_days(1), f"{in_days(1)}T18:00:00+08:00")


def test_a_promise_is_kept_broken_released_and_put_off(
    cast: Cast, agent: Caller, path: str
) -> None:
    case = Complaint.objects.get()
    said = communication.write(
        case.number, {"kind": "reply", "text": "不用了", "inbound": True}, by=cast.agent
    )
    one, two, three, four = (made(agent, path)["id"] for _n in range(4))
    kept = ok(agent.post(f"{path}{one}/keep/", {"proof": "已回电"}))
    assert (kept["state"], kept["on_time"], kept["proof"]) == ("kept", True, "已回电")
    broken = ok(agent.post(f"{path}{two}/break/", {"reason": "无人接听"}))
    assert (broken["state"], broken["on_time"]) == ("broken", None)
    words = {"words": "不用了", "communication": said.pk}
    assert ok(agent.post(f"{path}{three}/release/", words))["state"] == "waived"
    later = {"due": in_days(9), "reason": "同意改期", "communication": said.pk}
    assert ok(agent.post(f"{path}{four}/due/", later))["due"] == in_days(9)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"due": "2099-01-01", "source": "call"}, "text"),
        ({"text": "回电", "source": "call"}, "due"),
        ({"text": "回电", "due": "2099-01-01"}, "source"),
        ({"text": "回电", "due": "2020-01-01", "source": "call"}, "due"),
        ({"text": "回电", "due": "2099-01-01", "source": "dream"}, "source"),
        ({"text": "回电", "due": "2099-01-01", "source": "call", "x": 1}, "x"),
    ],
)
def test_a_bad_promise_is_400_and_names_the_field(
    agent: Caller, path: str, body: dict[str, Any], field: str
) -> None:
    refused = agent.post(path, body)
    assert refused.status_code == 400
    assert [e["field"] for e in refused.json()["errors"]] == [field]
    assert not Commitment.objects.exists()


def test_twice_is_409_and_an_old_version_is_412(agent: Caller, path: str) -> None:
    one = made(agent, path)["id"]
    stale = agent.post(f"{path}{one}/keep/", {"proof": "回电"}, If_Match='"1"')
    assert stale.status_code == 412
    ok(agent.post(f"{path}{one}/keep/", {"proof": "回电"}))
    again = agent.post(f"{path}{one}/keep/", {"proof": "回电"})
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert agent.post(f"{path}{one}/break/", {"reason": "忘了"}).status_code == 409


def test_the_wrong_role_is_403_and_another_cases_promise_404(
    cast: Cast, agent: Caller, path: str
) -> None:
    one = made(agent, path)["id"]
    values = {"text": "回电", "due": in_days(1), "source": "call"}
    assert program(cast.auditor).post(path, values).status_code == 403
    assert program(cast.outsider).post(path, values).status_code == 404
    other = f.investigating(cast)
    elsewhere = f"complaints/{other.number}/commitments/{one}/keep/"
    assert agent.post(elsewhere, {"proof": "回电"}).status_code == 404


def test_a_call_sent_twice_with_its_key_makes_one_promise(agent: Caller, path: str) -> None:
    values = {"text": "回电", "due": in_days(1), "source": "call"}
    first = agent.post(path, values, Idempotency_Key="k1")
    again = agent.post(path, values, Idempotency_Key="k1")
    assert ok(first, 201) == ok(again, 201)
    assert Commitment.objects.count() == 1

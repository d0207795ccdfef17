"""The same POST twice is done once, also at the same instant, and also when the first one died."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from accounts.models import IdempotentRequest
from accounts.tasks import forget_answers
from complaints.models import Complaint, Transition
from evidence.models import Item
from tests import factories as f
from tests.api.conftest import Caller, complaint, person, program
from tests.cast import Cast, assemble

KEY = {"Idempotency_Key": "5b1d-retry"}


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


def test_the_first_answer_comes_again_word_for_word(agent: Caller) -> None:
    sent = complaint(narrative="同一通来电")
    first, again = (agent.post("complaints/", sent, **KEY) for _n in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert (first["ETag"], first["Location"]) == (again["ETag"], again["Location"])
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert Complaint.objects.count() == 1


def test_another_order_of_the_same_fields_is_the_same_content(agent: Caller) -> None:
    sent = complaint()
    agent.post("complaints/", sent, **KEY)
    again = agent.post("complaints/", dict(reversed(sent.items())), **KEY)
    assert (again.status_code, Complaint.objects.count()) == (201, 1)


def test_the_key_with_other_content_or_another_address_is_422(cast: Cast, agent: Caller) -> None:
    number = agent.post("complaints/", complaint(), **KEY).json()["number"]
    for path, body in (
        ("complaints/", complaint(narrative="另一件事")),
        (f"complaints/{number}/steps/", {"step": "accept"}),
        ("legal/evaluate/", {"facts": {}}),
    ):
        refused = agent.post(path, body, **KEY)
        assert refused.status_code == 422
        assert refused.json()["code"] == "idempotency_key_reused"
    assert Complaint.objects.get().state == "registered"


def test_keys_belong_to_their_caller(cast: Cast, agent: Caller) -> None:
    sent = complaint()
    for caller in (agent, program(cast.colleague), program(cast.outsider)):
        assert caller.post("complaints/", sent, **KEY).status_code == 201
    assert Complaint.objects.count() == 3
    assert person(cast.agent).post("complaints/", sent, **KEY)["Idempotent-Replayed"] == "true"


def test_a_step_is_taken_once(cast: Cast, agent: Caller) -> None:
    case = f.registered(cast)
    path, body = f"complaints/{case.number}/steps/", {"step": "accept", "version": case.version}
    first, again = (agent.post(path, body, **KEY) for _n in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert Transition.objects.count() == 1


def test_a_refusal_is_an_answer_too(cast: Cast, agent: Caller) -> None:
    case = f.registered(cast, claims=[])
    path, body = f"complaints/{case.number}/steps/", {"step": "accept"}
    first = agent.post(path, body, **KEY)
    agent("patch", f"complaints/{case.number}/", {"claims": ["refund"]})
    again = agent.post(path, body, **KEY)
    assert first.status_code == again.status_code == 409
    assert first.content == again.content
    assert again["Content-Type"] == "application/problem+json"
    assert agent.post(path, body, Idempotency_Key="another").status_code == 200


def test_a_file_sent_twice_is_one_piece_of_evidence(cast: Cast, agent: Caller) -> None:
    path = f"complaints/{f.investigating(cast).number}/evidence/"

    def send(content: bytes) -> Any:
        return agent.form(path, {"file": SimpleUploadedFile("a.txt", content), "title": "a"}, **KEY)

    first, again, other = send(b"one"), send(b"one"), send(b"two")
    assert [first.status_code, again.status_code, other.status_code] == [201, 201, 422]
    assert first.json() == again.json()
    assert Item.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "k" * 201, "schlüssel", "with blank"])
def test_a_key_is_visible_ascii(agent: Caller, key: str) -> None:
    refused = agent.post("complaints/", complaint(), Idempotency_Key=key)
    assert refused.status_code == 400
    assert not Complaint.objects.exists()


def test_the_answer_is_kept_for_a_day_and_then_forgotten(agent: Caller) -> None:
    sent, now = complaint(), timezone.now()
    agent.post("complaints/", sent, **KEY)
    with time_machine.travel(now + timedelta(hours=23, minutes=59)):
        assert forget_answers() == 0
        assert "Idempotent-Replayed" in agent.post("complaints/", sent, **KEY)
    with time_machine.travel(now + timedelta(hours=24, minutes=1)):
        assert "Idempotent-Replayed" not in agent.post("complaints/", sent, **KEY)
        assert IdempotentRequest.objects.count() == 1
    with time_machine.travel(now + timedelta(hours=49)):
        assert forget_answers() == 1
    assert Complaint.objects.count() == 2


def test_nothing_is_remembered_of_a_password_or_in_clear(cast: Cast, agent: Caller) -> None:
    person(cast.counsel).post("me/confirm/", {"password": "secret"}, **KEY)
    assert not IdempotentRequest.objects.exists()
    agent.post("complaints/", complaint(), **KEY)
    kept = str(IdempotentRequest.objects.values().get())
    assert f.CONSUMER["phone"] not in kept
    assert f.CONSUMER["name"] not in kept


def test_a_defect_leaves_neither_the_deed_nor_the_answer(
    agent: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault is put at the last write: everything before it must be undone."""

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("killed here")

    sent = complaint()
    with monkeypatch.context() as fault:
        fault.setattr("accounts.api.idempotency._keep", broken)
        assert agent.post("complaints/", sent, **KEY).status_code == 500
    assert not Complaint.objects.exists()
    assert agent.post("complaints/", sent, **KEY).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_at_the_same_instant_one_creates_and_the_others_get_its_answer_or_are_told_to_wait() -> (
    None
):
    cast = assemble()
    _warm, sent, size = program(cast.agent), complaint(), 6
    callers = [person(cast.agent) for _n in range(size)]
    start, answers = threading.Barrier(size), [None] * size

    def send(index: int) -> None:
        try:
            start.wait(10)
            answers[index] = callers[index].post("complaints/", sent, **KEY)  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(n,)) for n in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    done = [a for a in answers if a.status_code == 201]  # type: ignore[attr-defined]
    waiting = [a for a in answers if a.status_code == 409]  # type: ignore[attr-defined]
    assert Complaint.objects.count() == 1
    assert len(done) >= 1
    assert len(done) + len(waiting) == size
    assert len({a.json()["number"] for a in done}) == 1
    assert {a.json()["code"] for a in waiting} <= {"idempotency_in_progress"}
    assert all(a["Retry-After"] == "1" for a in waiting)
    assert callers[0].post("complaints/", sent, **KEY).json() == done[0].json()

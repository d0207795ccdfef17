"""Two programs at the same instant, and a cache that is away."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection

from complaints.models import Complaint, Transition
from tests import factories as f
from tests.api.conftest import Caller, person, program
from tests.cast import Cast, assemble


def at_once(*calls: Any) -> list[Any]:
    """Start the calls together; each gives an answer."""
    start, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index: int) -> None:
        try:
            start.wait(10)
            answers[index] = calls[index]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


@pytest.mark.django_db(transaction=True)
def test_of_two_writes_to_the_same_version_one_wins_and_one_is_shown_the_case() -> None:
    cast = assemble()
    case = f.registered(cast)
    path, one, two = f"complaints/{case.number}/", person(cast.agent), person(cast.colleague)

    def write(caller: Caller, title: str) -> Any:
        return lambda: caller("patch", path, {"title": title}, If_Match='"1"')

    answers = at_once(write(one, "甲"), write(two, "乙"))
    assert sorted(a.status_code for a in answers) == [200, 412]
    won, lost = sorted(answers, key=lambda a: a.status_code)
    assert lost.json()["current"]["title"] == won.json()["title"]
    assert Complaint.objects.get().version == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_different_steps_on_the_same_version_one_is_taken() -> None:
    cast = assemble()
    number = f.registered(cast).number
    agent, supervisor = person(cast.agent), person(cast.supervisor)
    decline = {"reason": "not_our_business", "explanation": "请拨打 12315"}
    answers = at_once(
        lambda: agent.step(number, "accept", version=1),
        lambda: supervisor.step(number, "decline", version=1, **decline),
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert Transition.objects.count() == 1


def test_calls_are_answered_while_the_cache_is_away(
    cast: Cast, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    agent = program(cast.agent)
    there = settings.CACHES["default"]
    settings.CACHES = {"default": {**there, "LOCATION": "redis://127.0.0.1:1/0"}}
    caches["default"].close()
    with caplog.at_level(logging.WARNING, "accounts.api.throttles"):
        assert agent.get("complaints/").status_code == 200
    assert "not counted" in caplog.text

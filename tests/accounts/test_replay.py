"""Codes that count once, sent by several at the same instant: one wins, the others are told
(C14; the app's code: test_second_factor.py; the link of the satisfaction letter:
tests/complaints/test_satisfaction.py; the state of the provider: test_oidc.py).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import factors, first_run
from accounts.models import User
from tests.accounts.test_second_factor import with_app
from tests.accounts.test_setup import FORM
from tests.cast import Cast

TOGETHER = 4


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What each of several got, who did it at the same instant."""
    gate, got = threading.Barrier(TOGETHER), []

    def one(n: int) -> None:
        gate.wait()
        got.append(act(n))
        connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(TOGETHER)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return got


@pytest.mark.django_db(transaction=True)
def test_c14_of_many_who_send_the_set_up_code_at_once_one_becomes_administrator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    code = first_run.code()

    def send(n: int) -> str:
        sent = {**FORM, "username": f"chief{n}", "code": code}
        answer = Client().post(reverse("setup"), sent)
        if answer.status_code == 302:
            return str(answer.headers["Location"])
        return "told" if "还没有口令" in answer.content.decode() else answer.content.decode()

    went = at_once(send)
    assert went.count(reverse("setup_people")) == 1, went
    assert set(went) <= {reverse("setup_people"), reverse("login"), "told"}
    assert User.objects.get().roles == ["administrator"]
    assert first_run.wrong_with(code), "the code opens nothing any more"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_one_recovery_code_at_once_one_gets_in(cast: Cast) -> None:
    with_app(cast.supervisor)
    code, *others = factors.codes_left(cast.supervisor)
    taken = at_once(lambda _n: factors.take_code(cast.supervisor, code))
    assert [row is not None for row in taken].count(True) == 1
    assert factors.take_code(cast.supervisor, code) is None
    assert set(factors.codes_left(cast.supervisor)) == set(others)

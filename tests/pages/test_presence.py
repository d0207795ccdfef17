"""Who else has a case open: for people who see it, about people who see it."""

from __future__ import annotations

import time
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from complaints import presence
from complaints.actions import segregation
from tests import factories as f
from tests.cast import Cast


@pytest.fixture(autouse=True)
def _nobody_there() -> None:
    cache.clear()


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def others(user: Any, case: Any, **asked: str) -> list[list[str]]:
    answer = browser(user).get(reverse("here", args=[case.number]), asked)
    assert answer.status_code == 200
    found: list[list[str]] = answer.json()["others"]
    return found


def test_people_with_access_see_each_other_and_nobody_else(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    case = f.investigating(cast)
    assert others(cast.agent, case) == []
    assert others(cast.agent, case) == [], "nobody meets oneself"
    assert others(cast.supervisor, case, writing="1") == [["", "陈晓雨", " 正在查看"]]
    assert others(cast.agent, case) == [["", "周启明", " 正在写"]]
    outside = browser(cast.outsider).get(reverse("here", args=[case.number]))
    unknown = browser(cast.outsider).get(reverse("here", args=["TS26-999999"]))
    assert (outside.status_code, unknown.status_code) == (404, 404)
    assert len(others(cast.agent, case)) == 1, "who was refused is not there"
    page = browser(cast.agent).get(reverse("queue")).content.decode()
    assert "同事正在写" in page
    assert "周启明" not in page.split("data-rows")[1].split("</table>")[0]
    assert "同事正在写" not in browser(cast.supervisor).get(reverse("queue")).content.decode()
    # gone: by its time, and with the right to see the case
    presence.gone(cast.supervisor, case.pk)
    assert others(cast.agent, case) == []
    others(cast.colleague, case)
    assert len(others(cast.agent, case)) == 1
    named = {"user": cast.colleague.username, "why": "投诉人点名"}
    with django_capture_on_commit_callbacks(execute=True):
        segregation.name_person(case.number, named, by=cast.supervisor)
    assert presence.in_list(cast.agent, [case.pk]) == {}, "not in the list either"
    assert others(cast.agent, case) == []
    others(cast.supervisor, case)
    with time_machine.travel(time.time() + presence.SECONDS + 1, tick=False):
        assert presence.in_list(cast.agent, [case.pk]) == {}


def test_without_the_cache_the_pages_are_the_same(cast: Cast, settings: Any) -> None:
    case = f.investigating(cast)
    client = browser(cast.agent)
    others(cast.supervisor, case)
    nowhere = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nowhere}
    assert others(cast.agent, case) == []
    assert client.get(reverse("queue")).status_code == 200
    assert client.get(reverse("case", args=[case.number])).status_code == 200
    presence.gone(cast.agent, case.pk)


def test_asking_costs_four_statements_while_nobody_else_is_there(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    case, client = f.investigating(cast), browser(cast.agent)
    address = reverse("here", args=[case.number])
    client.get(address)
    with django_assert_max_num_queries(4):  # session, person, teams, the case
        client.get(address, headers={"Accept": "application/json", "Sec-Fetch-Mode": "cors"})

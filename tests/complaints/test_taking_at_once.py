"""领取下一件 as it is in the morning: fifty press at once, on a real server with two workers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.urls import reverse

from accounts.models import Membership, User
from accounts.roles import Role
from complaints.actions import intake
from complaints.models import Complaint, Event
from tests import factories as f
from tests.cast import assemble
from tests.live import Site, session_of

PEOPLE, CASES = 50, 40
TOKEN = "t" * 32
NOTHING = "您的团队现在没有待分配的案件"


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, WEB_WORKERS="2") as running:
        yield running


def asked(url: str, method: str, path: str, cookies: str) -> tuple[HTTPResponse, str]:
    """One request with a connection of its own, which follows nothing; answer and text."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
    form = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    body = urlencode({"csrfmiddlewaretoken": TOKEN}) if method == "POST" else None
    connection.request(method, path, body, {"Cookie": cookies, **form})
    answer = connection.getresponse()
    return answer, answer.read().decode()


def pressed(url: str, sessions: list[str]) -> list[tuple[str, str]]:
    """Where each is led who presses 领取 at the same moment, and the cookie with what is said."""
    start, found = threading.Barrier(len(sessions)), [("", "")] * len(sessions)

    def press(n: int) -> None:
        start.wait(10)
        cookies = f"sessionid={sessions[n]}; csrftoken={TOKEN}"
        answer, _text = asked(url, "POST", "/complaints/take/", cookies)
        said = SimpleCookie(answer.getheader("Set-Cookie", ""))
        message = f"messages={said['messages'].coded_value}" if "messages" in said else ""
        found[n] = (answer.getheader("Location", str(answer.status)), f"{cookies}; {message}")

    threads = [threading.Thread(target=press, args=[n]) for n in range(len(sessions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_fifty_people_on_forty_cases_get_forty_and_ten_are_told(site: Site) -> None:
    cast = assemble()
    word = make_password(None)
    people = User.objects.bulk_create(
        User(username=f"p{n}", name=f"坐席{n}", roles=[str(Role.AGENT)], password=word)
        for n in range(PEOPLE)
    )
    Membership.objects.bulk_create(Membership(user=user, team=cast.team) for user in people)
    with transaction.atomic():  # one flush to the disk for all
        for n in range(CASES):
            intake.register(f.values(order_number=f"SO-{n}"), by=cast.agent)
    came = pressed(site.url, [session_of(user) for user in people])

    owners = {c.owner.username: c for c in Complaint.objects.select_related("owner") if c.owner}
    assert len(owners) == CASES == Complaint.objects.count(), "each is somebody's, nobody has two"
    taken = list(Event.objects.filter(code="taken").values_list("complaint", flat=True))
    assert len(taken) == len(set(taken)) == CASES
    led = {f"p{n}": where for n, (where, _cookies) in enumerate(came)}
    assert {name: where for name, where in led.items() if name in owners} == {
        name: reverse("case", args=[case.number]) for name, case in owners.items()
    }
    left = [cookies for where, cookies in came if where == reverse("queue")]
    assert len(left) == PEOPLE - CASES
    for cookies in left:
        answer, page = asked(site.url, "GET", reverse("queue"), cookies)
        assert (answer.status, NOTHING in page) == (200, True)

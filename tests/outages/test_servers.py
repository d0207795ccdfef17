"""A server goes away and comes back: people are told, nothing is lost, nobody has to restart."""

from __future__ import annotations

import json
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connection, transaction
from django.middleware.csrf import _get_new_csrf_string
from django.utils import timezone

from accounts.models import User
from accounts.reauthentication import KEY
from audit.models import Entry
from complaints.models import Complaint, Reveal
from correspondence import dispatch
from correspondence.models import Notice
from tests import factories as f
from tests.cast import Cast
from tests.live import Site, Worker, eventually, fetch, session_of
from tests.outages.conftest import Installation
from tests.outages.scenes import sent, torn, waiting
from tests.planted import id_number

WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def cookie(user: User, **kept: str) -> dict[str, str]:
    """Signed in, with this in the session."""
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_of(user, **kept)}"}


def test_without_the_database_people_and_programs_get_503_and_it_recovers_by_itself(
    installation: Installation, people: Cast
) -> None:
    case, who = f.investigating(people), cookie(people.agent)
    with installation.site() as site:
        assert fetch(f"{site.url}/complaints/", **who)[0] == 200
        installation.stop(installation.postgres)
        status, page, head = fetch(f"{site.url}/complaints/", **who)
        assert (status, head["Retry-After"]) == (503, "5")
        assert "数据库没有应答，正在自动恢复" in page
        assert 'http-equiv="refresh"' in page
        status, body, head = fetch(f"{site.url}/complaints/", Accept="application/json", **who)
        assert (status, head["Content-Type"]) == (503, "application/problem+json")
        assert fetch(f"{site.url}/healthz")[0] == 200
        status, body, _head = fetch(f"{site.url}/readyz")
        assert (status, '"database": "unreachable"' in body) == (503, True)
        installation.start(installation.postgres)
        again = eventually(lambda: fetch(f"{site.url}/complaints/", **who), lambda a: a[0] == 200)
        assert case.number in again[1]
        assert fetch(f"{site.url}/readyz")[0] == 200


def test_without_valkey_pages_work_and_messages_wait_until_it_is_back(
    installation: Installation, people: Cast
) -> None:
    who = cookie(people.agent)
    with installation.site() as site, installation.worker() as worker:
        lose_the_broker_in_the_middle_of_a_task(installation, worker, people)
        for page in ("/complaints/", "/settings/", "/settings/sign-ins/"):
            assert fetch(f"{site.url}{page}", **who)[0] == 200, page
        status, body, _head = fetch(f"{site.url}/readyz")
        assert (status, '"broker": "unreachable"' in body) == (503, True)
        eventually(lambda: (waiting(), sent()) == (0, 1))
        case = f.investigating(people)
        assert (waiting(), sent()) == (1, 1)
        installation.start(installation.valkey)
        # The signal that was lost is made good by beat's next round, here sent by hand.
        eventually(lambda: fetch(f"{site.url}/readyz")[0] == 200)
        poke(installation)
        eventually(lambda: worker.ready() and waiting() == 0)
        assert Notice.objects.get(outbox__complaint=case).subject.startswith("您的投诉已受理")


def lose_the_broker_in_the_middle_of_a_task(
    installation: Installation, worker: Worker, people: Cast
) -> None:
    """The task's end finds no broker to tell it to; that must not end the worker."""
    with dispatch.by_hand():
        f.investigating(people)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE correspondence_notice")
        poke(installation)
        eventually(lambda: cursor.execute(WAITS) or cursor.fetchone()[0])
        installation.stop(installation.valkey)
        eventually(lambda: b"Connection to broker lost" in worker.process.log.read_bytes())


def poke(installation: Installation) -> None:
    """What beat does every five seconds, once."""
    installation.call("correspondence.tasks.send_waiting")


def test_a_worker_killed_while_it_sends_loses_nothing_and_sends_nothing_twice(
    installation: Installation, people: Cast
) -> None:
    for n in range(40):
        f.investigating(people, order_number=f"SO-{n}")
    all_of_them = waiting()
    with installation.worker() as worker:
        poke(installation)
        eventually(lambda: 0 < sent() < all_of_them)
        worker.kill()
    done = sent()
    assert 0 < done < all_of_them
    with installation.worker():
        poke(installation)
        eventually(lambda: waiting() == 0)
    assert Notice.objects.count() == all_of_them == sent() == 40
    assert torn() == []
    assert Complaint.objects.count() == 40


def test_c6_a_burst_of_a_hundred_without_valkey_is_twenty_values(
    installation: Installation, people: Cast
) -> None:
    """The limit of ten minutes is out of the way: it is the day's that a burst must not pass."""
    number = id_number(random.Random(6))  # noqa: S311 no secret
    case = f.investigating(people, consumer={**f.CONSUMER, "id_number": number})
    token, now = _get_new_csrf_string(), {KEY: timezone.now().isoformat()}
    cookies = f"{cookie(people.agent, **now)['Cookie']}; {settings.CSRF_COOKIE_NAME}={token}"
    sent = json.dumps({"field": "id_number", "purpose": "verify_identity"}).encode()
    head = {"Cookie": cookies, "X-CSRFToken": token, "Content-Type": "application/json"}
    logs, redis = installation.rooms.log, installation.valkey.url
    with Site(logs, REDIS_URL=redis, REVEALS_PER_TEN_MINUTES="1000") as site:
        installation.stop(installation.valkey)
        address = f"{site.url}/api/v1/complaints/{case.number}/reveal/"

        def look(_n: int) -> tuple[int, str, bool]:
            status, body, answered = fetch(address, sent, **head)
            return status, answered.get("Retry-After", ""), number in body

        with ThreadPoolExecutor(8) as many:
            got = list(many.map(look, range(100)))
    assert Counter((status, shown) for status, _wait, shown in got) == {
        (200, True): 20,
        (429, False): 80,
    }
    assert all(int(wait) > 0 for status, wait, _shown in got if status == 429)
    assert Reveal.objects.count() == Entry.objects.filter(verb="reveal.made").count() == 20

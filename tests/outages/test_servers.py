"""A server goes away and comes back: people are told, nothing is lost, nobody has to restart."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from complaints.models import Complaint
from correspondence import dispatch
from correspondence.models import Notice
from tests import factories as f
from tests.cast import Cast
from tests.live import Worker, eventually, fetch, session_of
from tests.outages.conftest import Installation
from tests.outages.scenes import sent, torn, waiting

WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def cookie(user: User) -> dict[str, str]:
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_of(user)}"}


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
    from celery import Celery

    with Celery("beat", broker=installation.valkey.url) as beat:
        beat.send_task("correspondence.tasks.send_waiting", ignore_result=True)


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

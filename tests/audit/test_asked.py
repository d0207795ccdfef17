"""An auditor has the record verified now: one at a time, with progress; a dead worker is said."""

from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from audit import asked, nightly
from audit.asked import State
from audit.models import Entry, Verification, VerificationRun
from audit.seal import seal
from tests import factories as f
from tests.cast import Cast

ADDRESS, START = "/audit/check/", "/audit/check/start/"
PROGRESS = "/audit/check/progress/"


def auditor(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.auditor)
    return client


def test_it_is_asked_for_done_and_kept_with_the_name(cast: Cast) -> None:
    f.registered(cast)
    seal(timezone.now())
    client = auditor(cast)
    assert "等待后台程序" in client.post(START, follow=True).content.decode()
    again = client.post(START, follow=True).content.decode()
    assert "没有重复开始" in again
    run = VerificationRun.objects.get()
    waits = client.get(PROGRESS, headers={"HX-Request": "true"}).content.decode()
    assert "等待后台程序" in waits
    assert asked.work(run.pk, timezone.now())
    assert not asked.work(run.pk, timezone.now())  # delivered again
    over = client.get(PROGRESS, headers={"HX-Request": "true"})
    assert over.headers["HX-Refresh"] == "true"
    page = client.get(ADDRESS).content.decode()
    assert "校验通过" in page
    assert "立即校验" in page
    assert Verification.objects.get().asked_by == cast.auditor.name
    assert Entry.objects.filter(verb="verification.asked").count() == 1


def test_only_auditors_start_one(cast: Cast) -> None:
    client = Client()
    for user in (cast.agent, cast.supervisor, cast.counsel, cast.administrator):
        client.force_login(user)
        assert client.post(START).status_code == 403
    assert auditor(cast).get(START).status_code == 405
    assert not VerificationRun.objects.exists()


def test_a_dead_worker_is_said_and_another_may_start(cast: Cast) -> None:
    client, now = auditor(cast), timezone.now()
    asked.ask(cast.auditor, now)
    VerificationRun.objects.update(started_at=now - timedelta(minutes=1))
    page = client.get(ADDRESS).content.decode()
    assert "后台程序中途停止，没有结果" in page
    client.post(START)
    assert VerificationRun.objects.count() == 2
    assert asked.standing(timezone.now()).state == State.WAITING
    later = timezone.now() + timedelta(minutes=5)
    assert asked.standing(later).state == State.LATE


@pytest.mark.django_db(transaction=True)
def test_while_one_goes_on_its_lock_says_so(cast: Cast) -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('audit'), hashtext('verify'))")
        assert nightly.running()
        assert asked.ask(cast.auditor, timezone.now()) is None
        assert "正在校验" in auditor(cast).get(ADDRESS).content.decode()
    finally:
        other.close()

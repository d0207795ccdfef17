"""Passwords tried over many names from one address, and at one name from many addresses: both end,
for longer each time; whoever belongs here gets in all the while.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import devices, lockout, spraying
from accounts.models import Alarm, SignInLock
from audit.models import Entry
from tests.cast import PASSWORD, Cast
from tests.walks.ask import text_of

HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
MOST = 8


@pytest.fixture(autouse=True)
def _few(settings: Any) -> None:
    settings.SIGN_IN_TRIES = MOST


def tried(name: str, typed: str = "wrong", *, at: str = HERE, by: Client | None = None) -> Any:
    """A sign-in from the address."""
    form = {"username": name, "password": typed}
    return (by or Client()).post(reverse("login"), form, REMOTE_ADDR=at)


def sprayed(names: range, at: str = HERE) -> list[int]:
    """One try at each of so many names: the answers."""
    return [tried(f"somebody{n}", at=at).status_code for n in names]


def later(**time: int) -> None:
    """All that was tried and locked lies so much further back."""
    for row in SignInLock.objects.all():
        row.at, row.until = row.at - timedelta(**time), row.until - timedelta(**time)
        row.save()
    for attempt in AccessAttempt.objects.all():
        attempt.attempt_time -= timedelta(**time)
        attempt.save()


def test_many_names_from_one_address_end_there_for_longer_each_time(cast: Cast) -> None:
    own = Client()
    assert tried("agent", PASSWORD, by=own).status_code == 302
    assert sprayed(range(MOST)) == [200] * (MOST - 1) + [429]
    locked = tried("colleague", PASSWORD)
    assert locked.status_code == 429
    assert 200 < int(locked["Retry-After"]) <= 300
    assert "以后可以再试（约 5 分钟）" in locked.content.decode()
    assert text_of(tried("nobody", PASSWORD)) == text_of(tried("colleague", PASSWORD))
    # who belongs here: the own browser, a passkey (which is looked at), another address
    assert tried("agent", PASSWORD, by=own).status_code == 302
    assert own.post(reverse("passkey"), {"credential": "{}"}, REMOTE_ADDR=HERE).status_code == 400
    assert tried("colleague", PASSWORD, at=ELSEWHERE).status_code == 302
    assert tried("colleague", PASSWORD, by=own).status_code == 429, "it knows the agent alone"
    (alarm,) = Alarm.objects.all()
    assert (alarm.kind, alarm.about, alarm.detail["network"]) == ("spraying", None, f"{HERE}/32")
    assert {each.user for each in alarm.notices.all()} == {cast.auditor, cast.security}
    told = Entry.objects.get(verb="sign_in_locked")
    assert told.detail["times"] == 1
    assert HERE not in str(told.detail)
    waits = []
    for _n in range(8):
        later(hours=5)
        sprayed(range(100, 100 + MOST))
        row = SignInLock.objects.get()
        waits.append((row.until - row.at) // timedelta(minutes=1))
    assert waits == [10, 20, 40, 80, 160, 240, 240, 240]
    later(days=2)
    assert tried("colleague", PASSWORD).status_code == 302
    lockout.notice(timezone.now())
    assert SignInLock.objects.count() == 0, "forgotten: the next is a first one"


def test_an_office_behind_one_address_mistypes_as_much_as_it_likes(cast: Cast) -> None:
    for name in list(cast.everybody()) * 2:
        for _n in range(2):
            assert tried(name).status_code == 200
        assert tried(name, PASSWORD).status_code == 302
    assert SignInLock.objects.count() == 0


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("2001:db8:1:2::a", "2001:db8:1:2:ffff::b", True),
        ("2001:db8:1:2::a", "2001:db8:1:3::a", False),
        (HERE, f"::ffff:{HERE}", True),
        (HERE, "203.0.113.8", False),
    ],
)
def test_a_network_of_ipv6_counts_as_one_address(
    cast: Cast, first: str, second: str, alike: bool
) -> None:
    sprayed(range(MOST), at=first)
    assert tried("agent", PASSWORD, at=second).status_code == (429 if alike else 302)


def test_the_address_is_what_the_own_proxy_saw(cast: Cast, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    claimed = [f"10.0.0.{n}, {HERE}" for n in range(MOST)]
    for n, header in enumerate(claimed):
        client = Client(headers={"X-Forwarded-For": header})
        tried(f"somebody{n}", at="127.0.0.1", by=client)
    assert SignInLock.objects.get().subject == f"from:{HERE}/32"


def test_one_name_from_many_addresses_ends_but_not_for_the_own_browser(cast: Cast) -> None:
    own = Client()
    assert tried("agent", PASSWORD, by=own).status_code == 302
    for n in range(spraying.NAME_TRIES):
        tried("agent", at=f"192.0.2.{n}")
        tried("nobody", at=f"192.0.2.{n}")
    for name in ("agent", "nobody"):  # the same for a name that nobody has
        assert tried(name, PASSWORD, at=ELSEWHERE).status_code == 429
    assert tried("colleague", PASSWORD, at="192.0.2.1").status_code == 302
    assert tried("agent", PASSWORD, by=own, at=ELSEWHERE).status_code == 302
    assert not SignInLock.objects.filter(subject__contains="agent").exists()
    for n in range(spraying.NAME_TRIES):
        tried("counsel", at=f"192.0.2.{n}")
    assert lockout.notice(timezone.now()) == 2
    assert {a.about for a in Alarm.objects.filter(kind="locked_out")} == {cast.agent, cast.counsel}


def test_the_mark_of_a_browser_opens_nothing_and_is_believed_only_when_it_is_ours(
    cast: Cast,
) -> None:
    own = Client()
    tried("agent", PASSWORD, by=own)
    mark = own.cookies[devices.COOKIE]
    assert (mark["httponly"], mark["samesite"], "agent" in mark.value) == (True, "Lax", False)
    sprayed(range(MOST))
    for forged in (mark.value[:-2], mark.value + "x", "", "WyJhIl0:x:y"):
        client = Client()
        client.cookies[devices.COOKIE] = forged
        assert tried("agent", PASSWORD, by=client).status_code == 429
    stolen = Client()
    stolen.cookies[devices.COOKIE] = mark.value
    assert stolen.get(reverse("queue")).status_code == 302
    answers = [tried("agent", by=stolen, at=ELSEWHERE).status_code for _n in range(5)]
    assert answers == [200] * 4 + [429], "five tries, as anywhere"


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_all_counted_and_lock_once(cast: Cast) -> None:
    gate = threading.Barrier(20)

    def fail(n: int) -> None:
        gate.wait(30)
        tried(f"somebody{n}")
        connection.close()

    threads = [threading.Thread(target=fail, args=(n,)) for n in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    counted = AccessAttempt.objects.aggregate(n=Sum("failures_since_start"))["n"]
    assert MOST <= counted <= 20
    assert SignInLock.objects.get().times == 1
    assert Alarm.objects.count() == 1
    assert tried("agent", PASSWORD).status_code == 429

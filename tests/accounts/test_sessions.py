"""Sign-ins end: by idleness, by age, by hand, and when what they rested on changed (C18, A7)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts import people, sessions, tasks
from accounts.models import Session, User
from accounts.sessions import device, limits
from accounts.sessions.store import SIGN_IN, SessionStore, hashed
from audit.models import Entry
from config.middleware import Sessions, behind_proxies
from tests.cast import PASSWORD, Cast
from tests.walks.ask import browser

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
MINUTE = timedelta(minutes=1)


def sign_in(user: User, client: Client | None = None, agent: str = CHROME) -> Client:
    """A browser in which the person has signed in with the password."""
    client = client or Client(headers={"User-Agent": agent})
    answer = client.post(reverse("login"), {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def key(client: Client) -> str:
    return client.cookies[configured.SESSION_COOKIE_NAME].value


def row(client: Client) -> Session:
    return Session.objects.get(session_key=hashed(key(client)))


def aged(client: Client, *, idle: timedelta, since: timedelta = timedelta(0)) -> datetime:
    """As if the last act lay so far back, and the sign-in so far; answers the moment of the act."""
    acted = timezone.now() - idle
    began = timezone.now() - max(since, idle)
    Session.objects.filter(pk=row(client).pk).update(
        last_act_at=acted, began_at=began, expire_date=limits.end(began, acted)
    )
    return acted


def open_to(client: Client) -> bool:
    """Whether the browser is signed in; asked so that it is no act."""
    return client.get(reverse("settings"), headers={"HX-Request": "true"}).status_code == 200


def verbs(user: User) -> list[str]:
    entries = Entry.objects.filter(subject=f"user:{user.username}").order_by("sequence")
    return list(entries.values_list("verb", flat=True))


def test_only_the_hash_of_a_key_is_kept_and_it_opens_nothing(cast: Cast) -> None:
    client = sign_in(cast.agent)
    kept = row(client)
    columns = {f.attname: str(getattr(kept, f.attname)) for f in Session._meta.fields}
    assert not [name for name, value in columns.items() if key(client) in value]
    thief = Client()
    thief.cookies[configured.SESSION_COOKIE_NAME] = kept.session_key
    assert (open_to(thief), open_to(client)) == (False, True)
    assert (kept.user, kept.device, kept.address) == (cast.agent, "Chrome · Windows", "127.0.0.1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=kept.pk).update(session_key=key(client))


# What is asked; whether somebody sits there
ASKED: list[tuple[str, str, dict[str, str], bool]] = [
    ("get", "/settings/", {}, True),
    ("get", "/settings/", {"Sec-Fetch-Mode": "navigate"}, True),
    ("get", "/settings/", {"HX-Request": "true", "X-By-Hand": "1"}, True),
    ("post", "/settings/density/", {}, True),
    ("post", "/settings/density/", {"HX-Request": "true"}, True),
    ("get", "/settings/", {"HX-Request": "true"}, False),
    ("get", "/settings/", {"Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch"}, False),
    ("get", "/settings/", {"Sec-Fetch-Mode": "no-cors"}, False),
    ("get", "/notices/count/", {"Accept": "application/json"}, False),
    ("get", "/api/v1/complaints/", {}, False),
    ("get", "/api/v1/complaints/", {"X-By-Hand": "1"}, True),
    ("get", "/login/", {}, False),
]


def test_what_a_person_does_keeps_the_session_and_what_a_page_asks_by_itself_does_not(
    cast: Cast,
) -> None:
    client = sign_in(cast.agent)
    for method, path, headers, kept in ASKED:
        acted = aged(client, idle=29 * MINUTE)
        answer = getattr(client, method)(path, headers=headers)
        assert answer.status_code in (200, 302), path
        now = row(client)
        assert (now.last_act_at > acted) is kept, (method, path, headers)
        assert (now.expire_date > timezone.now() + 2 * MINUTE) is kept, (method, path, headers)
    acted = aged(client, idle=limits.step() / 2)
    client.get("/settings/")
    assert row(client).last_act_at == acted, "a busy person costs a write a minute, not a request"


def test_whoever_did_nothing_for_half_an_hour_signs_in_again_and_comes_back(
    cast: Cast, settings: Any
) -> None:
    client = sign_in(cast.agent)
    for minutes in (5, 30):
        settings.SESSION_IDLE_MINUTES = minutes
        aged(client, idle=minutes * MINUTE - timedelta(seconds=20))
        assert open_to(client), minutes
        aged(client, idle=minutes * MINUTE + timedelta(seconds=1))
        saved = row(client).pk
        hx = client.get("/settings/", headers={"HX-Request": "true"})
        assert (hx.status_code, hx.json()["title"]) == (401, "登录已过期")
        assert client.get("/settings/?a=1").url == "/login/?next=/settings/%3Fa%3D1"
        assert Session.objects.filter(pk=saved).exists(), "looking deletes nothing"
        sign_in(cast.agent, client)
        assert open_to(client)
    tasks.forget_sessions()
    assert Session.objects.filter(user=cast.agent).count() == 1


def test_after_twelve_hours_a_sign_in_ends_whatever_is_done(cast: Cast) -> None:
    client = sign_in(cast.agent)
    aged(client, idle=2 * MINUTE, since=12 * 60 * MINUTE - 3 * MINUTE)
    assert client.get("/settings/").status_code == 200
    kept = row(client)
    assert timezone.now() - kept.last_act_at < MINUTE
    assert kept.expire_date == kept.began_at + timedelta(hours=12)
    aged(client, idle=timedelta(0), since=12 * 60 * MINUTE + timedelta(seconds=1))
    assert client.get("/settings/").status_code == 302
    assert client.post("/settings/density/").status_code == 302


def test_the_own_page_shows_where_one_is_signed_in_and_ends_one_or_all_others(cast: Cast) -> None:
    here = sign_in(cast.agent)
    phone = sign_in(cast.agent, agent="Mozilla/5.0 (iPhone) Version/18 Safari/604.1")
    third, foreign = sign_in(cast.agent), sign_in(cast.colleague)
    page = here.get(reverse("sign_ins")).content.decode()
    assert page.count("Chrome · Windows") >= 2
    assert "Safari · iPhone" in page
    assert page.count("当前设备") == 1
    for client in (here, phone, third):
        assert key(client) not in page
        assert hashed(key(client)) not in page

    def end(**data: str) -> str:
        return here.post(reverse("sign_ins"), data, follow=True).content.decode()

    gone = str(row(phone).pk)
    assert "已结束 Safari · iPhone 上的登录" in end(sign_in=gone)
    assert not open_to(phone)
    for again in (gone, str(row(foreign).pk), "0", "x", "9" * 18, "9" * 30, "²"):
        assert "这个登录已经结束了" in end(sign_in=again), again
    assert open_to(foreign)
    assert "已结束 1 个登录" in end()
    assert "没有其他登录" in end()
    assert [open_to(c) for c in (here, third, foreign)] == [True, False, True]
    assert verbs(cast.agent) == ["signed_in"] * 3 + ["sessions_ended"] * 2
    here.post(reverse("logout"))
    assert verbs(cast.agent)[-1] == "signed_out"
    assert not Session.objects.filter(user=cast.agent).exists()


def test_whoever_looks_after_accounts_ends_somebody_elses_and_nobody_else_may(cast: Cast) -> None:
    one, other = sign_in(cast.agent), sign_in(cast.agent)
    address = reverse("user_sign_ins", args=[cast.agent.pk])
    for name, user in cast.everybody().items():
        if name not in ("administrator", "security", "agent"):
            client = browser(user)
            assert client.get(address).status_code == 403, name
            assert client.post(address).status_code == 403, name
    assert (one.get(address).status_code, one.post(address).status_code) == (403, 403)
    keeper = browser(cast.administrator)
    assert "陈晓雨 的登录" in keeper.get(address).content.decode()
    for way_in in (keeper, browser(cast.security)):
        assert address in way_in.get(reverse("users")).content.decode()
    browser(cast.security).post(address, {"sign_in": row(one).pk})
    assert (open_to(one), open_to(other)) == (False, True)
    assert "已结束 1 个登录" in keeper.post(address, follow=True).content.decode()
    assert not open_to(other)
    empty = keeper.get(address).content.decode()
    assert "陈晓雨 现在没有登录" in empty
    assert "结束全部登录" not in empty
    ended = Entry.objects.filter(subject="user:agent", verb="sessions_ended")
    assert list(ended.values_list("actor", flat=True)) == ["security", "administrator"]
    own = reverse("user_sign_ins", args=[cast.administrator.pk])
    assert keeper.post(own).url == reverse("sign_ins")
    assert keeper.get(reverse("user_sign_ins", args=[0])).status_code == 404


def test_sessions_end_when_what_they_rest_on_changes(cast: Cast) -> None:
    def changed(**to: Any) -> bool:
        """Whether the person is still signed in after the change."""
        user = User.objects.get(pk=cast.agent.pk)
        client = browser(user)
        as_it_was = {
            "name": user.name,
            "roles": user.roles,
            "memberships": dict(user.memberships),
        }
        people.change(user, by=cast.administrator, **{**as_it_was, **to})
        return open_to(client)

    assert changed(name="陈晓")
    assert changed(memberships={})
    assert not changed(roles=["supervisor"])
    client = browser(cast.agent)
    people.reset_password(cast.agent, cast.administrator)
    assert not open_to(client)
    assert not Session.objects.filter(user=cast.agent).exists()


def test_the_key_changes_with_each_sign_in_so_that_a_planted_one_is_worth_nothing(
    cast: Cast,
) -> None:
    planted = SessionStore()
    planted["x"] = "y"
    planted.save()
    client = Client()
    client.cookies[configured.SESSION_COOKIE_NAME] = planted.session_key
    invented = Client()
    invented.cookies[configured.SESSION_COOKIE_NAME] = "a" * 32
    for victim, known in ((client, str(planted.session_key)), (invented, "a" * 32)):
        sign_in(cast.agent, victim)
        assert key(victim) != known
        attacker = Client()
        attacker.cookies[configured.SESSION_COOKIE_NAME] = known
        assert (open_to(attacker), open_to(victim)) == (False, True)
    before, began = key(client), row(client).began_at
    sign_in(cast.agent, client)  # once more, in the same window
    assert key(client) != before
    assert row(client).began_at > began
    assert not Session.objects.filter(session_key=hashed(before)).exists()


def test_a_session_ended_during_a_request_is_not_revived_by_it(cast: Cast) -> None:
    client = sign_in(cast.agent)

    def ending(request: HttpRequest) -> HttpResponse:
        request.session["seen"] = 1
        sessions.end_all(cast.agent, by=cast.administrator, at=timezone.now())
        return HttpResponse("done")

    asked = RequestFactory().get("/settings/")
    asked.COOKIES[configured.SESSION_COOKIE_NAME] = key(client)
    answer = Sessions(ending)(asked)
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/settings/")
    assert answer.cookies[configured.SESSION_COOKIE_NAME]["max-age"] == 0
    assert not Session.objects.filter(user=cast.agent).exists()
    assert not open_to(client)


def test_a_session_keeps_its_limits_when_its_key_changes(cast: Cast) -> None:
    client = sign_in(cast.agent)
    asked = RequestFactory().get("/")
    asked.session = SessionStore(key(client))
    began = asked.session[SIGN_IN]["began"]
    sessions.rotate(asked)
    asked.session.save()
    assert asked.session.session_key != key(client)
    kept = Session.objects.get(user=cast.agent)
    assert (kept.began_at.isoformat(), kept.device) == (began, "Chrome · Windows")
    assert not open_to(client)


@pytest.mark.parametrize(
    ("trusted", "header", "seen"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "<script>", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_an_address_is_believed_from_own_proxies_only(
    settings: Any, trusted: int, header: str, seen: str
) -> None:
    settings.TRUSTED_PROXIES = trusted
    asked = RequestFactory().get("/", headers={"X-Forwarded-For": header})
    behind_proxies(lambda request: HttpResponse())(asked)
    assert asked.META["REMOTE_ADDR"] == seen


def test_browsers_are_told_apart_by_family() -> None:
    told = {
        CHROME: "Chrome · Windows",
        CHROME.replace("Safari", "Edg/140.0 Safari"): "Edge · Windows",
        CHROME + " wxwork/4.1 MicroMessenger/7.0": "企业微信 · Windows",
        "Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537 DingTalk(7.6)": "",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox · Linux",
        "curl/8.5": "未知的浏览器",
        "": "未知的浏览器",
    }
    for sent, words in told.items():
        found = device.words(device.family(sent))
        assert found == words or (not words and re.fullmatch("(钉钉|Chrome) · Android", found))
        assert len(device.family(sent)) <= 60

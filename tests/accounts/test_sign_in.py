"""The way in and out, lock-out, and the own password."""

import logging
import re
from time import process_time
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.hashers import check_password, make_password
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts import keys, lockout
from accounts.models import Alarm, Session, User
from audit.models import Entry
from config.settings import base
from tests.accounts.factors import with_app
from tests.cast import PASSWORD, Cast
from tests.walks.ask import text_of
from tests.walks.routes import all_routes

NEW = "a quite different sentence"
SECRET = "Correct-Horse-990101199001019999"  # typed into the wrong box


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str):
    return client.post(reverse("login"), {"username": username, "password": password, **more})


def test_everybody_lands_on_the_page_of_the_own_role(cast: Cast) -> None:
    wanted = {
        "agent": "queue",
        "supervisor": "danger",
        "counsel": "review",
        "auditor": "today",
        "administrator": "today",
        "security": "today",
    }
    for username, name in wanted.items():
        client = Client()
        assert sign_in(client, username).url == "/"
        assert client.get("/").url == reverse(name)


def test_unknown_name_wrong_password_and_deactivated_person_read_the_same_words(cast: Cast) -> None:
    User.objects.filter(pk=cast.colleague.pk).update(is_active=False)
    pages = [
        sign_in(Client(), *who).content.decode()
        for who in (("nobody", PASSWORD), ("agent", "wrong"), ("colleague", PASSWORD))
    ]
    for page in pages:
        assert "用户名或密码不正确。<br>还可以再试 4 次。" in page


def test_no_door_tells_who_exists_or_by_what_they_come_in(cast: Cast) -> None:
    User.objects.filter(pk=cast.colleague.pk).update(is_active=False)
    cast.auditor.set_unusable_password()  # comes by the enterprise's account
    cast.auditor.save()
    with_app(cast.counsel)
    _key, secret = keys.issue(cast.supervisor, ["complaints:read"], label="a", by=cast.supervisor)

    def signing_in(name: str) -> Any:
        return sign_in(Client(), name, "wrong")

    def by_passkey(answer: str) -> Any:
        return Client().post(reverse("passkey"), {"credential": answer})

    def by_key(secret: str) -> Any:
        return Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"})

    unknown = '{"id": "AAAA", "rawId": "AAAA", "response": {}, "type": "public-key"}'
    doors: dict[Any, list[str]] = {
        signing_in: ["nobody", "agent", "colleague", "auditor", "counsel"],
        by_passkey: ["{}", unknown, "x", "[]"],
        by_key: [
            secret[:-1] + ("y" if secret.endswith("x") else "x"),
            "kesu_" + "x" * (len(secret) - 5),
            "x",
            "",
        ],
    }
    for door, values in doors.items():
        told = {(answer.status_code, _said(answer)) for answer in map(door, values)}
        assert len(told) == 1, door


def _said(answer: Any) -> str:
    """What it says, without what differs between any two pages and what the person has typed."""
    text = re.sub(r'value="(nobody|agent|colleague|auditor|counsel)"', "", text_of(answer))
    return text.replace(answer.get("X-Request-ID", "-"), "")


def test_a_name_longer_than_any_reads_the_same_words(cast: Cast) -> None:
    answer = sign_in(Client(), "a" * 300)
    assert answer.status_code == 200
    assert "用户名或密码不正确。" in answer.content.decode()


def test_after_five_failures_the_page_says_when_the_next_attempt_is_possible(cast: Cast) -> None:
    client = Client()
    for _n in range(4):
        assert sign_in(client, "agent", "wrong").status_code == 200
    locked = sign_in(client, "agent", "wrong")
    assert locked.status_code == 429
    assert 0 < int(locked["Retry-After"]) <= 15 * 60
    assert "以后可以再试（约 15 分钟）" in locked.content.decode()
    assert sign_in(client, "agent").status_code == 429
    assert sign_in(client, "colleague").status_code == 302
    for _n in range(5):
        sign_in(client, "nobody", "wrong")
    assert lockout.notice(timezone.now()) == 1
    lockout.notice(timezone.now())  # half a minute later
    assert [(a.kind, a.about) for a in Alarm.objects.all()] == [("locked_out", cast.agent)]


def test_nothing_that_was_typed_at_a_failed_sign_in_is_kept_or_logged(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client()
    for typed in (SECRET, f" {SECRET} ", "agent"):  # the box for the name takes passwords as well
        sign_in(client, typed, "wrong", opinion="身份证号在这里", code="123456")
    for _n in range(4):
        sign_in(client, SECRET, "wrong")
    assert sign_in(client, SECRET, "wrong").status_code == 429
    rows = list(AccessAttempt.objects.values())
    assert len(rows) == 2, "two spellings of a name count as one"
    whole = str([rows, *(list(m.objects.values()) for m in (AccessLog, Entry, Session))])
    for word in (SECRET, "身份证号", "123456"):
        assert word not in whole
        assert word not in caplog.text
    assert not any(row["username"] in ("agent", SECRET) for row in rows)


def test_passwords_are_kept_under_argon2(settings: Any) -> None:
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS  # the tests' own is a quick one
    assert make_password(PASSWORD).startswith("argon2$argon2id$")
    assert len(base.PASSWORD_HASHERS) == 1


def test_leaving_needs_a_post(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.agent)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).url == reverse("login")
    assert client.get(reverse("queue")).url.startswith(reverse("login"))


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [("/settings/", "/settings/"), ("https://evil.example/", "/"), ("//evil.example/", "/")],
)
def test_after_signing_in_only_pages_of_this_site_are_opened(
    cast: Cast, target: str, goes_to: str
) -> None:
    assert sign_in(Client(), "agent", next=target).url == goes_to


def test_a_script_is_told_that_the_session_ended_and_signs_in_again_in_place(cast: Cast) -> None:
    client = Client()
    assert client.get(reverse("queue"), headers={"HX-Request": "true"}).status_code == 401
    wrong = client.post(
        reverse("login"),
        {"username": "agent", "password": "x"},
        headers={"Accept": "application/json"},
    )
    assert (wrong.status_code, wrong.json()) == (400, {"detail": "用户名或密码不正确。"})
    right = client.post(
        reverse("login"),
        {"username": "agent", "password": PASSWORD},
        headers={"Accept": "application/json"},
    )
    assert right.status_code == 200
    assert right.json()["csrf_token"]
    assert client.get(reverse("queue"), headers={"HX-Request": "true"}).status_code == 200


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(cast: Cast) -> None:
    answer = Client().post(
        reverse("take"), headers={"Referer": "http://testserver/complaints/?state=open"}
    )
    assert answer.url == "/login/?next=http%3A//testserver/complaints/%3Fstate%3Dopen"


def test_a_given_password_must_be_changed_before_anything_else(cast: Cast) -> None:
    User.objects.filter(pk=cast.agent.pk).update(must_change_password=True)
    client = Client()
    sign_in(client, "agent")
    assert client.get(reverse("queue")).url == reverse("password")
    changed = client.post(
        reverse("password"), {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    )
    assert changed.url == reverse("home")
    assert client.get(reverse("queue")).status_code == 200
    assert sign_in(Client(), "agent", NEW).status_code == 302


def test_a_changed_password_ends_the_other_sessions_and_is_recorded(cast: Cast) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client, "agent")
    here.post(
        reverse("password"), {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    )
    assert here.get(reverse("queue")).status_code == 200
    assert there.get(reverse("queue")).status_code == 302
    verbs = list(
        Entry.objects.filter(subject="user:agent")
        .order_by("sequence")
        .values_list("verb", flat=True)
    )
    assert verbs == ["signed_in", "signed_in", "password_changed", "sessions_ended"]


@pytest.mark.parametrize(
    ("old", "first", "second", "words"),
    [
        ("wrong", NEW, NEW, "现在的密码不正确。"),
        (PASSWORD, NEW, "something else", "两次输入的新密码不一样。"),
        (PASSWORD, "1234567890123", "1234567890123", "数字"),
    ],
)
def test_a_refused_new_password_says_why(
    cast: Cast, old: str, first: str, second: str, words: str
) -> None:
    client = Client()
    client.force_login(cast.agent)
    page = client.post(
        reverse("password"), {"old_password": old, "new_password1": first, "new_password2": second}
    )
    assert words in page.content.decode()


def test_a_deactivated_person_is_out_at_once(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.agent)
    User.objects.filter(pk=cast.agent.pk).update(is_active=False)
    assert client.get(reverse("queue")).status_code == 302


def test_nothing_of_the_libraries_own_pages_is_reachable_and_nobody_signs_up(cast: Cast) -> None:
    names = {route.name for route in all_routes()}
    assert not {name for name in names if name.startswith(("account_", "mfa_"))}
    assert not get_adapter().is_open_for_signup(RequestFactory().get("/"))
    for path in ("accounts/signup/", "accounts/password/reset/", "accounts/email/", "signup/"):
        assert Client().get(f"/{path}").status_code == 404


def test_the_key_of_the_session_changes_when_somebody_signs_in(cast: Cast) -> None:
    client = Client()
    client.get(reverse("login"))
    planted = client.session
    planted["planted"] = "by somebody else"
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    sign_in(client, "agent")
    assert client.cookies["sessionid"].value != planted.session_key
    assert client.get(reverse("queue")).status_code == 200
    thief = Client()
    thief.cookies["sessionid"] = planted.session_key
    assert thief.get(reverse("queue")).status_code == 302


def test_somebody_else_signing_in_here_ends_the_session_of_who_sat_here(cast: Cast) -> None:
    client = Client()
    sign_in(client, "agent")
    before = client.cookies["sessionid"].value
    sign_in(client, "counsel")
    assert client.get("/").url == reverse("review")
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get(reverse("queue")).status_code == 302


def test_unknown_name_wrong_password_and_deactivated_person_take_the_same_time(
    cast: Cast, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.AXES_FAILURE_LIMIT = settings.SIGN_IN_TRIES = 1000
    for known in (cast.agent, cast.colleague):
        known.set_password(PASSWORD)
        known.save()
    User.objects.filter(pk=cast.colleague.pk).update(is_active=False)
    cast.auditor.set_unusable_password()
    cast.auditor.save()
    tries = {"agent": "wrong", "nobody": PASSWORD, "colleague": PASSWORD, "auditor": PASSWORD}
    took: dict[str, list[float]] = {name: [] for name in tries}
    client = Client()
    for _n in range(12):  # in turns, so that whatever else the machine does falls on all alike
        for name, typed in tries.items():
            begun = process_time()  # of this process alone: others use the machine too
            sign_in(client, name, typed)
            took[name].append(process_time() - begun)
    fastest = {name: min(times) for name, times in took.items()}
    assert max(fastest.values()) < 1.5 * min(fastest.values()), fastest
    begun = process_time()
    check_password(PASSWORD, cast.agent.password)
    assert min(fastest.values()) > 0.5 * (process_time() - begun)  # each did hash

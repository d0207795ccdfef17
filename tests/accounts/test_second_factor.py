"""C-login: a password is never enough for a role that needs more; codes count once; whoever lost
all is helped by a recorded act. (PRIVACY.md, "Login"; docs/sign-in.md)

Longer than others: one way in, whose steps each of these tests takes.
"""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as configured
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import factor_mails, factors
from accounts.models import Alarm, AlarmKind, FactorKey, User
from accounts.vault import VaultError
from audit.models import Entry
from tests import factories as f
from tests.accounts.factors import code_of, opened, secret_on, with_app
from tests.cast import PASSWORD, Cast
from tests.walks.ask import ask, browser, methods, undone
from tests.walks.routes import all_routes
from tests.walks.test_visitors import is_open
from tests.walks.world import example

NEEDS = ["supervisor", "counsel", "auditor", "administrator", "security"]


@pytest.fixture(autouse=True)
def _enforced(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = NEEDS


def password(client: Client, username: str, **more: Any) -> Any:
    return client.post(reverse("login"), {"username": username, "password": PASSWORD}, **more)


def code(client: Client, typed: str, **more: Any) -> Any:
    return client.post(reverse("second_step"), {"code": typed}, **more)


def verbs(username: str) -> list[str]:
    rows = Entry.objects.filter(subject=f"user:{username}").order_by("sequence")
    return list(rows.values_list("verb", flat=True))


def key_of(client: Client) -> str:
    return client.cookies["sessionid"].value


def test_login_default_is_every_role_that_leads_signs_audits_or_administers() -> None:
    from config import env

    assert env.VARIABLES["SECOND_FACTOR_ROLES"].default.split(",") == NEEDS


def test_login_first_time_sets_up_an_app_and_is_in_only_after_the_recovery_codes(
    cast: Cast,
) -> None:
    User.objects.filter(pk=cast.supervisor.pk).update(email="zhou@kesu.example")
    client = Client()
    assert password(client, "supervisor").url == reverse("enrol")
    keys = [key_of(client)]
    page = client.get(reverse("enrol")).content.decode()
    secret = secret_on(page)
    assert secret_on(client.get(reverse("enrol")).content.decode()) == secret  # reloaded
    assert secret not in json.dumps(dict(client.session.items()))
    wrong = client.post(reverse("enrol"), {"code": code_of(secret, later=5)})
    assert "动态口令不正确" in wrong.content.decode()
    assert client.post(reverse("enrol"), {"credential": "{]"}).status_code == 200
    assert not factors.has_main(cast.supervisor)

    assert client.post(reverse("enrol"), {"code": code_of(secret)}).url == reverse("enrol")
    shown = client.get(reverse("enrol"))
    codes = factors.codes_left(cast.supervisor)
    assert len(codes) == 10
    assert all(each in shown.content.decode() for each in codes)
    assert "no-store" in shown["Cache-Control"]
    assert client.get(reverse("queue")).status_code == 302  # not in yet
    assert client.post(reverse("enrol"), {"kept": "1"}).url == reverse("home")
    keys.append(key_of(client))
    assert client.get(reverse("queue")).status_code == 200
    assert len(set(keys)) == 2
    assert verbs("supervisor") == ["second_factor_added", "signed_in"]
    detail = Entry.objects.get(subject="user:supervisor", verb="signed_in").detail
    assert detail == {"by": ["password", "totp"]}

    assert factor_mails.send(timezone.now()) == 1
    assert factor_mails.send(timezone.now()) == 0
    assert mail.outbox[0].to == ["zhou@kesu.example"]
    assert "添加了一种两步验证方式" in mail.outbox[0].body
    assert secret not in mail.outbox[0].body


def test_login_secrets_lie_sealed_and_somebody_elses_opens_nothing(cast: Cast) -> None:
    mine, theirs = with_app(cast.supervisor), with_app(cast.counsel)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        (text,) = cursor.fetchone()
    assert mine not in text
    assert theirs not in text
    assert not any(each.replace(" ", "") in text for each in factors.codes_left(cast.counsel))
    rows = {row.user_id: row for row in Authenticator.objects.filter(type="totp")}
    assert opened(rows[cast.supervisor.pk]) == mine
    rows[cast.supervisor.pk].data = rows[cast.counsel.pk].data
    with pytest.raises(VaultError):
        opened(rows[cast.supervisor.pk])
    assert len({bytes(row.data_key) for row in FactorKey.objects.all()}) == 2


def test_login_code_counts_once_and_none_that_is_older(cast: Cast) -> None:
    secret = with_app(cast.supervisor)
    now, before = code_of(secret), code_of(secret, later=-1)
    first, second = Client(), Client()
    assert password(first, "supervisor").url == reverse("second_step")
    before_code = key_of(first)
    assert code(first, f" {now[:3]} {now[3:]} ").url == reverse("home")
    assert key_of(first) != before_code
    assert first.get(reverse("queue")).status_code == 200
    password(second, "supervisor")
    for used in (now, before, "", "十二万三千", "1" * 500):
        assert code(second, used).status_code == 200, used
        assert second.get(reverse("queue")).status_code == 302
    thief = Client()
    thief.cookies["sessionid"] = before_code
    assert thief.get(reverse("queue")).status_code == 302


def test_login_recovery_code_counts_once_and_is_told(cast: Cast) -> None:
    User.objects.filter(pk=cast.supervisor.pk).update(email="zhou@kesu.example")
    cast.supervisor.refresh_from_db()
    with_app(cast.supervisor)
    spare = factors.codes_left(cast.supervisor)[3]
    first, second = Client(), Client()
    password(first, "supervisor")
    assert code(first, spare).url == reverse("home")
    password(second, "supervisor")
    assert "已经用过" in code(second, spare).content.decode()
    assert len(factors.codes_left(cast.supervisor)) == 9
    assert "recovery_code_used" in verbs("supervisor")
    factor_mails.send(timezone.now())
    assert any("恢复码登录" in each.subject for each in mail.outbox)


def test_login_wrong_codes_lock_like_passwords_and_from_many_addresses_too(cast: Cast) -> None:
    secret = with_app(cast.supervisor)
    client = Client()
    password(client, "supervisor")
    for n in range(4):
        page = code(client, "000000").content.decode()
        assert f"还可以再试 {4 - n} 次" in page
    locked = code(client, "000000")
    assert locked.status_code == 429
    assert 0 < int(locked["Retry-After"]) <= 15 * 60
    assert code(client, code_of(secret)).status_code == 429
    assert password(Client(), "supervisor").status_code == 429
    for n in range(5):
        other = Client(REMOTE_ADDR=f"192.0.2.{n}")
        password(other, "supervisor")
        code(other, "000000")
    fresh = Client(REMOTE_ADDR="192.0.2.77")
    password(fresh, "supervisor")
    assert "次数太多" in code(fresh, code_of(secret)).content.decode()
    assert fresh.get(reverse("queue")).status_code == 302
    assert verbs("supervisor").count("second_factor_failed") == 10


@pytest.mark.django_db(transaction=True)
def test_login_of_two_who_send_the_same_code_at_once_one_gets_in(cast: Cast) -> None:
    secret = with_app(cast.supervisor)
    clients = [Client() for _n in range(4)]
    for client in clients:
        password(client, "supervisor")
    now, gate, answers = code_of(secret), threading.Barrier(4), []

    def send(client: Client) -> None:
        gate.wait()
        answers.append(code(client, now).status_code)
        connection.close()

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers) == [200, 200, 200, 302]


@pytest.mark.parametrize("has_one", [True, False], ids=["with a factor", "without"])
def test_login_half_way_opens_no_page_no_pane_and_no_api(cast: Cast, has_one: bool) -> None:
    if has_one:
        with_app(cast.supervisor)
    found = example(cast, f.investigating(cast))
    client = browser(None)
    here = password(client, "supervisor").url
    assert here == reverse("second_step" if has_one else "enrol")
    wrong = []
    for route in all_routes():
        if is_open(route):
            continue
        for method in methods(route) if has_one else ("get",):  # the same gate: one walks closely
            with undone():
                answer = ask(client, method, route, found.of(route))
            out = answer.status_code == 401 if route.is_api else answer.status_code == 302
            if not out or (not route.is_api and not answer["Location"].startswith("/login/?")):
                wrong.append(f"{method} {route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    pane = client.get(reverse("queue"), headers={"HX-Request": "true"})
    assert pane.status_code == 401
    assert client.get(here).status_code == 200  # still on the way
    client.post(reverse("begin_anew"))
    assert client.get(here).url == reverse("login")


def test_login_session_from_before_the_rule_counts_for_nobody(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = []
    client = Client()
    password(client, "supervisor")
    assert client.get(reverse("queue")).status_code == 200
    settings.SECOND_FACTOR_ROLES = NEEDS
    assert client.get(reverse("queue")).url.startswith(reverse("login"))
    assert client.get(reverse("queue"), headers={"HX-Request": "true"}).status_code == 401
    assert client.get("/api/v1/me/").status_code == 401
    assert "您的角色须用两步验证" in client.get(reverse("login")).content.decode()
    assert password(client, "supervisor").url == reverse("enrol")


def test_login_of_somebody_changed_half_way_begins_anew(cast: Cast) -> None:
    secret = with_app(cast.supervisor)
    changed, gone = Client(), Client()
    for client in (changed, gone):
        password(client, "supervisor")
    cast.supervisor.set_password("another quite long sentence")
    cast.supervisor.save()
    assert code(changed, code_of(secret)).url == reverse("login")
    User.objects.filter(pk=cast.supervisor.pk).update(is_active=False)
    assert code(gone, code_of(secret)).url == reverse("login")


def test_login_demo_is_excused_where_that_is_set_and_told_so(cast: Cast, settings: Any) -> None:
    User.objects.filter(pk=cast.supervisor.pk).update(is_demo=True)
    assert password(Client(), "supervisor").url == reverse("enrol")
    settings.SECOND_FACTOR_EXCUSES_DEMO = True
    client = Client()
    assert password(client, "supervisor").url == reverse("home")
    assert "这是演示账号" in client.get(reverse("factors")).content.decode()
    from config.settings import base

    assert base.SECOND_FACTOR_EXCUSES_DEMO is False  # production takes it as it is


def test_login_agents_may_and_are_then_asked(cast: Cast) -> None:
    assert password(Client(), "agent").url == reverse("home")
    secret = with_app(cast.agent)
    client = Client()
    assert password(client, "agent").url == reverse("second_step")
    assert code(client, code_of(secret)).url == reverse("home")


def test_login_script_goes_through_the_steps_in_place(cast: Cast) -> None:
    secret = with_app(cast.agent)
    client, as_script = Client(), {"headers": {"Accept": "application/json"}}
    first = password(client, "agent", **as_script)
    assert (first.status_code, first.json()["next"]) == (202, reverse("second_step"))
    assert "csrf_token" in first.json()
    wrong = code(client, "000000", **as_script)
    assert (wrong.status_code, wrong.json()["detail"][:4]) == (400, "动态口令")
    right = code(client, code_of(secret), **as_script)
    assert (right.status_code, list(right.json())) == (200, ["csrf_token"])
    assert client.get(reverse("queue")).status_code == 200
    refused = password(Client(), "supervisor", **as_script)
    assert (refused.status_code, refused.json()["detail"][:7]) == (400, "您的角色须先设")


GARBAGE = ["", "x", "{}", "[]", "null", "1", "[" * 5000, '{"id":1}', "x" * 30_000]
GARBAGE += ['{"rawId":"AA","id":"AA","type":"public-key","response":{"userHandle":"AA"}}']
GARBAGE += [
    '{"rawId":"AA","id":"AA","type":"public-key","response":{"userHandle":"MQ",'
    '"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA"}}'
]


def test_login_passkey_that_is_none_is_refused_in_a_sentence(cast: Cast) -> None:
    client = Client()
    as_script = {"headers": {"Accept": "application/json"}}
    assert "challenge" in client.post(reverse("passkey"), **as_script).json()["publicKey"]
    for answer in GARBAGE:
        page = client.post(reverse("passkey"), {"credential": answer})
        assert page.status_code == 400, answer
        assert "没有认出这个通行密钥" in page.content.decode()
    signed = Client()
    password(signed, "agent")
    assert signed.get(reverse("confirm")).status_code == 200
    for answer in GARBAGE[1:4]:
        page = signed.post(reverse("confirm_by_passkey"), {"credential": answer})
        assert page.status_code == 400, answer
    assert configured.MFA_WEBAUTHN_USER_VERIFICATION == "required"


def test_login_settings_ask_who_sits_here_before_each_change(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.agent)
    pages = {name: reverse(name) for name in ("add_app", "add_passkey", "new_codes")}
    pages["remove"] = reverse("remove_factor", args=[1])
    for name, page in pages.items():
        asked = client.post(page, {"code": "000000"})
        assert asked.url.startswith(reverse("confirm")), name
    wrong = client.post(reverse("confirm"), {"password": "wrong", "next": pages["add_app"]})
    assert "密码不正确。还可以再试 4 次。" in wrong.content.decode()
    where = {"password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(reverse("confirm"), where).url == "/"
    page = client.get(pages["add_app"]).content.decode()
    added = client.post(pages["add_app"], {"code": code_of(secret_on(page))})
    codes = factors.codes_left(cast.agent)
    assert all(each in added.content.decode() for each in codes)
    assert "还有 10 个" in client.get(reverse("factors")).content.decode()
    assert codes[0] not in client.post(pages["new_codes"]).content.decode()
    own = Authenticator.objects.get(user=cast.agent, type="totp")
    foreign = Authenticator.objects.get(pk=with_other(cast.counsel))
    assert client.post(reverse("remove_factor", args=[foreign.pk])).status_code == 404
    assert client.post(reverse("rename_factor", args=[own.pk]), {"name": "x"}).status_code == 404
    assert client.post(reverse("remove_factor", args=[own.pk])).url == reverse("factors")
    assert not Authenticator.objects.filter(user=cast.agent).exists()
    assert verbs("agent")[-3:] == [
        "second_factor_added",
        "recovery_codes_made",
        "second_factor_removed",
    ]


def with_other(user: User) -> int:
    with_app(user)
    return Authenticator.objects.get(user=user, type="totp").pk


def test_login_last_factor_stays_where_the_role_needs_one(cast: Cast) -> None:
    pk = with_other(cast.counsel)
    with pytest.raises(factors.FactorError, match="不能移除最后一种"):
        factors.remove(cast.counsel, pk)
    assert factors.has_main(cast.counsel)


def test_login_code_confirms_before_a_signature_once_and_locks_alike(cast: Cast) -> None:
    secret = with_app(cast.agent)
    client = Client()
    client.force_login(cast.agent)
    now = code_of(secret)
    spare = factors.codes_left(cast.agent)[0]
    assert client.post(reverse("confirm"), {"password": spare}).status_code == 200  # for signing in
    assert client.post(reverse("confirm"), {"password": now, "next": "/settings/"}).url
    for n in range(5):
        answer = client.post(reverse("confirm"), {"password": now})
        assert answer.status_code == (200 if n < 4 else 429), n
    later = code_of(secret, later=1)
    assert client.post(reverse("confirm"), {"password": later}).status_code == 429
    assert verbs("agent").count("reauthenticated") == 1


def test_login_lost_factors_are_taken_away_by_another_with_a_reason(cast: Cast) -> None:
    User.objects.filter(pk=cast.counsel.pk).update(email="lin@kesu.example")
    secret = with_app(cast.counsel)
    with_app(cast.administrator)
    victim = Client()
    password(victim, "counsel")
    code(victim, code_of(secret))
    assert victim.get("/").status_code == 302
    page = reverse("user_factors", args=[cast.counsel.pk])
    act = {"reason": "lost", "checked": "1"}

    def of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        session = client.session
        session[factors.VOUCHED] = True
        session.save()
        return client

    for refused in (cast.agent, cast.supervisor, cast.auditor, cast.counsel2):
        assert of(refused).post(page, act).status_code == 403, refused
    administrator, security = of(cast.administrator), of(cast.security)
    own = reverse("user_factors", args=[cast.administrator.pk])
    assert administrator.post(own, act).url == reverse("factors")
    for broken in ({"reason": "lost"}, {"checked": "1"}, {"reason": "x", "checked": "1"}):
        assert security.post(page, broken).status_code == 422
    assert secret not in security.get(page).content.decode()
    assert factors.has_main(cast.counsel)
    assert factors.has_main(cast.administrator)

    assert security.post(page, act).url == page
    assert not Authenticator.objects.filter(user=cast.counsel).exists()
    assert victim.get("/").url.startswith(reverse("login"))
    assert password(Client(), "counsel").url == reverse("enrol")
    entry = Entry.objects.get(verb="second_factor_taken_away")
    assert (entry.actor, entry.subject) == ("security", "user:counsel")
    assert entry.detail == {"reason": "lost", "factors": ["recovery_codes", "totp"]}
    alarm = Alarm.objects.get(kind=AlarmKind.FACTOR_REMOVED)
    assert alarm.about == cast.counsel
    factor_mails.send(timezone.now())
    assert [each.to for each in mail.outbox][-1:] == [["lin@kesu.example"]]
    assert security.post(page, act).status_code == 422  # again: nothing there

"""Signing in by a provider of identities: a real one, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import alarms, reauthentication
from accounts.models import Alarm, User
from accounts.oidc import people
from accounts.oidc.claims import second_factor
from audit.models import Entry
from tests.cast import PASSWORD, Cast
from tests.oidc_provider.client import At
from tests.walks.ask import browser

pytestmark = pytest.mark.usefixtures("variables_kept")

SORRY = "身份平台的答复不可信，没有登录。"
NOBODY = "这个企业账号没有对应的可用用户。"
FAULTS = (
    *("nonce", "no nonce", "audience", "two audiences", "authorised party", "issuer", "expired"),
    *("no end", "of tomorrow", "no subject", "empty subject", "long subject", "unsigned"),
    *("by the secret", "by another key", "by an unknown key", "altered"),
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[At]:
    with At(tmp_path_factory.mktemp("oidc")) as provider:
        yield provider


@pytest.fixture
def provider(running: At, settings: Any) -> At:
    settings.OIDC_ISSUER = running.issuer
    settings.OIDC_CLIENT_ID = "kesu"
    settings.OIDC_CLIENT_SECRET = "a secret of the two of us"
    return running


def signed_in(client: Client) -> str:
    """Whose browser it is, "" for nobody's."""
    page = client.get(reverse("settings"))
    return page.context["user"].username if page.status_code == 200 else ""


def said(answer: Any) -> str:
    """The words of a refusal."""
    assert answer.status_code == 403
    return answer.content.decode()


def test_whoever_is_known_by_name_comes_in_and_stays_known_by_the_subject(
    cast: Cast, provider: At
) -> None:
    client = Client()
    came = provider.come(client, "agent", "/settings/")
    assert (came.status_code, came.url) == (302, "/settings/")
    assert signed_in(client) == "agent"
    link = SocialAccount.objects.get()
    assert (link.user, link.provider, link.extra_data) == (cast.agent, provider.issuer, {})
    entries = Entry.objects.filter(subject="user:agent").order_by("sequence")
    assert list(entries.values_list("verb", flat=True)) == ["identity_linked", "signed_in"]
    User.objects.filter(pk=cast.agent.pk).update(username="renamed")
    assert provider.come(Client(), "agent").status_code == 302
    # somebody else who is given the freed name at the provider is not taken for the agent
    client = Client()
    again = provider.come(client, "somebody", claims={"preferred_username": "renamed"})
    assert NOBODY in said(again)
    assert signed_in(client) == ""


def test_what_is_sent_is_bound_to_this_browser_and_good_once(cast: Cast, provider: At) -> None:
    client = Client()
    begun = client.get(reverse("oidc_login"), {"next": "/settings/"})
    asked = {k: v[0] for k, v in parse_qs(urlsplit(begun.url).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert (asked["response_type"], asked["client_id"]) == ("code", "kesu")
    assert min(len(asked["nonce"]) - 24, len(asked["state"])) >= 16
    back = provider.answer(begun.url, "agent")
    code = parse_qs(urlsplit(back).query)["code"][0]
    path = reverse("oidc_callback")

    def answered(who: Client, **query: str) -> str:
        return said(who.get(f"{path}?{urlencode(query)}"))

    other = Client()
    other.get(reverse("oidc_login"))
    for wrong in (
        answered(client, code=code, state="x" * 16),
        answered(client, code=code),
        answered(other, code=code, state=asked["state"]),  # the attacker's code, a victim's browser
        answered(Client(), code=code, state=asked["state"]),
    ):
        assert "不是在这个浏览器里开始的" in wrong
    assert client.get(back).url == "/settings/"
    assert "已经用过" in said(client.get(back)), "the state is used"
    fresh = Client()
    state = parse_qs(urlsplit(fresh.get(reverse("oidc_login")).url).query)["state"][0]
    assert SORRY in answered(fresh, code=code, state=state), (
        "the code is used, and has another PKCE"
    )
    for query, words in (
        ({"error": "access_denied"}, "您取消了企业账号登录"),
        ({"error": "server_error", "error_description": "<b>x</b>"}, SORRY),
        ({}, SORRY),
        ({"code": code, "iss": "https://evil.example"}, SORRY),
    ):
        state = parse_qs(urlsplit(fresh.get(reverse("oidc_login")).url).query)["state"][0]
        page = answered(fresh, state=state, **query)
        assert words in page
        assert "<b>x</b>" not in page
    assert signed_in(fresh) == ""


def test_no_token_is_believed_that_is_not_signed_for_us_now(cast: Cast, provider: At) -> None:
    client = Client()
    people.link(cast.agent, "1", by=cast.administrator, at=timezone.now())
    for fault in FAULTS:
        page = said(provider.come(client, "agent", fault=fault))
        assert SORRY in page, fault
        assert signed_in(client) == "", fault
    lacking = {"changed": {"preferred_username": None}}
    assert SORRY in said(provider.come(client, "agent", **lacking, userinfo={"sub": "other"}))
    assert SocialAccount.objects.count() == 1
    assert provider.come(client, "counsel", **lacking).status_code == 302, "userinfo is asked"
    assert signed_in(client) == "counsel"


def test_only_pages_of_this_site_are_opened_afterwards(cast: Cast, provider: At) -> None:
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"):
        assert provider.come(Client(), "agent", target).url == "/", target


def test_who_comes_in_is_decided_by_the_policy(cast: Cast, provider: At, settings: Any) -> None:
    User.objects.filter(pk=cast.colleague.pk).update(is_active=False)
    User.objects.filter(pk=cast.counsel.pk).update(email="lin@kesu.example")

    def comes(name: str, **how: Any) -> str:
        client = Client()
        answer = provider.come(client, name, **how)
        if answer.status_code == 403:
            assert NOBODY in answer.content.decode()
        return signed_in(client)

    for settings.OIDC_PEOPLE, name, who in (
        ("linked", "agent", ""),
        ("existing", "newcomer", ""),
        ("existing", "colleague", ""),
        ("existing", "Agent", ""),
        ("create", "Ä b", ""),
        ("create", "a" * 61, ""),
        ("create", "colleague", ""),
        ("create", "newcomer", "newcomer"),
        ("create", "newcomer", "newcomer"),
    ):
        assert comes(name) == who, (settings.OIDC_PEOPLE, name)
    newcomer = User.objects.get(username="newcomer")
    assert (newcomer.roles, newcomer.team_ids) == ([], [])
    assert not newcomer.has_usable_password()
    settings.OIDC_USERNAME_CLAIM = "email"
    mail = {"email": "Lin@kesu.example"}
    assert comes("lin", claims=mail) == ""
    assert comes("lin", claims={**mail, "email_verified": "true"}) == ""
    assert comes("lin", claims={**mail, "email_verified": True}) == "counsel"
    User.objects.filter(pk=newcomer.pk).update(is_active=False)
    settings.OIDC_USERNAME_CLAIM = "preferred_username"
    assert comes("newcomer") == "", "deactivated after it was linked"


def test_an_administrator_says_whom_a_subject_means_and_ends_passwords(
    cast: Cast, provider: At, settings: Any
) -> None:
    settings.OIDC_PEOPLE = "linked"
    address = reverse("identity", args=[cast.agent.pk])
    keeper = browser(cast.administrator)
    assert browser(cast.supervisor).get(address).status_code == 403

    def does(what: str, subject: str = "", page: str = address) -> str:
        sent = {"do": what, "subject": subject}
        return keeper.post(page, sent, follow=True).content.decode()

    assert "请先关联企业账号" in does("end_password")
    for empty in ("", "  ", "a" * 192, "a\u200b"):
        assert "请填写身份平台里的用户标识" in does("link", empty)
    assert "没有关联，不需要解除" in does("unlink")
    client = Client()
    subject = "7a"
    assert "已关联 陈晓雨 的企业账号" in does("link", subject)
    other = reverse("identity", args=[cast.colleague.pk])
    assert "已经关联到 陈晓雨" in does("link", subject, other)
    assert provider.come(client, "whoever", claims={"sub": subject}).status_code == 302
    assert signed_in(client) == "agent"
    assert "密码已停用" in does("end_password")
    assert signed_in(client) == "", "what rested on the password ended with it"
    form = {"username": "agent", "password": PASSWORD}
    assert "用户名或密码不正确" in Client().post(reverse("login"), form).content.decode()
    own = reverse("identity", args=[cast.administrator.pk])
    does("link", "9", own)
    assert "最后一位可以用密码登录的系统管理员" in does("end_password", page=own)
    assert "已解除关联" in does("unlink")
    assert NOBODY in said(provider.come(Client(), "whoever", claims={"sub": subject}))
    verbs = Entry.objects.filter(subject="user:agent", actor="administrator")
    assert list(verbs.order_by("sequence").values_list("verb", flat=True)) == [
        *("identity_linked", "password_ended", "sessions_ended", "identity_unlinked")
    ]


def test_with_the_provider_alone_passwords_are_for_emergencies(
    cast: Cast, provider: At, settings: Any
) -> None:
    settings.OIDC_ONLY, settings.OIDC_BREAK_GLASS = True, ["administrator", "agent"]

    def words(username: str, password: str = PASSWORD) -> str:
        form = {"username": username, "password": password}
        answer = Client().post(reverse("login"), form)
        return "in" if answer.status_code == 302 else answer.content.decode()

    for username in ("supervisor", "nobody", "agent"):  # the agent is no administrator
        assert "用户名或密码不正确。<br>还可以再试 4 次。" in words(username)
    assert "用户名或密码不正确" in words("administrator", "wrong")
    assert not Alarm.objects.exists()
    assert words("administrator") == "in"
    assert Alarm.objects.get().kind == alarms.AlarmKind.EMERGENCY_SIGN_IN
    client = Client()
    assert provider.come(client, "supervisor").status_code == 302
    assert signed_in(client) == "supervisor"
    page = Client().get(reverse("login"), {"next": "/rules/?a=1&b=2"}).content.decode()
    assert "应急管理员用密码登录" in page
    assert 'href="/login/oidc/?next=/rules/%3Fa%3D1%26b%3D2"' in page


def test_who_sits_here_confirms_at_the_provider_before_a_signature(
    cast: Cast, provider: At
) -> None:
    client = Client()
    provider.come(client, "counsel")
    before = client.session.session_key

    def confirm(user: str, **how: Any) -> Any:
        begun = client.get(reverse("oidc_login"), {"again": "1", "next": "/review/"})
        assert parse_qs(urlsplit(begun.url).query)["prompt"] == ["login"]
        return client.get(provider.answer(begun.url, user, **how))

    page = client.get(reverse("confirm"), {"next": "/settings/"}).content.decode()
    assert 'href="/login/oidc/?again=1&amp;next=/settings/"' in page
    assert "again=1" not in browser(cast.counsel).get(reverse("confirm")).content.decode()
    # where something is typed the provider opens in a window of its own, so that nothing is lost
    form, field = reverse("legal_hold_new"), 'id="password"'
    own = f'href="/login/oidc/?again=1&amp;next={reverse("confirmed_here")}" target="_blank"'
    page = client.get(form).content.decode()
    assert (own in page, field in page) == (True, True)
    people.end_password(cast.counsel, by=cast.administrator, at=timezone.now())
    provider.come(client := Client(), "counsel")
    before = client.session.session_key
    page = client.get(form).content.decode()
    assert (own in page, field in page) == (True, False)
    assert "请先用下面的一种方式验证身份" in client.post(form).content.decode()
    assert "还没有验证身份" in client.get(reverse("confirmed_here")).content.decode()
    assert "不是当前登录的用户" in said(confirm("supervisor"))
    for at in (None, 1, True, "now", timezone.now().timestamp() - 400):
        answer = confirm("counsel", changed={"auth_time": at})
        assert "没有重新验证您的身份" in said(answer), at
        assert reauthentication.KEY not in client.session
    assert confirm("counsel").url == "/review/"
    assert reauthentication.KEY in client.session
    assert client.session.session_key != before
    assert "前有效" in client.get(reverse("confirmed_here")).content.decode()
    assert "已验证身份" in client.get(form).content.decode()
    assert Entry.objects.filter(subject="user:counsel", verb="reauthenticated").exists()


def test_a_second_factor_counts_only_as_the_installation_says(settings: Any) -> None:
    told: list[tuple[list[str], dict[str, Any], bool]] = [
        ([], {"amr": ["mfa"], "acr": "2"}, False),
        (["mfa"], {"amr": ["pwd", "mfa"]}, True),
        (["mfa"], {"amr": "mfa"}, True),
        (["mfa"], {"amr": ["pwd"]}, False),
        (["gold"], {"acr": "gold"}, True),
        (["gold"], {}, False),
    ]
    for settings.OIDC_SECOND_FACTOR, claims, counts in told:
        assert second_factor(claims) is counts, (settings.OIDC_SECOND_FACTOR, claims)


def test_the_second_step_is_asked_here_unless_the_provider_is_trusted_with_it(
    cast: Cast, provider: At, settings: Any
) -> None:
    settings.SECOND_FACTOR_ROLES = ["counsel"]
    for settings.OIDC_SECOND_FACTOR, who in (([], ""), (["hwk"], ""), (["mfa"], "counsel")):
        client = Client()
        came = provider.come(client, "counsel", claims={"amr": ["pwd", "mfa"]})
        assert (came.url == "/") is bool(who), came.url
        assert signed_in(client) == who


def test_a_provider_that_is_away_or_another_is_said_and_nothing_breaks(
    cast: Cast, provider: At, settings: Any
) -> None:
    for issuer, words in (
        ("http://127.0.0.1:1/o", "身份平台没有应答"),
        (f"{provider.url}/o/nothing", "身份平台没有应答"),
        (f"{provider.issuer}/", SORRY),  # calls itself otherwise
    ):
        settings.OIDC_ISSUER = issuer
        assert words in said(Client().get(reverse("oidc_login"), {"next": "/rules/"})), issuer
    settings.OIDC_ISSUER = ""
    for name in ("oidc_login", "oidc_callback"):
        assert Client().get(reverse(name)).status_code == 404
    assert "/login/oidc/" not in Client().get(reverse("login")).content.decode()

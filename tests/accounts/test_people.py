"""Administrators keep users and teams; nobody else may, and nobody can lock everybody out."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Team, User
from accounts.roles import Role
from audit.models import Entry
from tests.cast import Cast, person

FORM = {"username": "newcomer", "name": "新同事", "roles": ["agent"]}


@pytest.fixture
def client(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.administrator)
    return client


def test_only_administrators_open_these_pages(cast: Cast) -> None:
    addresses = [reverse(n) for n in ("new_user", "teams", "new_team", "setup_people")] + [
        reverse("user", args=[cast.agent.pk])
    ]
    for name, user in cast.everybody().items():
        client = Client()
        client.force_login(user)
        wanted = 200 if name == "administrator" else 403
        assert {client.get(a).status_code for a in addresses} == {wanted}, name
        reads = name in ("administrator", "security", "auditor")
        assert client.get(reverse("users")).status_code == (200 if reads else 403), name


def test_a_new_person_gets_a_password_that_is_shown_once_and_must_be_changed(
    cast: Cast, client: Client
) -> None:
    page = client.post(reverse("new_user"), {**FORM, f"team_{cast.team.pk}": "lead"})
    secret = re.search(r'<td class="mono nowrap">([a-z0-9-]{14})</td>', page.content.decode())
    assert secret
    assert "no-store" in page["Cache-Control"]
    newcomer = User.objects.get(username="newcomer")
    assert newcomer.check_password(secret[1])
    assert newcomer.must_change_password
    assert newcomer.led_team_ids == [cast.team.pk]
    entry = Entry.objects.get(subject="user:newcomer")
    assert (entry.verb, entry.actor) == ("user_created", "administrator")
    assert secret[1] not in str(entry.detail)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "agent"}, "已经有这个用户名。"),
        ({"username": "Ä b"}, "用户名以小写字母开头"),
        ({"name": ""}, "必填"),
        ({"roles": []}, "必填"),
        ({"roles": ["administrator", "agent"]}, "不能与其他角色同时担任"),
        ({"roles": ["auditor", "counsel"]}, "不能与其他角色同时担任"),
        ({"roles": ["security", "auditor"]}, "不能与其他角色同时担任"),
        ({"roles": ["emperor"]}, "emperor"),
    ],
)
def test_a_refused_person_says_why_and_keeps_what_was_typed(
    client: Client, changes: dict, words: str
) -> None:
    page = client.post(reverse("new_user"), {**FORM, **changes}).content.decode()
    assert words in page
    assert not User.objects.filter(username="newcomer").exists()


def test_a_person_changes_roles_and_teams_and_the_change_is_recorded(
    cast: Cast, client: Client
) -> None:
    sent = {
        "name": "陈晓雨",
        "roles": ["agent", "supervisor"],
        "is_active": "on",
        f"team_{cast.other_team.pk}": "member",
    }
    assert client.post(reverse("user", args=[cast.agent.pk]), sent).url == reverse("users")
    agent = User.objects.get(pk=cast.agent.pk)
    assert agent.roles == ["agent", "supervisor"]
    assert agent.memberships == [(cast.other_team.pk, False)]
    assert Entry.objects.get(subject="user:agent").detail == {
        "roles": [["agent"], ["agent", "supervisor"]],
        "teams": [[cast.team.pk], [cast.other_team.pk]],
    }


def test_the_address_for_mails_is_kept_and_stands_masked_in_the_record(
    cast: Cast, client: Client
) -> None:
    address = reverse("user", args=[cast.agent.pk])
    sent = {"name": "陈晓雨", "roles": ["agent"], "is_active": "on"}
    page = client.post(address, {**sent, "email": "no address"}).content.decode()
    assert "is-error" in page
    client.post(address, {**sent, "email": "chen.xiaoyu@example.com"})
    cast.agent.refresh_from_db()
    assert cast.agent.email == "chen.xiaoyu@example.com"
    (entry,) = Entry.objects.filter(subject="user:agent", verb="user_changed")
    assert "chen.xiaoyu" not in str(entry.detail)
    assert "email" in entry.detail


def test_a_reset_password_ends_the_old_one(cast: Cast, client: Client) -> None:
    before = User.objects.get(pk=cast.agent.pk).password
    page = client.post(reverse("reset_password", args=[cast.agent.pk])).content.decode()
    agent = User.objects.get(pk=cast.agent.pk)
    assert agent.password != before
    assert agent.must_change_password
    assert "陈晓雨 的新密码" in page


def test_nobody_gives_up_the_own_administration(cast: Cast, client: Client) -> None:
    sent = {"name": "吴一凡", "roles": ["agent"]}
    page = client.post(reverse("user", args=[cast.administrator.pk]), sent).content.decode()
    assert "不能去掉自己的管理员角色" in page
    second = person("second", "administrator", name="第二位")
    assert (
        client.post(
            reverse("user", args=[second.pk]),
            {"name": "第二位", "roles": ["agent"]},
        ).status_code
        == 302
    )
    assert User.objects.get(pk=cast.administrator.pk).is_(Role.ADMINISTRATOR)


def test_teams_are_added_renamed_and_deactivated(cast: Cast, client: Client) -> None:
    assert client.post(
        reverse("new_team"), {"name": "12315 专班", "is_active": "on"}
    ).url == reverse("teams")
    team = Team.objects.get(name="12315 专班")
    client.post(reverse("team", args=[team.pk]), {"name": "12315 与媒体"})
    team.refresh_from_db()
    assert (team.name, team.is_active) == ("12315 与媒体", False)
    assert (
        "已经有这个名称的团队。"
        in client.post(reverse("new_team"), {"name": "客服一组"}).content.decode()
    )
    assert Entry.objects.filter(subject=f"team:{team.pk}").count() == 2


def test_the_list_finds_people_with_a_fixed_number_of_statements(
    cast: Cast, client: Client, django_assert_num_queries
) -> None:
    client.get(reverse("users"))
    with django_assert_num_queries(
        5
    ):  # session, person, count, people, memberships with their teams
        page = client.get(reverse("users")).content.decode()
    assert "客服一组（负责人）" in page
    found = client.get(reverse("users"), {"q": "林"}).content.decode()
    assert "counsel" in found
    assert "supervisor2" not in found

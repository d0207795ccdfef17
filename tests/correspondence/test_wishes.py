"""How a person wishes to be told: by the page, and by the link in an e-mail."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from correspondence import preferences
from correspondence.digest import SALT, wishes_address
from correspondence.models import Preferences
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("variables_kept")

FORM = {
    "way_deadline_owner": "digest",
    "way_deadline_team_lead": "digest",
    "way_deadline_supervisor": "now",
    "way_promise": "digest",
    "way_review": "digest",
    "way_progress": "app",
    "way_together": "digest",
    "way_returned": "digest",
    "way_signals": "digest",
    **dict.fromkeys(("way_urged", "way_mention", "way_followed", "way_consult"), "digest"),
    "quiet": "on",
    "quiet_from": "21:00",
    "quiet_until": "07:30",
    "rest_days": "on",
    "work_from": "09:00",
    "work_until": "18:00",
    "digest_0": "10:00",
    "digest_1": "",
    "digest_2": "16:00",
}

OF_AGENTS = ["deadline_owner", "promise", "review", "progress"]


@pytest.fixture
def client(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.supervisor)
    return client


def test_wishes_are_kept_with_a_record(cast: Cast, client: Client) -> None:
    sent = {**FORM, "way_progress": "off", "urgent_anyway": "on"}
    assert client.post(reverse("wishes"), sent).url == reverse("wishes")
    kept = Preferences.objects.get(user=cast.supervisor)
    assert kept.ways["progress"] == "off"
    assert (kept.quiet_from, kept.quiet_until) == (time(21), time(7, 30))
    assert kept.digest_at == [time(10), time(16)]
    assert (kept.urgent_anyway, kept.working_only) == (True, False)
    assert Entry.objects.get(verb="notices.preferred").actor == "supervisor"
    page = client.get(reverse("wishes")).content.decode()
    assert 'value="21:00"' in page
    assert '<option value="off" selected>不通知</option>' in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quiet_until": "21:00"}, "两个时间相同"),
        ({"quiet_from": ""}, "必填"),
        ({"quiet_from": "25:00"}, "输入一个有效的时间"),
        ({"working_only": "on", "work_from": "18:00"}, "结束时间须晚于开始时间"),
        ({"digest_0": "", "digest_2": ""}, "请至少填写一个汇总时间"),
        ({"digest_0": "22:00", "digest_2": "05:00"}, "所有汇总时间都在不发邮件的时段内"),
        ({"way_deadline_supervisor": "off"}, "off 不在可用的选项中"),
        ({"way_review": "pigeon"}, "pigeon 不在可用的选项中"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_lost(
    client: Client, changes: dict[str, str], words: str
) -> None:
    page = client.post(reverse("wishes"), {**FORM, "way_progress": "off", **changes})
    text = page.content.decode()
    assert page.status_code == 200
    assert words in text
    assert '<option value="off" selected>不通知</option>' in text
    assert not Preferences.objects.exists()


def test_each_role_is_asked_about_what_it_can_meet(cast: Cast) -> None:
    told = ["urged", "mention", "followed"]
    wanted = {
        "agent": [*OF_AGENTS, "together", "returned", "urged", "mention", "consult", "followed"],
        "counsel": ["deadline_owner", "deadline_counsel", "promise", "review", "progress", *told],
    }
    for name, families in wanted.items():
        client = Client()
        client.force_login(getattr(cast, name))
        form = client.get(reverse("wishes")).context["form"]
        assert [family.code for family, _bound in form.rows] == families


def test_a_family_that_must_stay_is_in_the_application_whatever_is_stored(cast: Cast) -> None:
    kept = Preferences(user=cast.supervisor, ways={"deadline_supervisor": "off"})
    assert preferences.way_of(kept, "deadline_supervisor") == "app"
    assert preferences.way_of(kept, "unknown") == "app"


def link(user: User, family: str = "progress") -> str:
    return wishes_address(user, family).partition("http://127.0.0.1:8000")[2]


def test_the_link_in_an_e_mail_needs_no_password_and_looking_changes_nothing(cast: Cast) -> None:
    client, address = Client(), link(cast.agent, "deadline_owner")
    page = client.get(address)
    assert "期限提醒：我办理的案件" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert not Preferences.objects.exists()
    assert client.post(address, {"way": "app"}).url == f"{address}?saved=1"
    assert Preferences.objects.get(user=cast.agent).ways == {"deadline_owner": "app"}
    assert "已保存" in client.get(f"{address}?saved=1").content.decode()


def test_the_link_of_a_digest_changes_all_families_at_once(cast: Cast) -> None:
    Client().post(link(cast.agent, ""), {"way": "app"})
    ways = Preferences.objects.get(user=cast.agent).ways
    assert set(ways.values()) == {"app"}
    assert len(ways) == len(OF_AGENTS) + 6


def test_the_link_switches_nothing_off_entirely(cast: Cast) -> None:
    address = link(cast.agent)
    assert Client().post(address, {"way": "off"}).status_code == 200
    assert not Preferences.objects.exists()


@pytest.mark.parametrize("kind", ["forged", "old", "of nobody", "of a deactivated person"])
def test_a_link_that_is_not_ours_is_refused_and_says_what_to_do(cast: Cast, kind: str) -> None:
    token = signing.dumps([cast.agent.pk, "progress"], salt=SALT)
    if kind == "forged":
        token = signing.dumps([cast.agent.pk, "progress"], salt="another")
    elif kind == "of nobody":
        token = signing.dumps([0, "progress"], salt=SALT)
    elif kind == "of a deactivated person":
        User.objects.filter(pk=cast.agent.pk).update(is_active=False)
    later = timezone.now() + timedelta(days=91 if kind == "old" else 0)
    with time_machine.travel(later, tick=False):
        for answer in (
            Client().get(reverse("mail_wishes", args=[token])),
            Client().post(reverse("mail_wishes", args=[token]), {"way": "app"}),
        ):
            assert answer.status_code == 404
            assert "请登录后在“通知偏好”里修改" in answer.content.decode()
    assert not Preferences.objects.exists()

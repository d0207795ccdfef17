"""导览: each role is led over pages that it has, may leave at any stop, and is asked once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import User
from config import tour
from tests.cast import Cast

ROLES = ("agent", "supervisor", "counsel", "auditor", "administrator", "security")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", ROLES)
def test_every_stop_is_a_page_of_the_role_that_has_what_is_outlined(cast: Cast, name: str) -> None:
    user = getattr(cast, name)
    client, found = signed_in(user), tour.stops(user)
    assert len(found) >= 4
    address = tour.address(user, 1)
    for number, stop in enumerate(found, start=1):
        answer = client.get(address.partition("#")[0])
        text = answer.content.decode()
        assert answer.status_code == 200, address
        assert f'id="{stop.anchor}"' in text, address
        assert escape(str(stop.title)) in text
        assert f"{number} / {len(found)}" in text
        if stop.page == "queue":  # the list does not take it for a filter
            assert "banner--warn" not in text
        following = tour.address(user, number + 1)
        assert (f'href="{escape(following)}"' in text) == bool(following)
        address = following


def test_a_newcomer_is_offered_it_where_they_come_in_and_only_until_they_answer(
    cast: Cast,
) -> None:
    User.objects.update(toured_at=None)
    for name in ROLES:
        user = getattr(cast, name)
        client = signed_in(user)
        landed = client.get("/", follow=True)
        assert "开始导览" in landed.content.decode(), name
        assert "第一次使用" not in client.get(reverse("settings")).content.decode()
        sent = client.post(reverse("end_tour"), {"next": landed.request["PATH_INFO"]})
        assert sent.url == landed.request["PATH_INFO"]
        assert "第一次使用" not in client.get("/", follow=True).content.decode()
    assert not User.objects.filter(username__in=ROLES, toured_at=None).exists()


def test_ending_it_twice_keeps_the_first_time_and_reading_it_ends_nothing(cast: Cast) -> None:
    client = signed_in(cast.agent)
    first = User.objects.get(pk=cast.agent.pk).toured_at
    client.post(reverse("end_tour"), {"next": "https://elsewhere.example/"})
    assert User.objects.get(pk=cast.agent.pk).toured_at == first
    assert client.get(reverse("end_tour")).status_code == 405


@pytest.mark.parametrize("asked", ["0", "99", "-1", "x", "１", "1" * 400, "<b>", "\x00"])
def test_what_is_no_stop_shows_no_card(cast: Cast, asked: str) -> None:
    answer = signed_in(cast.agent).get(reverse("queue"), {"tour": asked})
    assert answer.status_code in (200, 400)
    assert 'class="tour"' not in answer.content.decode()

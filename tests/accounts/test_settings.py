"""What a person chooses for the screen follows the person."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD, Cast


@pytest.fixture
def client(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.agent)
    return client


def test_settings_are_kept_on_the_person_and_come_along_to_another_computer(
    cast: Cast, client: Client
) -> None:
    sent = {"language": "en", "theme": "dark", "density": "compact"}
    assert client.post(reverse("settings"), sent).url == reverse("settings")
    elsewhere = Client()
    elsewhere.post(reverse("login"), {"username": "agent", "password": PASSWORD})
    page = elsewhere.get(reverse("queue")).content.decode()
    assert '<html lang="en" data-theme="dark">' in page
    assert 'data-density="compact"' in page
    assert 'data-single-keys="off"' in page


def test_signing_in_forgets_the_language_of_the_person_before(cast: Cast) -> None:
    client = Client()
    client.post(reverse("set_language"), {"language": "en"})
    assert '<html lang="en">' in client.get(reverse("login")).content.decode()
    client.post(reverse("login"), {"username": "agent", "password": PASSWORD})
    assert '<html lang="zh-CN">' in client.get(reverse("queue")).content.decode()


def test_an_unknown_language_changes_nothing(client: Client) -> None:
    client.post(reverse("set_language"), {"language": "tlh", "next": reverse("queue")})
    assert '<html lang="zh-CN">' in client.get(reverse("queue")).content.decode()


def test_theme_switches_by_form_and_by_script(cast: Cast, client: Client) -> None:
    assert (
        client.post(reverse("set_theme"), {"theme": "dark", "next": "/settings/"}).url
        == "/settings/"
    )
    cast.agent.refresh_from_db()
    assert cast.agent.theme == "dark"
    assert (
        client.post(
            reverse("set_theme"), {"theme": "light"}, headers={"Accept": "application/json"}
        ).status_code
        == 204
    )
    cast.agent.refresh_from_db()
    assert cast.agent.theme == "light"


@pytest.mark.parametrize("name", ["set_theme", "set_language", "set_density"])
def test_a_choice_never_leads_to_another_site(client: Client, name: str) -> None:
    assert client.post(reverse(name), {"next": "https://evil.example/"}).url == "/"


def test_single_keys_are_switched_on_the_key_sheet(cast: Cast, client: Client) -> None:
    client.post(reverse("set_single_keys"), {})
    cast.agent.refresh_from_db()
    assert not cast.agent.single_keys
    client.post(reverse("set_single_keys"), {"single_keys": "on"})
    cast.agent.refresh_from_db()
    assert cast.agent.single_keys

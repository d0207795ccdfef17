"""An empty installation: from the code in the terminal to people who can sign in."""

import re
from collections.abc import Iterator

import pytest

from tests.quickstart.installation import (
    Installation,
    Visitor,
    installation,
    invented_password,
)

PEOPLE = (("lead", "supervisor"), ("first", "agent"), ("lawyer", "counsel"))


@pytest.fixture(scope="module")
def empty() -> Iterator[Installation]:
    with installation() as copy:
        yield copy


def test_the_first_administrator_makes_a_team_and_its_people_and_the_door_closes(
    empty: Installation,
) -> None:
    with empty.running("--empty") as run:
        code = re.search(r"code: (\S+)", run.text)
        assert code
        assert Visitor(run.url).get("/")[1] == "/setup/"
        chief = become_administrator(run.url, code[1])
        for username, password in make_people(chief).items():
            where = Visitor(run.url).sign_in(username, password)[1]
            assert where == "/settings/password/"  # theirs to choose before anything else
        assert Visitor(run.url).get("/setup/")[1] == "/login/"
        assert empty.query("Complaint.objects.count()") == 0


def test_an_installation_begun_empty_never_becomes_a_demo(empty: Installation) -> None:
    with empty.running() as run:
        assert "demo logins" not in run.text
        assert empty.query("User.objects.filter(username='agent2').count()") == 0


def become_administrator(url: str, code: str) -> Visitor:
    """The first step of the set-up; a wrong code opens nothing."""
    visitor, secret = Visitor(url), invented_password()
    fields = {"username": "chief", "name": "管理员", "password1": secret, "password2": secret}
    assert visitor.post("/setup/", {**fields, "code": "AAAA-BBBB-CCCC-DDDD"})[1] == "/setup/"
    assert visitor.post("/setup/", {**fields, "code": code})[:2] == (200, "/setup/people/")
    return visitor


def make_people(chief: Visitor) -> dict[str, str]:
    """The second step: a team and its people; their passwords as the page shows them."""
    page = chief.get("/setup/people/")[2]
    rows = dict(re.findall(r'name="(form-[A-Z_]+)" value="(\d+)"', page))
    for place, (username, role) in enumerate(PEOPLE):
        rows[f"form-{place}-username"] = username
        rows[f"form-{place}-name"] = "试用"
        rows[f"form-{place}-role"] = role
    page = chief.post("/setup/people/", {"name": "客服一组", **rows})[2]
    shown = dict(re.findall(r">([a-z]+)</td><td[^>]*>([^<]+)</td>", page))
    assert set(shown) == {username for username, _role in PEOPLE}
    return shown

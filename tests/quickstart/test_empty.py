"""An empty installation: from the code in the terminal to people who can sign in."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from quickstart import kept
from tests.accounts.factors import code_of, secret_on
from tests.quickstart.installation import (
    Installation,
    Visitor,
    installation,
    invented_password,
    tree,
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
            # theirs to choose before anything else, and before that a second factor but for agents
            assert where == ("/settings/password/" if username == "first" else "/login/enrol/")
        assert Visitor(run.url).get("/setup/")[1] == "/login/"
        assert empty.query("Complaint.objects.count()") == 0
        assert asked(empty, WHO_WORKS) == [("kesu_app",)]
        for file in (Path(f"/proc/{pid}/environ") for pid in tree(run.popen.pid)):
            assert b"OWNER_DATABASE_URL" not in file.read_bytes()
        # as an installation was before there were two roles
        asked(empty, "DROP OWNED BY kesu_app; DROP ROLE kesu_app; SELECT")


def test_an_installation_begun_empty_never_becomes_a_demo(empty: Installation) -> None:
    with empty.running() as run:
        assert "demo logins" not in run.text
        assert empty.query("User.objects.filter(username='agent2').count()") == 0
        assert Visitor(run.url).get("/")[:2] == (200, "/login/")
        assert asked(empty, WHO_WORKS) == [("kesu_app",)]
        assert asked(empty, MAY_CHANGE) == [(True, False)]
        assert empty.manage("migrate", "--check").returncode == 0
        backup = empty.folder / "kesu.tar"
        assert empty.command("backup", str(backup)).returncode == 0
        assert "is not overwritten" in empty.command("restore", str(backup)).stdout


def test_a_backup_becomes_the_same_installation_elsewhere(empty: Installation) -> None:
    elsewhere = str(empty.folder / "elsewhere")
    backup = empty.folder / "kesu.tar"
    (empty.folder / "kesu.tar.keys").rename(empty.folder / "from the safe.keys")
    without_keys = empty.command("restore", str(backup), STATE_DIR=elsewhere)
    assert "the keys of this backup are missing" in without_keys.stdout
    done = empty.command(
        "restore", str(backup), str(empty.folder / "from the safe.keys"), STATE_DIR=elsewhere
    )
    assert done.returncode == 0, done.stdout
    assert "every hash, chain and signature was verified" in done.stdout
    occupied = empty.command("restore", str(backup), STATE_DIR=elsewhere)
    assert "There is an installation" in occupied.stdout
    with empty.running(STATE_DIR=elsewhere) as run:
        assert "demo logins" not in run.text
        assert Visitor(run.url).get("/")[:2] == (200, "/login/")  # it has an administrator


WHO_WORKS = """
SELECT DISTINCT usename::text FROM pg_stat_activity
WHERE datname = 'kesu' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
MAY_CHANGE = """
SELECT has_table_privilege('kesu_app', 'audit_entry', 'INSERT'),
    has_table_privilege('kesu_app', 'audit_entry', 'UPDATE, DELETE, TRUNCATE')
"""


def asked(copy: Installation, statement: str) -> list[Any]:
    """What the database answers to the owner of the tables."""
    urls = kept.read(copy.folder / "var/run/embedded.json", {})
    with closing(psycopg2.connect(urls["OWNER_DATABASE_URL"])) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())


def become_administrator(url: str, code: str) -> Visitor:
    """The first step of the set-up; a wrong code opens nothing."""
    visitor, secret = Visitor(url), invented_password()
    fields = {"username": "chief", "name": "管理员", "password1": secret, "password2": secret}
    assert visitor.post("/setup/", {**fields, "code": "AAAA-BBBB-CCCC-DDDD"})[1] == "/setup/"
    status, where, page = visitor.post("/setup/", {**fields, "code": code})
    assert (status, where) == (200, "/login/enrol/")
    shown = {"code": code_of(secret_on(page))}
    assert "恢复码只在这里显示" in visitor.post("/login/enrol/", shown)[2]
    assert visitor.post("/login/enrol/", {"kept": "1"})[:2] == (200, "/setup/people/")
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

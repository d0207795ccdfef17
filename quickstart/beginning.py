"""What a database is begun with: the demo, or nothing."""

import secrets
from collections.abc import Iterable

from django.core.management import call_command, get_commands
from django.utils import timezone

from accounts import demo_users, first_run
from accounts.models import User
from config.state import state_dir
from quickstart import kept
from quickstart.models import Beginning, Installation

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
GROUPS, GROUP = 3, 5  # 74 bits


class DemoIsThere(Exception):
    """An empty start was asked for, and this database has the demo."""


def of_this_database(*, empty: bool) -> Installation:
    """How it was begun, decided at the first call. Raises DemoIsThere.

    A database with people of its own never becomes a demo.
    """
    found = Installation.objects.first()
    if found:
        if empty and found.beginning == Beginning.DEMO:
            raise DemoIsThere
        return found
    own_people = User.objects.exclude(username__in=usernames()).exists()
    beginning = Beginning.EMPTY if empty or own_people else Beginning.DEMO
    return Installation.objects.create(pk=1, beginning=beginning)


def usernames() -> list[str]:
    """Of the demo's people."""
    return [username for username, *_rest in demo_users.PEOPLE]


def demo_people() -> list[list[str]]:
    """Make sure of the demo's people; answers rows of user name, password and role.

    Passwords are made once. Where the file with them is lost, the people get new ones.
    """
    file = state_dir() / "demo_passwords.json"
    passwords: dict[str, str] = kept.read(file, {})
    new = {name: password() for name in usernames() if name not in passwords}
    demo_users.ensure({**passwords, **new})
    if new:
        for user in User.objects.filter(username__in=new):
            user.set_password(new[user.username])
            user.save(update_fields=["password"])
        kept.write(file, {**passwords, **new})
    return list(_rows({**passwords, **new}))


def _rows(passwords: dict[str, str]) -> Iterable[list[str]]:
    for username, _name, roles, _memberships in demo_users.PEOPLE:
        in_words = "、".join(f"{role.label} {role.value}" for role in roles)
        yield [username, passwords[username], in_words]


def password() -> str:
    """Easy to read from a terminal, hard to guess."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def demo_cases(installation: Installation) -> None:
    """Load the demo's cases, once."""
    if installation.demo_loaded_at or "load_demo" not in get_commands():
        return
    call_command("load_demo")
    installation.demo_loaded_at = timezone.now()
    installation.save(update_fields=["demo_loaded_at"])


def setup_code() -> str:
    """The code that lets the first administrator in; "" once there is one."""
    return first_run.code() if first_run.is_open() else ""

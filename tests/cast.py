"""The people of the tests, by name: two teams, an outsider, and one person per role."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.utils import timezone

from accounts.models import Membership, Team, User
from accounts.roles import Role

PASSWORD = "correct horse battery staple"


@dataclass
class Cast:
    """agent, colleague, supervisor share a team; outsider, outside_supervisor have another."""

    team: Team
    other_team: Team
    agent: User
    colleague: User
    supervisor: User
    supervisor2: User
    counsel: User
    counsel2: User
    auditor: User
    administrator: User
    security: User
    outsider: User
    outside_supervisor: User

    def everybody(self) -> dict[str, User]:
        """Name → person."""
        return {k: v for k, v in vars(self).items() if isinstance(v, User)}


def person(
    username: str, *roles: Role, team: Team | None = None, leads: bool = False, name: str = ""
) -> User:
    """A person with the password `PASSWORD`."""
    user = _described(username, *roles, name=name)
    user.save()
    if team is not None:
        Membership.objects.create(user=user, team=team, leads=leads)
    return user


def _described(username: str, *roles: Role, name: str) -> User:
    user = User(username=username, name=name or username, roles=[str(r) for r in roles])
    user.toured_at = timezone.now()
    user.set_password(PASSWORD)
    return user


def assemble() -> Cast:
    """Create everybody, in a few statements: thousands of tests begin with it."""
    team, other = Team.objects.bulk_create([Team(name="客服一组"), Team(name="客服二组")])
    people = {
        "agent": _described("agent", Role.AGENT, name="陈晓雨"),
        "colleague": _described("colleague", Role.AGENT, name="何静"),
        "supervisor": _described("supervisor", Role.SUPERVISOR, name="周启明"),
        "supervisor2": _described("supervisor2", Role.SUPERVISOR, name="罗远"),
        "counsel": _described("counsel", Role.COUNSEL, name="林若衡"),
        "counsel2": _described("counsel2", Role.COUNSEL, name="沈知远"),
        "auditor": _described("auditor", Role.AUDITOR, name="方慎言"),
        "administrator": _described("administrator", Role.ADMINISTRATOR, name="吴一凡"),
        "security": _described("security", Role.SECURITY, name="纪安平"),
        "outsider": _described("outsider", Role.AGENT, name="孟白"),
        "outside_supervisor": _described("outside_supervisor", Role.SUPERVISOR, name="季明"),
    }
    User.objects.bulk_create(people.values())
    places = {
        team: ("agent", "colleague", "supervisor", "supervisor2"),
        other: ("outsider", "outside_supervisor"),
    }
    Membership.objects.bulk_create(
        Membership(user=people[name], team=place, leads="supervisor" in name)
        for place, names in places.items()
        for name in names
    )
    return Cast(team, other, **people)


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody, in the database."""
    return assemble()

"""The people of the tests, by name: two teams, an outsider, and one person per role."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

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
    user = User(username=username, name=name or username, roles=[str(r) for r in roles])
    user.set_password(PASSWORD)
    user.save()
    if team is not None:
        Membership.objects.create(user=user, team=team, leads=leads)
    return user


def assemble() -> Cast:
    """Create everybody."""
    team, other = Team.objects.create(name="客服一组"), Team.objects.create(name="客服二组")
    return Cast(
        team,
        other,
        agent=person("agent", Role.AGENT, team=team, name="陈晓雨"),
        colleague=person("colleague", Role.AGENT, team=team, name="何静"),
        supervisor=person("supervisor", Role.SUPERVISOR, team=team, leads=True, name="周启明"),
        supervisor2=person("supervisor2", Role.SUPERVISOR, team=team, leads=True, name="罗远"),
        counsel=person("counsel", Role.COUNSEL, name="林若衡"),
        counsel2=person("counsel2", Role.COUNSEL, name="沈知远"),
        auditor=person("auditor", Role.AUDITOR, name="方慎言"),
        administrator=person("administrator", Role.ADMINISTRATOR, name="吴一凡"),
        security=person("security", Role.SECURITY, name="纪安平"),
        outsider=person("outsider", Role.AGENT, team=other, name="孟白"),
        outside_supervisor=person(
            "outside_supervisor", Role.SUPERVISOR, team=other, leads=True, name="季明"
        ),
    )


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody, in the database."""
    return assemble()

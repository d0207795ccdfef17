"""What an administrator does with people and teams.

Every act is recorded; nobody is ever deleted.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import keys, sessions, vault
from accounts.models import Membership, Team, User
from accounts.roles import Role
from audit.record import record

# Without letters and digits that are mistaken for one another on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class PeopleError(Exception):
    """An act is refused; the message is a sentence for the administrator."""


def new_secret(groups: int = 3) -> str:
    """A password to hand over: groups of four characters (59 bits with three groups)."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _n in range(4)) for _g in range(groups))


def _now() -> datetime:
    return timezone.now()


def _set_memberships(user: User, memberships: Mapping[int, bool]) -> None:
    """`memberships`: team id → leads it. Teams that are not named are left."""
    current = dict(Membership.objects.filter(user=user).values_list("team_id", "leads"))
    Membership.objects.filter(user=user).exclude(team_id__in=memberships).delete()
    for team, leads in memberships.items():
        if current.get(team) != leads:
            Membership.objects.update_or_create(user=user, team_id=team, defaults={"leads": leads})
    user.__dict__.pop("memberships", None)


@transaction.atomic
def create(
    *,
    username: str,
    name: str,
    roles: Sequence[str],
    memberships: Mapping[int, bool],
    by: User | None,
    email: str = "",
    password: str | None = None,
) -> tuple[User, str]:
    """A new person and the password to hand over, which is shown once and must be changed at the
    first sign-in.
    """
    secret = password or new_secret()
    user = User(
        username=username,
        name=name,
        email=email,
        roles=list(roles),
        must_change_password=password is None,
    )
    user.set_password(secret)
    user.save(force_insert=True)
    _set_memberships(user, memberships)
    detail = {"name": name, "roles": list(roles), "teams": sorted(memberships)}
    record("user_created", f"user:{username}", by or user, _now(), detail)
    return user, secret


@transaction.atomic
def change(
    user: User,
    *,
    name: str,
    roles: Sequence[str],
    memberships: Mapping[int, bool],
    by: User,
    email: str = "",
) -> User:
    """New name, address, roles and teams. Other roles end where the person is signed in; keys for
    which they are too small die.

    Raises PeopleError when nobody could administer any more.
    """
    lock_administrators()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before = _shown(user, user.team_ids)
    loses = user.is_(Role.ADMINISTRATOR) and Role.ADMINISTRATOR not in roles
    if loses and user.pk == by.pk:
        raise PeopleError(_("不能去掉自己的管理员角色；请由另一位管理员操作。"))
    others = User.objects.filter(roles__contains=[Role.ADMINISTRATOR], is_active=True).exclude(
        pk=user.pk
    )
    if loses and not others.exists():
        raise PeopleError(_("这是最后一位可以登录的管理员；请先添加另一位。"))
    user.name, user.email, user.roles = name, email, list(roles)
    user.save(update_fields=["name", "email", "roles"])
    keys.revoke_beyond(user, by=by, now=_now())
    _set_memberships(user, memberships)
    after = _shown(user, memberships)
    changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if changed:
        now = _now()
        record("user_changed", f"user:{user.username}", by, now, changed)
        if "roles" in changed:  # whoever may do more signs in for it
            sessions.end_all(user, by=by, at=now)
    return user


def _shown(user: User, teams: Iterable[int]) -> dict[str, Any]:
    """What the record says of a person; the address masked."""
    return {
        "name": user.name,
        "email": vault.masked("email", user.email),
        "roles": user.roles,
        "teams": sorted(teams),
    }


def lock_administrators() -> None:
    """Two administrators must not deactivate each other at the same instant."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('accounts:administrators', 0))"
        )


@transaction.atomic
def reset_password(user: User, by: User) -> str:
    """A new password to hand over; the person's sessions end."""
    secret = new_secret()
    user.set_password(secret)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    now = _now()
    record("password_reset", f"user:{user.username}", by, now)
    sessions.end_all(user, by=by, at=now)
    return secret


@transaction.atomic
def password_changed(user: User, keep: str = "") -> None:
    """The person chose an own password. All sessions end but the one with the key `keep`."""
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    now = _now()
    record("password_changed", f"user:{user.username}", user, now)
    sessions.end_all(user, but=keep, by=user, at=now)


@transaction.atomic
def save_team(team: Team, by: User) -> Team:
    """Create or change a team."""
    new = team.pk is None
    team.save()
    record(
        "team_created" if new else "team_changed",
        f"team:{team.pk}",
        by,
        _now(),
        {"name": team.name, "is_active": team.is_active},
    )
    return team

"""To whom a case is handed: `{user | team, note}` looked up by name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Team, User
from complaints.errors import Invalid


def receiver(data: dict[str, Any]) -> dict[str, Any]:
    """`{user, team, note}` for `assignment.assign`; `user: null` means back to the queue.

    Raises Invalid (field → sentences).
    """
    unknown = set(data) - {"user", "team", "note"}
    if unknown:
        name = min(unknown)[:60]
        raise Invalid({name: [_("没有“{field}”这个字段").format(field=name)]})
    if "user" not in data and "team" not in data:
        raise Invalid({"user": [_("请给出“user”（用户名，null 表示退回待分配）或“team”")]})
    return {
        "user": _user(data.get("user")),
        "team": _team(data.get("team")),
        "note": data.get("note") or "",
    }


def _user(username: Any) -> User | None:
    if username in (None, ""):
        return None
    found = User.objects.filter(username=username).first() if isinstance(username, str) else None
    if found is None:
        raise Invalid({"user": [_("没有名为“{name}”的用户").format(name=str(username)[:60])]})
    return found


def _team(wanted: Any) -> Team | None:
    if wanted in (None, ""):
        return None
    teams = Team.objects.filter(is_active=True)
    found: Team | None = None
    if isinstance(wanted, str):
        found = teams.filter(name=wanted).first()
    elif type(wanted) is int and abs(wanted) < 2**63:
        found = teams.filter(pk=wanted).first()
    if found is None:
        raise Invalid({"team": [_("没有“{team}”这个团队").format(team=str(wanted)[:60])]})
    return found

"""Colleagues and teams that a list of cases may be narrowed by and handed to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet, TextField, Value
from django.utils.translation import gettext as _

from accounts import absences
from accounts.models import Membership, User
from accounts.roles import Role
from complaints.prepared import TODAY, prepared

Choices = list[tuple[str, str]]


class Colleague(NamedTuple):
    """A member of a team; or, beside them, something else that was read in the same statement."""

    user_id: int
    name: str
    roles: list[str] | None
    team_id: int
    team: str
    away: bool
    beside: str | None

    def is_able(self) -> bool:
        """Whether somebody can work on cases."""
        return not {Role.AGENT, Role.SUPERVISOR}.isdisjoint(self.roles or ())


Rows = QuerySet[Any, Any]


def _colleagues(user: User, day: date) -> Rows:
    found = Membership.objects.filter(team__is_active=True, user__is_active=True)
    if not user.is_(Role.AUDITOR):
        found = found.filter(team__in=user.team_ids)
    away = Exists(absences.in_force(day).filter(user=OuterRef("user")))
    nothing = Value(None, TextField())
    columns = ("user_id", "user__name", "user__roles", "team_id", "team__name")
    return found.order_by().values_list(*columns, away, nothing)


class Directory:
    """Colleagues and teams that a person may filter by and assign to.

    One statement, run when first asked. `beside`: more rows of the columns of `Colleague`, the last
    one filled, that it reads at once.
    """

    def __init__(self, user: User, beside: Callable[[], Rows] | None = None) -> None:
        self.user, self._more = user, beside

    @cached_property
    def _rows(self) -> list[Colleague]:
        def rows() -> Rows:
            found = _colleagues(self.user, TODAY)
            if self._more is not None:
                found = found.union(self._more(), all=True)
            return found.order_by("user__name", "user_id")

        asked = (bool(self._more), *sorted(self.user.team_ids))
        found = prepared("directory", self.user, asked, rows, {TODAY: absences.today()})
        return [Colleague(*row) for row in found.rows()]

    @cached_property
    def _memberships(self) -> list[Colleague]:
        return [row for row in self._rows if row.beside is None]

    @property
    def beside(self) -> list[Colleague]:
        """What was read at once."""
        return [row for row in self._rows if row.beside is not None]

    @cached_property
    def teams(self) -> Choices:
        """(id, name) of the teams."""
        return sorted({(str(m.team_id), m.team) for m in self._memberships}, key=lambda t: t[1])

    @cached_property
    def people(self) -> Choices:
        """(id, name) of those who can work on cases."""
        return list({str(m.user_id): m.name for m in self._memberships if m.is_able()}.items())

    @cached_property
    def receivers(self) -> list[tuple[str, str, str]]:
        """(id, name, names of the teams) of those whom cases can be handed to: nobody away."""
        teams: dict[str, list[str]] = {}
        for m in self._memberships:
            if not m.away:
                teams.setdefault(str(m.user_id), []).append(m.team)
        there = [(value, name) for value, name in self.people if value in teams]
        return [(value, name, _("、").join(teams[value])) for value, name in there]

    @cached_property
    def present(self) -> dict[int, list[tuple[str, str]]]:
        """Team → (id, name) of those there who can work on cases and are not away."""
        able = dict(self.people)
        found: dict[int, list[tuple[str, str]]] = {}
        for m in self._memberships:
            if str(m.user_id) in able and not m.away:
                found.setdefault(m.team_id, []).append((str(m.user_id), m.name))
        return found

    @cached_property
    def absent(self) -> set[str]:
        """Ids of those who are away today."""
        return {str(m.user_id) for m in self._memberships if m.away}

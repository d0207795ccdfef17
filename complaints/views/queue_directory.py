"""Colleagues and teams that a list of cases may be narrowed by and handed to."""

from __future__ import annotations

from functools import cached_property

from django.db.models import Exists, OuterRef

from accounts import absences
from accounts.models import Membership, User
from accounts.roles import Role

Choices = list[tuple[str, str]]


class Directory:
    """Colleagues and teams that a person may filter by and assign to.

    One statement, run when first asked.
    """

    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def _memberships(self) -> list[Membership]:
        found = Membership.objects.filter(
            team__is_active=True, user__is_active=True
        ).select_related("user", "team")
        away = absences.in_force(absences.today()).filter(user=OuterRef("user"))
        found = found.annotate(away=Exists(away))
        if not self.user.is_(Role.AUDITOR):
            found = found.filter(team__in=self.user.team_ids)
        return list(found.order_by("user__name", "user_id"))

    @cached_property
    def teams(self) -> Choices:
        """(id, name) of the teams."""
        return sorted(
            {(str(m.team_id), m.team.name) for m in self._memberships}, key=lambda t: t[1]
        )

    @cached_property
    def people(self) -> Choices:
        """(id, name) of those who can work on cases."""
        able = (Role.AGENT, Role.SUPERVISOR)
        return list(
            {
                str(m.user_id): m.user.name
                for m in self._memberships
                if any(m.user.is_(r) for r in able)
            }.items()
        )

    @cached_property
    def receivers(self) -> list[tuple[str, str, str]]:
        """(id, name, names of the teams) of those whom cases can be handed to: nobody away."""
        teams: dict[str, list[str]] = {}
        for m in self._memberships:
            if not m.away:  # type: ignore[attr-defined]
                teams.setdefault(str(m.user_id), []).append(m.team.name)
        return [
            (value, name, "、".join(teams[value])) for value, name in self.people if value in teams
        ]

    @cached_property
    def present(self) -> dict[int, list[tuple[str, str]]]:
        """Team → (id, name) of those there who can work on cases and are not away."""
        able = dict(self.people)
        found: dict[int, list[tuple[str, str]]] = {}
        for m in self._memberships:
            if str(m.user_id) in able and not m.away:  # type: ignore[attr-defined]
                found.setdefault(m.team_id, []).append((str(m.user_id), m.user.name))
        return found

    @cached_property
    def absent(self) -> set[str]:
        """Ids of those who are away today."""
        return {str(m.user_id) for m in self._memberships if m.away}  # type: ignore[attr-defined]

"""Whether a case can be given to somebody: what is asked of the receiver, once for many cases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import absences
from accounts.models import Absence, Team, User
from accounts.roles import Role
from complaints.errors import Invalid
from complaints.models import Complaint, NamedPerson


@dataclass
class Receiver:
    """To whom: `user` none is a team's queue, `team` none the case's own. `among`: ids of the cases
    that will be asked about, for many at once.
    """

    user: User | None
    team: Team | None
    now: datetime
    among: Collection[int] | None = None

    def team_of(self, complaint: Complaint) -> Team:
        """The team of the case afterwards."""
        found: Team = self.team or complaint.team
        return found

    def check(self, complaint: Complaint, by: User) -> None:
        """Raises Invalid with the reason why the case cannot be given."""
        if self.team is not None and self.team.pk not in by.team_ids:
            words = _("您不属于“{team}”，不能转到该团队").format(team=self.team.name)
            raise Invalid({"team": [words]})
        if self.user is None:
            return
        why = self._unable(self.user, self.team_of(complaint)) or self._away(self.user)
        if why is None and self._named(complaint, self.user):
            words = _("本案点名了 {name}，不能由其办理；请转给别人")
            why = words.format(name=self.user.name)
        if why:
            raise Invalid({"user": [why]})

    def _unable(self, user: User, team: Team) -> str | None:
        if not user.is_active or not (user.is_(Role.AGENT) or user.is_(Role.SUPERVISOR)):
            return _("{name} 不能办理案件").format(name=user.name)
        if team.pk not in user.team_ids:
            words = _("{name} 不属于“{team}”，看不到这件案件")
            return words.format(name=user.name, team=team.name)
        return None

    @cached_property
    def _absence(self) -> Absence | None:
        return absences.is_away(self.user, timezone.localdate(self.now)) if self.user else None

    def _away(self, user: User) -> str | None:
        absence = self._absence
        if absence is None:
            return None
        who = absence.deputy.name if absence.deputy else _("其他同事")
        return _("{name} 休假至 {day}；请转给{who}，或等其返岗").format(
            name=user.name, day=absence.last_day.isoformat(), who=who
        )

    @cached_property
    def _named_in(self) -> set[int]:
        cases = NamedPerson.objects.filter(user=self.user, complaint__in=self.among or ())
        return set(cases.values_list("complaint_id", flat=True))

    def _named(self, complaint: Complaint, user: User) -> bool:
        if self.among is None:
            return bool(complaint.named_people.filter(user=user).exists())
        return complaint.pk in self._named_in

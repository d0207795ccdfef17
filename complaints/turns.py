"""Whose turn it is: who has to act now for a case to go on, and who of them is there to be told.

Asked where somebody urges (催办); it only names people who may see the case, and never the person
who asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.absences import Roster
from accounts.models import Absence, User
from accounts.roles import Role
from complaints import extending, limits
from complaints.lifecycle import State
from complaints.models import (
    Approval,
    Complaint,
    Consult,
    Extension,
    Opinion,
    Recusal,
    Resolution,
    SeenVersion,
)

NAMED = 5  # names in one line; the rest is "等"
TITLES: dict[str, str | Promise] = {
    "owner": gettext_lazy("责任人"),
    "team": gettext_lazy("待分配，负责该团队的主管"),
    "counsel": gettext_lazy("审核的法务"),
    "consulted": gettext_lazy("被请求加签的法务"),
    "approver": gettext_lazy("审批人"),
    "withdrawal": gettext_lazy("确认撤回的主管"),
    "extension": gettext_lazy("决定延长期限的人"),
}


@dataclass(frozen=True)
class Asked:
    """One of those whose turn it is. `absence`: away today; `stand_in`: who is told then."""

    user: User
    absence: Absence | None = None
    stand_in: User | None = None

    @property
    def reached(self) -> bool:
        """Whether somebody is there who reads it today."""
        return self.absence is None or self.stand_in is not None

    @property
    def words(self) -> str:
        """The name, and where the person is away until when and who is told."""
        if self.absence is None:
            return str(self.user.name)
        day = self.absence.last_day.isoformat()
        if self.stand_in is None:
            words = _("{name}（休假至 {day}，没有能收到的代理人）")
            return words.format(name=self.user.name, day=day)
        words = _("{name}（休假至 {day}，由代理人 {deputy} 收到）")
        return words.format(name=self.user.name, day=day, deputy=self.stand_in.name)


@dataclass(frozen=True)
class Turn:
    """Some people of whom one has to act, and in what they are asked."""

    code: str
    people: tuple[Asked, ...]

    @property
    def title(self) -> str:
        """In what they are asked."""
        return str(TITLES[self.code])

    @property
    def names(self) -> str:
        """Who it is, the first of them."""
        shown = [each.words for each in self.people[:NAMED]]
        return _("、").join(shown) + (_("等") if len(self.people) > NAMED else "")

    @property
    def reached(self) -> bool:
        """Whether anybody of them reads it today."""
        return any(each.reached for each in self.people)


def of(complaint: Complaint, by: User, now: datetime) -> list[Turn]:
    """Whose turn it is now, the most pressing first; nothing for a case that is over. Whom it is
    waiting for besides `by`: where it is waiting for `by`, nobody is named.
    """
    if not complaint.is_open:
        return []
    roster, found = Roster.of(timezone.localdate(now)), []
    for code, people in _wanted(complaint):
        people = [u for u in dict.fromkeys(people) if _works(u, complaint)]
        if people and by not in people:
            asked = (_asked(user, complaint, roster) for user in people)
            found.append(Turn(code, tuple(asked)))
    return found


def leads(complaint: Complaint) -> list[User]:
    """The supervisors who lead the team of the case and may see it."""
    able = User.objects.filter(
        membership__team=complaint.team_id,
        membership__leads=True,
        roles__contains=[Role.SUPERVISOR],
        is_active=True,
    )
    return [user for user in able.order_by("pk") if _works(user, complaint)]


def _works(user: User, complaint: Complaint) -> bool:
    return bool(Complaint.objects.workable_by(user).filter(pk=complaint.pk).exists())


def _sees(user: User, complaint: Complaint) -> bool:
    return bool(Complaint.objects.visible_to(user).filter(pk=complaint.pk).exists())


def _asked(user: User, complaint: Complaint, roster: Roster) -> Asked:
    absence = roster.absence_of(user)
    deputy = roster.stand_in(user) if absence else None
    return Asked(user, absence, deputy if deputy and _sees(deputy, complaint) else None)


def _wanted(complaint: Complaint) -> Iterable[tuple[str, list[User]]]:
    """(code, people), whoever they are, the most pressing first."""
    if complaint.withdrawal_requested_by_id:
        asked_by = complaint.withdrawal_requested_by_id
        yield "withdrawal", [u for u in leads(complaint) if u.pk != asked_by]
    yield from _longer_terms(complaint)
    if complaint.state == State.IN_REVIEW or complaint.must_be_signed_again:
        yield from _of_review(complaint)
    elif complaint.state == State.EXTERNAL:
        yield "counsel", list(_counsel(complaint))
    elif complaint.owner is not None:
        yield "owner", [complaint.owner]
    else:
        yield "team", leads(complaint)


def _longer_terms(complaint: Complaint) -> Iterable[tuple[str, list[User]]]:
    rows = Extension.objects.filter(deadline__complaint=complaint, decision="")
    people: list[User] = []
    for row in rows.select_related("deadline"):
        rule = extending.rule_of(row.deadline)
        by_counsel = rule is not None and rule.by_role == Role.COUNSEL
        able = list(_counsel(complaint)) if by_counsel else leads(complaint)
        people += [user for user in able if user.pk != row.requested_by_id]
    if people:
        yield "extension", people


def _of_review(complaint: Complaint) -> Iterable[tuple[str, list[User]]]:
    """What lies with counsel: first those for whom counsel itself waits."""
    current = Resolution.objects.filter(complaint=complaint).exclude(status="superseded")
    resolution = current.order_by("-version").first()
    waited = Consult.objects.filter(resolution=resolution, answered_at=None, withdrawn_at=None)
    if asked := [row.user for row in waited.select_related("user").order_by("pk")]:
        yield "consulted", asked
    for row in Approval.objects.filter(resolution=resolution, decided_at=None).order_by("pk")[:1]:
        author = row.resolution.proposed_by_id
        yield "approver", limits.deciders(complaint, row.amount, author, row.level)
    yield "counsel", _reviewing(complaint, resolution)


def _reviewing(complaint: Complaint, resolution: Resolution | None) -> list[User]:
    """Who of counsel opened this version, unless none of them is there; else all who may sign."""
    signed = Opinion.objects.filter(resolution=resolution, signed=True, voided=None)
    able = list(_counsel(complaint).exclude(pk__in=signed.values("by")))
    opened = SeenVersion.objects.filter(resolution=resolution).values_list("user", flat=True)
    at_it = set(opened)
    away = Roster.of(timezone.localdate()).away
    holding = [user for user in able if user.pk in at_it]
    return holding if any(user.pk not in away for user in holding) else able


def _counsel(complaint: Complaint) -> QuerySet[User]:
    able = User.objects.filter(roles__contains=[Role.COUNSEL], is_active=True).order_by("pk")
    able = able.exclude(pk__in=limits.drafting_of(complaint).values("by"))
    return able.exclude(pk__in=Recusal.objects.filter(complaint=complaint).values("user"))

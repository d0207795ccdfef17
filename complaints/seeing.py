"""Why a person sees a case, or does not: every rule with yes or no, in words, as it stands now.

Each line asks the database the very condition of which `sight.scope_of` is made, and the verdict is
that of `visible_to`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from complaints import sight
from complaints.models import AccessDecision, AccessKind, Complaint, TeamConsult
from complaints.workdays import SHANGHAI


@dataclass(frozen=True)
class Line:
    """One rule. `holds`: whether the condition is there; `counts`: whether it opens the case
    ("opens"), shuts it ("shuts") or has no part in it ("").
    """

    code: str
    words: str
    holds: bool
    counts: str = ""


@dataclass(frozen=True)
class Answer:
    """What holds for one person and one case at one moment."""

    user: User
    at: datetime
    sees: bool
    works: bool
    lines: tuple[Line, ...]

    @property
    def verdict(self) -> str:
        """In a sentence."""
        if self.sees and self.works:
            return _("{name} 现在能查看本案").format(name=self.user.name)
        if self.sees:
            return _("{name} 现在能查看本案，但只能看，不能办理").format(name=self.user.name)
        return _("{name} 现在不能查看本案").format(name=self.user.name)


def explain(complaint: Complaint, user: User, now: datetime) -> Answer:
    """Every rule for the person. Reads, but shows nothing of the case."""
    mine = Complaint.objects.filter(pk=complaint.pk)
    sees, works = mine.visible_to(user).exists(), mine.workable_by(user).exists()
    return Answer(user, now, sees, works, tuple(_lines(complaint, user, now)))


def _lines(complaint: Complaint, user: User, now: datetime) -> Iterator[Line]:
    def holds(condition: Q) -> bool:
        return bool(Complaint.objects.filter(condition, pk=complaint.pk).exists())

    active = user.is_active
    yield _shut("active", _("账号在用") if active else _("账号已停用"), active)
    role = user.may("see_complaints")
    roles = _("、").join(str(Role(r).label) for r in user.roles) or _("没有角色")
    yield _shut("role", _("角色可以查看案件（{roles}）").format(roles=roles), role)
    named = holds(sight.named(user))
    words = _("本案点名了此人，不得查看") if named else _("本案没有点名此人")
    yield _shut("named", words, not named)
    may = role and not named
    yield from _ways(complaint, user, holds, may)
    yield from _grants(complaint, user, now, may)
    yield _consult(complaint, user, holds(sight.asked(user)), may)


def _shut(code: str, words: str, holds: bool) -> Line:
    """A condition without which nothing else counts."""
    return Line(code, words, holds, "" if holds else "shuts")


def _ways(
    complaint: Complaint, user: User, holds: Callable[[Q], bool], may: bool
) -> Iterator[Line]:
    if user.is_(Role.AUDITOR):
        yield Line("auditor", _("合规审计可以查看全部案件（只读）"), True, "opens" if may else "")
        return
    works = user.is_(Role.AGENT) or user.is_(Role.SUPERVISOR)
    team = works and holds(sight.of_own_team(user))
    kept = not holds(sight.not_kept_from(user))
    yield Line(
        "team",
        _("属于或负责本案的团队“{team}”").format(team=complaint.team.name),
        team,
        "opens" if may and team and not kept else "",
    )
    if complaint.confidential:
        words = _("本案保密：只有责任人、负责该团队的主管和已送审的法务可以查看")
        yield Line("confidential", words, not kept, "shuts" if may and team and kept else "")
    counsel = user.is_(Role.COUNSEL) and holds(sight.with_counsel())
    words = _("是法务，且本案已送法务")
    yield Line("counsel", words, counsel, "opens" if may and counsel else "")


def _grants(complaint: Complaint, user: User, now: datetime, may: bool) -> Iterator[Line]:
    running = sight.running(user, now).filter(complaint=complaint) if user.sees_more else []
    found: dict[str, AccessDecision] = {grant.kind: grant for grant in running}
    for kind in AccessKind:
        grant = found.get(kind)
        label = AccessKind(kind).label
        if grant is None or grant.ends_at is None:
            yield Line(kind.value, _("有仍然有效的{kind}").format(kind=label), False)
            continue
        until = f"{grant.ends_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        words = _("{kind}有效至 {until}，{name} 批准")
        words = words.format(kind=label, until=until, name=grant.by.name)
        counts = may and not user.is_(Role.AUDITOR)
        yield Line(kind.value, words, True, "opens" if counts else "")


def _consult(complaint: Complaint, user: User, holds: bool, may: bool) -> Line:
    if not holds:
        return Line("consult", _("所在团队正在协办本案"), False)
    teams = TeamConsult.objects.filter(
        complaint=complaint, state=TeamConsult.State.OPEN, team__in=user.asked_team_ids
    ).values_list("team__name", flat=True)
    words = _("所在团队“{teams}”正在协办本案（只读，答复后结束）")
    counts = may and not user.is_(Role.AUDITOR)
    return Line("consult", words.format(teams=_("、").join(teams)), True, "opens" if counts else "")


def decides(answer: Answer) -> bool:
    """The verdict as the lines say it: nothing that shuts everything, and a line that opens."""
    always = {"active", "role", "named"}
    shut = any(line.counts == "shuts" and line.code in always for line in answer.lines)
    return not shut and any(line.counts == "opens" for line in answer.lines)

"""Cases that somebody is let into for a time: what runs, and how such a case stands before the
person. Who let whom in: `actions/access.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.errors import NotAllowed
from complaints.models import AccessDecision, AccessKind, Complaint, TeamConsult
from complaints.seen import CASE
from complaints.sight import is_asked, running, scope_of
from complaints.workdays import SHANGHAI


def of(user: User, now: datetime) -> list[AccessDecision]:
    """Every grant of the person that runs, the one that ends first before the others. No statement
    for somebody who has none.
    """
    if not user.sees_more:
        return []
    return list(running(user, now).select_related("complaint", "by").order_by("ends_at", "pk"))


def emergencies(user: User, now: datetime) -> list[AccessDecision]:
    """Those of them that are 紧急调阅."""
    return [grant for grant in of(user, now) if grant.kind == AccessKind.EMERGENCY]


def _lent(complaint: Complaint, user: User, now: datetime) -> AccessDecision | None:
    """By which grant the person sees the case; None for a case of one's own. 紧急调阅, which
    permits more, before 临时查阅.
    """
    if not user.sees_more:
        return None
    grants = [g for g in of(user, now) if g.complaint_id == complaint.pk]
    if not grants or _is_own(complaint, user):
        return None
    return next((g for g in grants if g.kind == AccessKind.EMERGENCY), grants[-1])


def _is_own(complaint: Complaint, user: User) -> bool:
    """Whether the person sees the case without any grant."""
    return Complaint.objects.filter(scope_of(user, own=True), pk=complaint.pk).exists()


def _asked(complaint: Complaint, user: User) -> TeamConsult | None:
    """The open question to a team of the person by which the case is seen; None for a case of
    one's own.
    """
    if not is_asked(user):
        return None
    rows = TeamConsult.objects.filter(
        complaint=complaint, state=TeamConsult.State.OPEN, team__in=user.asked_team_ids
    )
    found = rows.select_related("team").order_by("pk").first()
    return None if found is None or _is_own(complaint, user) else found


def before(user: User, complaint: Complaint, now: datetime) -> tuple[User, AccessDecision | None]:
    """The person as the case's page shall see them, and the grant by which they are there: one to
    whom the case is lent for reading, or whose team is only asked about it, may do nothing about
    it.
    """
    grant = _lent(complaint, user, now)
    if grant is not None and grant.kind == AccessKind.EMERGENCY:
        return user, grant
    if grant is None and _asked(complaint, user) is None:
        return user, None
    reader = copy.copy(user)
    reader.reads_only = True
    return reader, grant


def admit(complaint: Complaint, by: User) -> None:
    """Before somebody does something about a case: under 紧急调阅 the record shall say so.

    Raises NotAllowed for a case that is lent for reading, or about which one is only asked.
    """
    subject = complaint.subject
    by.acting_under = {k: v for k, v in by.acting_under.items() if k != subject}
    grant = _lent(complaint, by, timezone.now())
    if grant is None:
        if (consult := _asked(complaint, by)) is not None:
            raise NotAllowed(_only_asked(complaint, consult))
        return
    if grant.kind != AccessKind.EMERGENCY:
        raise NotAllowed(reading_only(grant))
    by.acting_under = {**by.acting_under, subject: grant.request_id}


def reading_only(grant: Any) -> str:
    """Why nothing can be done about a case that is lent for reading."""
    until = f"{grant.ends_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return _(
        "您对案件 {number} 只有临时查阅权（至 {until}），只能查看；需要办理的，请交给责任人或主管"
    ).format(number=grant.complaint.number, until=until)


def _only_asked(complaint: Complaint, consult: TeamConsult) -> str:
    """Why nothing can be done about a case about which one's team is only asked."""
    return _(
        "案件 {number} 只请“{team}”协办：您可以查看并答复，不能办理；需要办理的，请写在答复里"
    ).format(number=complaint.number, team=consult.team.name)


def marks(user: User, subjects: Sequence[str], now: datetime) -> list[str]:
    """What the record of reading says besides: `lent:7`, `emergency:8`, `consult:9` for the grants
    and the questions by which these subjects were shown.
    """
    shown = set(subjects)
    found = [
        f"{'emergency' if g.kind == AccessKind.EMERGENCY else 'lent'}:{g.request_id}"
        for g in of(user, now)
        if g.complaint.subject in shown and not _is_own(g.complaint, user)
    ]
    return found + _consults(user, shown) if is_asked(user) else found


def _consults(user: User, shown: Collection[str]) -> list[str]:
    numbers = [subject.removeprefix(CASE) for subject in shown if subject.startswith(CASE)]
    own = Complaint.objects.filter(scope_of(user, own=True), number__in=numbers)
    rows = TeamConsult.objects.filter(
        complaint__number__in=numbers,
        state=TeamConsult.State.OPEN,
        team__in=user.asked_team_ids,
    ).exclude(complaint__in=own.values("pk"))
    return [f"consult:{pk}" for pk in rows.order_by("pk").values_list("pk", flat=True)]


def may_be_lent(user: User) -> bool:
    """Whether anything may be before the person that is not the own. No statement of its own."""
    return user.sees_more or is_asked(user)

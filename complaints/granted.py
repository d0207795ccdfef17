"""Cases that somebody is let into for a time: what runs, and how such a case stands before the
person. Who let whom in: `actions/access.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.errors import NotAllowed
from complaints.models import AccessDecision, AccessKind, Complaint
from complaints.sight import running
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
    alone = copy.copy(user)
    alone.sees_more_until = None
    return bool(Complaint.objects.visible_to(alone).filter(pk=complaint.pk).exists())


def before(user: User, complaint: Complaint, now: datetime) -> tuple[User, AccessDecision | None]:
    """The person as the case's page shall see them, and the grant by which they are there: one to
    whom the case is lent for reading may do nothing about it.
    """
    grant = _lent(complaint, user, now)
    if grant is None or grant.kind == AccessKind.EMERGENCY:
        return user, grant
    reader = copy.copy(user)
    reader.reads_only = True
    return reader, grant


def admit(complaint: Complaint, by: User) -> None:
    """Before somebody does something about a case: under 紧急调阅 the record shall say so.

    Raises NotAllowed for a case that is lent for reading.
    """
    subject = complaint.subject
    by.acting_under = {k: v for k, v in by.acting_under.items() if k != subject}
    grant = _lent(complaint, by, timezone.now())
    if grant is None:
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


def marks(user: User, subjects: Sequence[str], now: datetime) -> list[str]:
    """What the record of reading says besides: `lent:7`, `emergency:8` for the grants by which
    these subjects were shown.
    """
    shown = set(subjects)
    return [
        f"{'emergency' if g.kind == AccessKind.EMERGENCY else 'lent'}:{g.request_id}"
        for g in of(user, now)
        if g.complaint.subject in shown and not _is_own(g.complaint, user)
    ]

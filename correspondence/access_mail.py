"""紧急调阅 by e-mail, at once: to those who may approve it within its half hour, and to those who
review it within a day (C8). Neither sees the case, so that no ordinary notice reaches them.

The e-mail says who asks and where to decide; no case, no reason, no person of a case. Whom to call
follows from the requests themselves, so that a killed worker forgets nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import PERMISSIONS
from complaints.actions import access
from complaints.actions import access_decision as decisions
from complaints.models import AccessDecision, AccessKind, AccessRequest
from correspondence import at_once
from correspondence.models import AccessCall
from correspondence.transports import Message, Transport

CALLED_WITHIN = timedelta(days=1)  # what nobody reviewed since then has raised an alarm
MOST = 100  # requests in one round; the next finds the others


def call(now: datetime) -> int:
    """Note whom the open requests need; answers how many are called anew."""
    calls = [
        *(
            AccessCall(request=r, user=u, to="decide")
            for r in _undecided(now)
            for u in _deciding(r)
        ),
        *(AccessCall(request=g.request, user=u, to="review") for g, u in _reviewing(now)),
    ]
    for each in calls:
        each.not_before = now
    return len(AccessCall.objects.bulk_create(calls, ignore_conflicts=True)) if calls else 0


def _undecided(now: datetime) -> Iterable[AccessRequest]:
    rows = access.undecided(now).filter(kind=AccessKind.EMERGENCY, calls=None)
    rows = rows.exclude(complaint=None)
    return rows.select_related("by", "complaint").order_by("expires_at", "pk")[:MOST]


def _deciding(asked: AccessRequest) -> Iterable[User]:
    return access.approvers(asked.by).exclude(named_in__complaint=asked.complaint)


def _reviewing(now: datetime) -> Iterable[tuple[AccessDecision, User]]:
    grants = list(
        decisions.to_review()
        .filter(at__gt=now - CALLED_WITHIN)
        .exclude(request__calls__to="review")
        .select_related("request")[:MOST]
    )
    if not grants:
        return
    roles = sorted(PERMISSIONS["review_access"].roles)
    able = list(User.objects.filter(is_active=True, roles__overlap=roles).order_by("pk"))
    for grant in grants:
        yield from ((grant, user) for user in able if not decisions.may_review(grant, user))


def waiting(now: datetime) -> list[int]:
    """Ids of the calls whose e-mail may leave."""
    return at_once.waiting(AccessCall.objects.all(), now)


def send(pk: int, now: datetime, transport: Transport | None = None) -> bool | None:
    """Hand one over; `at_once.send`."""
    rows = AccessCall.objects.select_related("request__by", "request__complaint")
    return at_once.send(rows, pk, now, _message, _key, transport)


def _key(row: AccessCall) -> str:
    return f"access.{row.to}.{row.request_id}.{row.user_id}"


def _message(row: AccessCall) -> Message | None:
    """None once the word was said, or the half hour is over."""
    asked, now = row.request, timezone.now()
    to_decide = row.to == AccessCall.To.DECIDE
    if to_decide and decisions.closed(asked, now):
        return None
    if not to_decide and not decisions.to_review(row.user).filter(request=asked).exists():
        return None
    until = asked.expires_at if to_decide else asked.decision.at + decisions.REVIEWED_WITHIN
    page = reverse("access_request", args=[asked.pk])
    values = {
        "name": row.user.name,
        "who": asked.by.name,
        "until": f"{timezone.localtime(until):%m-%d %H:%M}",
        "address": f"{settings.SITE_URL}{page}",
    }
    if to_decide:
        subject = _("%(who)s 申请紧急调阅，请在 %(until)s 前决定")
        text = _(
            "%(name)s，您好：\n\n%(who)s 申请紧急调阅一件案件，须由其他团队的主管在 %(until)s 前"
            "同意或者拒绝。请核对事由再决定：\n%(address)s"
        )
    else:
        subject = _("%(who)s 紧急调阅了一件案件，请在 %(until)s 前复核")
        text = _(
            "%(name)s，您好：\n\n%(who)s 紧急调阅了一件案件，须由审计或安全管理员在 %(until)s 前"
            "复核是否必要，过期将告警：\n%(address)s"
        )
    return Message(
        event="access",
        at=now,
        to=row.user.email,
        subject=subject % values,
        text=text % values,
        headers={"X-Kesu-For": f"staff {row.user.username}"},
    )

"""E-mails to who wants to be told when a saved view fills up, outside of quiet hours."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from complaints.models.saved_views import ViewAlert
from complaints.views.view_alert_looks import may_open
from correspondence import at_once, preferences, quiet
from correspondence.models import Preferences
from correspondence.transports import Message, Transport


def waiting(now: datetime, most: int = at_once.MOST) -> list[int]:
    """Ids of the alerts whose e-mail may leave."""
    rows = ViewAlert.objects.filter(crossed_at__isnull=False, seen_at=None, user__is_active=True)
    due = dict(rows.filter(pk__in=at_once.waiting(rows, now, most)).values_list("pk", "user_id"))
    wishes = {w.user_id: w for w in Preferences.objects.filter(user__in=set(due.values()))}
    working = preferences.working_days()
    return [
        pk
        for pk, user in sorted(due.items())
        if quiet.may_ring(now, preferences.hours_of(wishes.get(user)), working)
    ]


def send(pk: int, now: datetime, transport: Transport | None = None) -> bool | None:
    """Hand one over; `at_once.send`."""
    rows = ViewAlert.objects.select_related("view")
    return at_once.send(rows, pk, now, _message, _key, transport)


def _key(row: ViewAlert) -> str:
    moment = f"{row.crossed_at:%Y%m%d%H%M%S}" if row.crossed_at else ""
    return f"view_alert.{row.pk}.{moment}"


def _message(row: ViewAlert) -> Message | None:
    """Nothing when it was seen meanwhile, is over, or may be opened no more."""
    if not row.is_new or row.crossed_at is None or not may_open(row):
        return None
    values = {
        "name": row.user.name,
        "view": row.view.name,
        "days": row.days,
        "n": row.more_than,
        "page": f"{settings.SITE_URL}{reverse('queue')}?view={row.view_id}",
        "alerts": f"{settings.SITE_URL}{reverse('view_alerts')}",
    }
    text = _(
        "{name}，您好：\n\n"
        "视图“{view}”最近 {days} 天的新案件超过了 {n} 件（只计您有权查看的案件）：\n{page}\n\n"
        "您收到这封邮件，是因为您给这个视图设了提醒。修改或者取消：\n{alerts}"
    )
    return Message(
        event="view_alert",
        at=row.crossed_at,
        to=row.user.email,
        subject=_("视图“{view}”的新案件超过 {n} 件").format(**values),
        text=text.format(**values),
        headers={"X-Kesu-For": f"staff {row.user.username}"},
    )

"""Alarms by e-mail, at once: no quiet hours and no wishes count for them.

The e-mail says what kind of alarm it is and where to look; no case, no person of a case.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import AlarmNotice
from correspondence import at_once
from correspondence.transports import Message, Transport


def waiting(now: datetime, most: int = at_once.MOST) -> list[int]:
    """Ids of the notices whose e-mail may leave."""
    return at_once.waiting(AlarmNotice.objects.all(), now, most)


def send(pk: int, now: datetime, transport: Transport | None = None) -> bool | None:
    """Hand one over; `at_once.send`."""
    rows = AlarmNotice.objects.select_related("alarm")
    return at_once.send(rows, pk, now, _message, _key, transport)


def _key(row: AlarmNotice) -> str:
    return f"alarm.{row.alarm_id}.{row.user_id}"


def _message(row: AlarmNotice) -> Message:
    alarm = row.alarm
    values = {
        "kind": alarm.words,
        "name": row.user.name,
        "about": alarm.about_name or _("系统"),
        "address": f"{settings.SITE_URL}{reverse('alarms')}",
    }
    subject = _("告警：%(kind)s") % values
    text = _(
        "%(name)s，您好：\n\n告警：%(kind)s\n涉及人员：%(about)s\n\n"
        "请尽快查看，并与本人核实：\n%(address)s"
    )
    return Message(
        event="alarm",
        at=alarm.at,
        to=row.user.email,
        subject=subject,
        text=text % values,
        headers={"X-Kesu-For": f"staff {row.user.username}"},
    )

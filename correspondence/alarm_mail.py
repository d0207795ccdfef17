"""Alarms by e-mail, at once: no quiet hours and no wishes count for them.

The e-mail says what kind of alarm it is and where to look; no case, no person of a case.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import AlarmNotice
from correspondence import transports
from correspondence.backoff import postponed
from correspondence.transports import Message, Refused, Transport

logger = logging.getLogger(__name__)


def waiting(now: datetime, most: int = 200) -> list[int]:
    """Ids of the notices whose e-mail may leave."""
    rows = AlarmNotice.objects.filter(mailed_at=None, not_before__lte=now)
    return list(rows.order_by("not_before", "pk").values_list("pk", flat=True)[:most])


def send(pk: int, now: datetime, transport: Transport | None = None) -> bool:
    """Hand one over. False when another worker has it, it is done, or it failed (then it is tried
    again later). Its key is the same in every attempt.
    """
    transport = transport or transports.installed()["email"]
    try:
        with transaction.atomic():
            row = (
                AlarmNotice.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("user", "alarm")
                .filter(pk=pk, mailed_at=None)
                .first()
            )
            if row is None:
                return False
            row.mailed_at, row.last_error = now, ""
            if not (row.user.is_active and row.user.email):
                row.last_error = "no address"
            else:
                row.last_error = _handed_over(row, transport)
            row.save(update_fields=["mailed_at", "last_error"])
        return not row.last_error
    except Exception as error:
        logger.exception("the e-mail about an alarm (%s) was not handed over", pk)
        postponed(AlarmNotice.objects.get(pk=pk), error, now)
        return False


def _handed_over(row: AlarmNotice, transport: Transport) -> str:
    """What the mail server will never take is not tried again: it stands on the page anyway."""
    try:
        transport.deliver(_message(row), f"alarm.{row.alarm_id}.{row.user_id}")
    except Refused as refused:
        logger.error("the e-mail about an alarm (%s) was refused for good: %s", row.pk, refused)
        return str(refused)[:300]
    return ""


def _message(row: AlarmNotice) -> Message:
    alarm = row.alarm
    with translation.override(row.user.language or "zh-hans"):
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

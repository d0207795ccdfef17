"""Somebody lost telephone and key: an administrator takes the second factors away, so that the
person can set up new ones after the next password. One act with a reason, never about oneself.
"""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import factors, sessions
from accounts.alarms import AlarmKind, raise_alarm
from accounts.factor_models import FactorNews
from accounts.models import User
from audit.record import record


class Reason(models.TextChoices):
    """Why. No free text: it would come to hold what the person said on the telephone."""

    LOST = "lost", gettext_lazy("手机或安全密钥遗失")
    REPLACED = "replaced", gettext_lazy("更换手机或安全密钥，旧的已不在手边")
    BROKEN = "broken", gettext_lazy("设备损坏或应用被删除")
    SUSPECTED = "suspected", gettext_lazy("怀疑被他人使用")


@transaction.atomic
def take_away(person: User, *, reason: str, by: User, at: datetime) -> int:
    """All factors of the person are gone, the sessions end, the person, supervisors, auditors and
    security are told. Answers how many factors there were. Raises FactorError.
    """
    if person.pk == by.pk:
        raise factors.FactorError(_("不能解除自己的两步验证；请由另一位管理员操作。"))
    if reason not in Reason.values:
        raise factors.FactorError(_("请选择原因。"))
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    rows = Authenticator.objects.filter(user=person)
    kinds = sorted(rows.values_list("type", flat=True))
    if not kinds:
        raise factors.FactorError(_("%(name)s 没有两步验证方式。") % {"name": person.name})
    rows.delete()
    subject = f"user:{person.username}"
    record("second_factor_taken_away", subject, by, at, {"reason": reason, "factors": kinds})
    sessions.end_all(person, by=by, at=at)
    raise_alarm(AlarmKind.FACTOR_REMOVED, about=person, at=at, detail={"reason": reason})
    factors.tell(person, FactorNews.TAKEN_AWAY, at)
    return len(kinds)

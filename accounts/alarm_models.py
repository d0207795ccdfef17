"""Alarms: what somebody has to look at because personal data or an account may be misused.

The alarm itself is append-only and sealed; who is told and who looked at it stands in a table
of its own.
"""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedJSONField
from audit.kinds import Sealed


class AlarmKind(models.TextChoices):
    """What an alarm is about. The column has no list of choices: a kind that comes needs no
    migration.
    """

    REVEAL_FOREIGN = "reveal_foreign", _("试图查看无权案件的个人信息")
    REVEAL_CLOSED = "reveal_closed", _("试图查看已归档案件的个人信息")
    REVEAL_NEAR = "reveal_near", _("查看号码接近当日上限")
    REVEAL_QUOTA = "reveal_quota", _("查看号码超过上限")
    GUESSING = "guessing", _("反复核对尾号")
    BREAK_GLASS = "break_glass", _("紧急调阅未按时复核")
    BREAK_GLASS_MISUSED = "break_glass_misused", _("紧急调阅经复核认为不当")
    ENUMERATION = "enumeration", _("逐个试探号码")
    CASE_SCAN = "case_scan", _("逐个试探案件编号")
    SPRAYING = "spraying", _("从同一地址试多个账号的密码")
    LOCKED_OUT = "locked_out", _("账号因多次输错而锁定")
    EMERGENCY_SIGN_IN = "emergency_sign_in", _("应急管理员用密码登录")
    FACTOR_REMOVED = "factor_removed", _("解除两步验证")


# Security looks after accounts (三员分立): these are for it too.
OF_ACCOUNTS = frozenset(
    {
        AlarmKind.LOCKED_OUT,
        AlarmKind.SPRAYING,
        AlarmKind.FACTOR_REMOVED,
        AlarmKind.BREAK_GLASS,
        AlarmKind.BREAK_GLASS_MISUSED,
        AlarmKind.EMERGENCY_SIGN_IN,
    }
)


class Alarm(models.Model):
    """One alarm. `about`: whose act it was; nobody when it is not a person's. `case`: the number of
    the case, "" without one. `detail`: plain values, never personal data.
    """

    kind = models.CharField(max_length=40)
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    about_name = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    case = models.CharField(max_length=30, blank=True)
    detail = MaskedJSONField(default=dict)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="alarm_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            Sealed("alarm"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about_name} {self.case}"

    @property
    def words(self) -> str:
        """The kind in words; one that the list does not know stands as it is."""
        known = self.kind in AlarmKind.values
        return str(AlarmKind(self.kind).label) if known else self.kind


class AlarmNotice(models.Model):
    """An alarm and one of those who are told: by a mark on the rail until it is seen, and by mail.

    A row without a mail (`not_before` empty) is that of somebody who looked without having been
    told, such as an auditor who came later.
    """

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="notices")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="alarm_notices"
    )
    seen_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)  # of the mail
    mailed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = MaskedCharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alarm", "user"], name="told_of_an_alarm_once")
        ]
        indexes = [
            models.Index(fields=["user", "-id"], condition=Q(seen_at=None), name="alarms_not_seen"),
            models.Index(
                fields=["not_before", "id"],
                condition=Q(mailed_at=None, not_before__isnull=False),
                name="alarms_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alarm_id} → {self.user_id}"

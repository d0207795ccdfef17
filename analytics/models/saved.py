"""Saved reports: what somebody looks at again and again, who gets it by e-mail, and what left.

Nothing here is about a case: figures are counted anew whenever they are sent or opened, for whoever
gets them.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedJSONField
from accounts.models import Team, User
from analytics import due
from analytics.measures import PERMISSION


class SavedReport(models.Model):
    """A window that moves with the day (`periods.SPANS`), filters, and when it leaves by e-mail.

    `filters`: names of `asking.NAMES` but the days. `shared_with`: the team whose supervisors see
    it too. `next_due`: none without a rhythm. `paused_why`: by_hand, or owner_left. Deleted ones
    stay, because what was sent says what it was.
    """

    class Every(models.TextChoices):
        DAILY = due.DAILY, _("每天")
        WEEKLY = due.WEEKLY, _("每周")
        MONTHLY = due.MONTHLY, _("每月")

    BY_HAND, OWNER_LEFT = "by_hand", "owner_left"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_reports"
    )
    name = MaskedCharField(_("名称"), max_length=80)
    span = models.CharField(max_length=20)
    filters = MaskedJSONField(default=dict, blank=True)
    shared_with = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="shared_reports"
    )
    every = models.CharField(max_length=10, choices=Every.choices, blank=True)
    weekday = models.PositiveSmallIntegerField(default=1)
    day = models.PositiveSmallIntegerField(default=1)
    hour = models.PositiveSmallIntegerField(default=9)
    working_days = models.BooleanField(default=True)
    next_due = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_why = models.CharField(max_length=20, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(deleted_at=None),
                name="a_person_names_a_report_once",
            ),
            models.CheckConstraint(
                condition=Q(hour__lte=23) & Q(weekday__range=(1, 7)) & Q(day__range=(1, 31)),
                name="a_report_leaves_at_a_time_that_exists",
            ),
            models.CheckConstraint(
                condition=Q(next_due=None) | ~Q(every=""),
                name="only_what_has_a_rhythm_falls_due",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due", "id"],
                condition=Q(paused_at=None, deleted_at=None, next_due__isnull=False),
                name="reports_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"

    @property
    def subject(self) -> str:
        """Its name in the audit record."""
        return f"report:{self.pk}"

    @property
    def rhythm(self) -> due.Rhythm:
        """When it leaves."""
        return due.Rhythm(self.every, self.hour, self.weekday, self.day, self.working_days)

    @property
    def owner_left(self) -> bool:
        """Whether nobody answers for it any more."""
        return not may_get(self.owner)


def may_get(user: User) -> bool:
    """Whether the person is there and may see figures."""
    return user.is_active and user.may(PERMISSION)


class ReportRecipient(models.Model):
    """Who gets it. `stopped_at`: nothing is sent until somebody says so, because the address does
    not take it; `stopped_why`: the code of the mail server.
    """

    report = models.ForeignKey(SavedReport, on_delete=models.PROTECT, related_name="recipients")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_why = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "user"], name="a_report_goes_to_a_person_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} → {self.user_id}"


class Why:
    """Why nothing was sent: values of `ReportMail.last_error` that are not the mail server's."""

    GONE, NO_ADDRESS, NOT_ALLOWED = "gone", "no address", "not allowed"
    FILTERS, STOPPED, REPLACED = "filters", "stopped", "replaced"
    NO_CASES = "no cases"
    QUIET = (GONE, STOPPED, REPLACED)  # nothing that the owner has to be told


class ReportMail(models.Model):
    """One e-mail about a report to one person for one due moment; the same row in every attempt.

    `mailed_at`: done with, sent or not; `last_error`: why not. `told_at`: the owner was told that
    it did not arrive.
    """

    class What(models.TextChoices):
        REPORT = "report", _("报表")
        TROUBLE = "trouble", _("没有送到")
        OWNER_LEFT = "owner_left", _("负责人已离开")

    report = models.ForeignKey(
        SavedReport, on_delete=models.PROTECT, related_name="mails", db_index=False
    )  # the constraint finds them
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    what = models.CharField(max_length=12, choices=What.choices, default=What.REPORT)
    due_at = models.DateTimeField()
    not_before = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = MaskedCharField(max_length=300, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=60, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "user", "what", "due_at"], name="a_report_is_mailed_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"], condition=Q(mailed_at=None), name="reports_to_mail"
            ),
            models.Index(
                fields=["id"],
                condition=Q(what="report", told_at=None)
                & (~Q(last_error="") | Q(bounced_at__isnull=False)),
                name="report_mails_to_tell_of",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} → {self.user_id} {self.due_at:%Y-%m-%d %H:%M}"

    @classmethod
    def about(cls, report: SavedReport, user: User, what: str, now: datetime) -> ReportMail:
        """To whoever has to do something about the report (not saved)."""
        return cls(report=report, user=user, what=what, due_at=now, not_before=now)

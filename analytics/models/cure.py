"""溯源整改: why it happened, apart from what the complaint is about, and what is done so that it
does not happen again.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.masking.fields import (
    FileNameField,
    MaskedCharField,
    MaskedJSONField,
    MaskedTextField,
)
from accounts.models import User
from analytics import default_causes
from analytics.models.signals import Signal
from complaints.models import Complaint


class Cause(models.Model):
    """One branch of the cause tree (原因树), two levels. A closed one is not given any more, and
    stays where it was given. `code`: of the set that comes with the product, whose names are
    translated as long as nobody wrote another (`title` empty).
    """

    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="children", null=True, blank=True
    )
    code = models.CharField(max_length=40, blank=True)
    title = MaskedCharField(_("名称"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="a_cause_of_the_set_stands_once"
            ),
            models.CheckConstraint(condition=~Q(code="", title=""), name="a_cause_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.code or self.title

    @property
    def name(self) -> str:
        """As it was written, or the name of the set in the language of the screen."""
        return self.title or str(default_causes.TITLES.get(self.code, self.code))

    @property
    def path(self) -> str:
        """With the branch it hangs on."""
        return f"{self.parent.name} · {self.name}" if self.parent else self.name

    @property
    def subject(self) -> str:
        """Its name in the audit record."""
        return f"cause:{self.pk}"


class CauseGiven(models.Model):
    """Somebody says why: of a signal, or of one case. Withdrawn, not deleted."""

    signal = models.ForeignKey(
        Signal, on_delete=models.PROTECT, related_name="given", null=True, blank=True
    )
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="causes_given", null=True, blank=True
    )
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="given")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    why = MaskedTextField(_("为什么"))
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signal__isnull=False, complaint=None)
                | Q(signal=None, complaint__isnull=False),
                name="a_cause_is_given_to_one_thing",
            ),
            models.UniqueConstraint(
                fields=["signal", "cause"],
                condition=Q(withdrawn_at=None),
                name="a_signal_has_a_cause_once",
            ),
            models.UniqueConstraint(
                fields=["complaint", "cause"],
                condition=Q(withdrawn_at=None),
                name="a_case_has_a_cause_once",
            ),
        ]
        indexes = [models.Index(fields=["cause", "-at", "-id"], name="causes_given_by_age")]

    def __str__(self) -> str:
        return f"{self.cause_id} {self.signal_id or self.complaint_id}"


class CorrectiveActionQuerySet(models.QuerySet[Any]):
    """Words about corrective actions."""

    def visible_to(self, user: User) -> Self:
        """Those of signals that the person may see, and those of causes; and the own ones."""
        if not user.is_active or not user.may("see_analytics"):
            return self.none()
        signals = Signal.objects.visible_to(user).values("pk")
        return self.filter(Q(signal=None) | Q(signal__in=signals) | Q(owner=user))


class CorrectiveAction(models.Model):
    """整改措施 for a signal, or for a cause: who does what until when, the proof that it was done,
    and the measured effect on the weeks after.

    `effect`: fell, unclear or rose, with the ratio of after to before and its 95 % interval;
    `numbers`: days, cases and orders on both sides, so that the verdict can be computed again.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("corrective action", "进行中")
        DONE = "done", _("已完成，待核查效果")
        CHECKED = "checked", _("效果已核查")
        CANCELLED = "cancelled", _("已取消")

    class Effect(models.TextChoices):
        FELL = "fell", pgettext_lazy("effect", "下降")
        UNCLEAR = "unclear", _("无法判断")
        ROSE = "rose", pgettext_lazy("effect", "上升")

    signal = models.ForeignKey(
        Signal, on_delete=models.PROTECT, related_name="actions", null=True, blank=True
    )
    cause = models.ForeignKey(
        Cause, on_delete=models.PROTECT, related_name="actions", null=True, blank=True
    )
    what = MaskedTextField(_("措施"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="corrective_actions",
        verbose_name=_("负责人"),
    )
    due_on = models.DateField(_("完成期限"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    evidence = MaskedTextField(_("完成的证据"), blank=True)
    effect = models.CharField(max_length=10, choices=Effect.choices, blank=True)
    ratio = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    numbers = MaskedJSONField(default=dict, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)
    told_overdue_at = models.DateTimeField(null=True, blank=True)

    objects = CorrectiveActionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signal__isnull=False) | Q(cause__isnull=False),
                name="an_action_cures_something",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "cancelled"]) | Q(done_on__isnull=False),
                name="a_done_action_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=Q(state="open"), name="open_actions_by_due"
            ),
            models.Index(fields=["-at", "-id"], name="actions_by_age"),
        ]

    def __str__(self) -> str:
        return f"action {self.pk}"

    def is_overdue(self, today: date) -> bool:
        """Not done, and the day is over."""
        return self.state == self.State.OPEN and self.due_on < today

    @property
    def subject(self) -> str:
        """Its name in the audit record."""
        return f"action:{self.pk}"


_WITHDRAWN = ["withdrawn_at", "withdrawn_by", "withdrawn_why"]


class ActionFile(models.Model):
    """A file that proves a corrective action; it lies in the store of the evidence under its hash.
    Never changed. Withdrawn for a reason, its content is destroyed and this row stays.

    `scan`: what a virus scanner said, "" where there is none (`evidence.models.Custody.Act`).
    """

    action = models.ForeignKey(CorrectiveAction, on_delete=models.PROTECT, related_name="files")
    file_name = FileNameField(_("原文件名"), max_length=255)
    content_type = models.CharField(_("类型"), max_length=100)
    size = models.BigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(max_length=64)
    scan = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    withdrawn_why = MaskedTextField(_("撤回的理由"), blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "sha256"],
                condition=Q(withdrawn_at=None),
                name="an_action_has_a_file_once",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="an_action_file_is_not_empty"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_why="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_why=""),
                name="an_action_file_is_withdrawn_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sha256"], condition=Q(withdrawn_at=None), name="action_files_by_hash"
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(name="action_file_is_never_rewritten", exclude=_WITHDRAWN),
            pgtrigger.Protect(name="action_file_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="action_file_is_withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} {self.file_name}"

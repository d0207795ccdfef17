"""信号: something out of the ordinary, the numbers that say so, the cases behind it, and what
people made of it.
"""

from __future__ import annotations

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedJSONField, MaskedTextField
from accounts.models import User
from accounts.roles import Role
from analytics.signal_life import Kind, State
from complaints.models import Complaint
from complaints.querysets import scope_of


class SignalQuerySet(models.QuerySet[Any]):
    """Words about signals."""

    def visible_to(self, user: Any) -> Self:
        """All for auditors; for a supervisor those with a case of a led team that the person may
        see.
        """
        if not isinstance(user, User) or not user.is_active or not user.may("see_analytics"):
            return self.none()
        if user.is_(Role.AUDITOR):
            return self
        led = Q(complaint__team__in=user.led_team_ids)
        theirs = SignalCase.objects.filter(scope_of(user, "complaint__") & led)
        return self.filter(Exists(theirs.filter(signal=OuterRef("pk"))))

    def counted_for(self, user: User) -> Self:
        """With `seen_cases`: how many of its cases the person may see."""
        theirs = SignalCase.objects.filter(scope_of(user, "complaint__"), signal=OuterRef("pk"))
        number = theirs.order_by().values("signal").annotate(n=Count("pk")).values("n")
        counted = Coalesce(Subquery(number, output_field=IntegerField()), 0)
        return self.annotate(seen_cases=counted)


class Signal(models.Model):
    """One episode of one series. `digest` names the series (kind, category, product, region, word);
    while the episode runs (`ended_on` empty) the series has no second signal, so that a false alarm
    does not come back before the episode is over.

    The numbers are those of the whole enterprise without confidential cases, as the model saw them
    on `alarmed_on`: `observed` cases from `started_on` until then, `expected` by the baseline of
    `baseline_from` to `baseline_until`; `ratio` with its 95 % interval; `orders` in the same days
    and `orders_before` a day in the baseline (none: no volumes); `statistic` above `threshold`
    alarms. They follow the data while nobody has looked; whoever acknowledges the signal keeps what
    was read, and only `last_on` and later cases are added. For words and copies only `observed` is
    told. `causes`, `words`, `numbers`: what the model found beside (`analytics/found.py`).
    """

    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("状态"), max_length=16, choices=State.choices, default=State.NEW)
    version = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64)
    category = models.CharField(_("类别"), max_length=40, blank=True)
    product = MaskedCharField(_("商品或服务"), max_length=200, blank=True)
    region = models.CharField(_("地区"), max_length=10, blank=True)
    word = MaskedCharField(_("词语"), max_length=60, blank=True)

    started_on = models.DateField(_("开始日期"))
    alarmed_on = models.DateField(_("报警日期"))
    last_on = models.DateField(_("最近一天"))
    ended_on = models.DateField(_("结束日期"), null=True, blank=True)
    observed = models.PositiveIntegerField(_("实际件数"))
    expected = models.FloatField(_("预期件数"), null=True, blank=True)
    ratio = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    statistic = models.FloatField(null=True, blank=True)
    threshold = models.FloatField(null=True, blank=True)
    orders = models.FloatField(_("订单量"), null=True, blank=True)
    orders_before = models.FloatField(null=True, blank=True)
    baseline_from = models.DateField(null=True, blank=True)
    baseline_until = models.DateField(null=True, blank=True)
    model_version = models.CharField(max_length=40)
    causes = MaskedJSONField(default=list, blank=True)
    words = MaskedJSONField(default=list, blank=True)
    numbers = MaskedJSONField(default=dict, blank=True)

    detected_at = models.DateTimeField(_("发现时间"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="owned_signals",
        null=True,
        blank=True,
        verbose_name=_("负责人"),
    )

    objects = SignalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest"],
                condition=Q(ended_on=None),
                name="an_episode_is_one_signal",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="signal_state_is_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="signal_kind_is_known"),
        ]
        indexes = [
            models.Index(fields=["-detected_at", "-id"], name="signals_by_age"),
            models.Index(fields=["state", "-detected_at", "-id"], name="signals_by_state"),
            models.Index(fields=["last_on"], condition=Q(ended_on=None), name="running_signals"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def subject(self) -> str:
        """Its name in the audit record."""
        return f"signal:{self.pk}"


class SignalCase(models.Model):
    """A case of the signal: one of those that it counts (`observed`), or one that came `later`,
    while the episode went on.
    """

    signal = models.ForeignKey(
        Signal, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="signal_cases")
    later = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signal", "complaint"], name="a_signal_counts_a_case_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.signal_id} {self.complaint_id}"


class SignalStep(models.Model):
    """One act in its life: a step of the table, or the change of the owner. Append-only. `by` is
    nobody when the detection found it.
    """

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=20)
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    to_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    at = models.DateTimeField()
    reason = MaskedTextField(_("理由"), blank=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="signal_step_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.signal_id} {self.step}"


class SignalNotice(models.Model):
    """Somebody is told of a signal or of a corrective action: by a mark until it is opened, and by
    an e-mail when the person wishes some (`not_before`; empty: none).
    """

    class Why(models.TextChoices):
        FOUND = "found", _("发现新信号")
        OWNER = "owner", _("由您负责")
        ACTION = "action", _("整改措施由您负责")
        OVERDUE = "overdue", _("整改措施已逾期")

    why = models.CharField(max_length=10, choices=Why.choices)
    signal = models.ForeignKey(
        Signal, on_delete=models.PROTECT, related_name="notices", null=True, blank=True
    )
    action = models.ForeignKey(
        "analytics.CorrectiveAction",
        on_delete=models.PROTECT,
        related_name="notices",
        null=True,
        blank=True,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signal_notices"
    )
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = MaskedCharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signal__isnull=False, action=None)
                | Q(signal=None, action__isnull=False),
                name="a_notice_is_about_one_thing",
            ),
            models.UniqueConstraint(fields=["signal", "user", "why"], name="told_of_a_signal_once"),
            models.UniqueConstraint(
                fields=["action", "user", "why"], name="told_of_an_action_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-id"], condition=Q(seen_at=None), name="signals_not_seen"
            ),
            models.Index(
                fields=["not_before", "id"],
                condition=Q(mailed_at=None, not_before__isnull=False),
                name="signals_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.why} → {self.user_id}"


class DetectionRun(models.Model):
    """One look at all series: nightly, or because somebody asked. What it finds is written in one
    transaction together with `finished_at`, so that a killed worker leaves nothing half done and
    the run is taken up again.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    asked_at = models.DateTimeField()
    until = models.DateField()  # the last whole day that is looked at
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    series = models.PositiveIntegerField(default=0)
    cases = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    continued = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = MaskedCharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["until"],
                condition=Q(by=None),
                name="one_nightly_detection_a_day",
            ),
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(finished_at=None),
                name="one_detection_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["-asked_at", "-id"], name="detections_by_age")]

    def __str__(self) -> str:
        return f"{self.until} {self.pk}"

"""The calendar of the installation: notices of the State Council, the enterprise's own days, its
business hours, and other lengths for its own clocks. Nothing is overwritten: what no longer holds
is superseded or removed, with a date.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import FileNameField, MaskedCharField, MaskedJSONField, ReferenceField


def _person(**more: object) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        **more,  # type: ignore[arg-type]
    )


class CalendarNotice(models.Model):
    """The State Council's notice for one year, as a file said it. It takes the place of what the
    library knows of that year.

    A file that was read but not yet loaded waits here with `loaded_at` None. `days`: [[date, kind,
    name]], in order; also the last days of the year before, which a notice for January may name.
    """

    year = models.PositiveSmallIntegerField(_("年份"))
    title = MaskedCharField(_("通知名称"), max_length=200, blank=True)
    number = ReferenceField(_("文号"), max_length=80, blank=True)
    file_name = FileNameField(max_length=200)
    sha256 = models.CharField(max_length=64)
    days = models.JSONField(default=list)
    read_by = _person()
    read_at = models.DateTimeField()
    loaded_by = _person()
    loaded_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(loaded_at__isnull=False, superseded_at=None),
                name="one_current_notice_per_year",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.number or self.file_name}"


class CalendarDay(models.Model):
    """A day that is off although it would be worked, or the reverse: by a notice, or (`notice`
    None) by the enterprise for its own clocks.
    """

    class Kind(models.TextChoices):
        OFF = "off", _("放假")
        WORK = "work", _("上班")

    date = models.DateField(_("日期"))
    kind = models.CharField(_("类型"), max_length=4, choices=Kind.choices)
    name = MaskedCharField(_("名称"), max_length=80, blank=True)
    notice = models.ForeignKey(
        CalendarNotice,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="calendar_days",
    )
    by = _person()
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = _person()

    class Meta:
        ordering = ["date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["date"],
                condition=Q(notice=None, removed_at=None),
                name="one_current_own_day",
            ),
            models.UniqueConstraint(fields=["notice", "date"], name="one_day_per_notice"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.kind} {self.name}"


class WorkingHours(models.Model):
    """When a day is worked, from a day on: [["09:00", "12:00"], ["13:00", "18:00"]]."""

    valid_from = models.DateField(_("自何日起"))
    periods = models.JSONField()
    by = _person()
    at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["valid_from"],
                condition=Q(superseded_at=None),
                name="one_set_of_hours_from_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.valid_from} {self.periods}"


class TargetLength(models.Model):
    """Another length for a clock of our own (internal or promised), from a day on. Never for one
    that the law sets: `calendars.terms_of` does not look for it there.
    """

    entry = models.CharField(max_length=60)
    length = models.PositiveIntegerField(_("长度"))
    unit = models.CharField(_("单位"), max_length=20)
    valid_from = models.DateField(_("自何日起"))
    reason = MaskedCharField(_("原因"), max_length=300)
    by = _person()
    at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "valid_from"],
                condition=Q(superseded_at=None),
                name="one_length_per_clock_from_a_day",
            ),
            models.CheckConstraint(condition=Q(length__gt=0), name="target_length_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.length} {self.unit} {self.valid_from}"


class CalendarChange(models.Model):
    """One change of the calendar or of a length, and the counting anew that it brought about.

    The highest id says which calendar holds: every process compares it (`calendars.current`).
    `detail` says what changed; `first_day` to `last_day` are the days that are counted otherwise
    (None: without an end). A change is counted in two rounds: the second one takes the cases that
    somebody wrote meanwhile with the calendar of before.
    """

    class Kind(models.TextChoices):
        NOTICE = "notice", _("载入放假通知")
        OWN_DAYS = "own_days", _("本企业放假、加班日")
        HOURS = "hours", _("工作时间")
        TARGET = "target", _("自有时限的长度")
        HEALED = "healed", _("暂定日期补算")

    class State(models.TextChoices):
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    detail = MaskedJSONField(default=dict)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    by = _person()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    cases = models.PositiveIntegerField(default=0)
    checked_again_at = models.DateTimeField(null=True, blank=True)  # the second round was planned
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state="running"), name="calendar_changes_running"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M} {self.state}"


class RecountPart(models.Model):
    """Some cases that are counted anew because of a change; whoever locks the row works on them.

    `left`: those not yet done; a case that somebody else holds is left for the next round.
    """

    change = models.ForeignKey(CalendarChange, on_delete=models.CASCADE, related_name="parts")
    left = ArrayField(models.BigIntegerField(), default=list)
    cases = models.PositiveIntegerField()
    confirmed = models.PositiveIntegerField(default=0)  # clocks whose date is no longer provisional
    failed = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(failed__lte=F("cases")), name="failed_are_cases")
        ]
        indexes = [
            models.Index(fields=["change", "id"], condition=Q(done_at=None), name="recounts_left")
        ]

    def __str__(self) -> str:
        return f"{self.change_id}: {self.cases}"


class ClockMove(models.Model):
    """One clock that is due at another instant because of a change: what moved. The clock's own
    history has the same in a `ClockEvent`.
    """

    change = models.ForeignKey(CalendarChange, on_delete=models.CASCADE, related_name="moves")
    deadline = models.ForeignKey("complaints.Deadline", on_delete=models.CASCADE, related_name="+")
    complaint = models.ForeignKey(
        "complaints.Complaint", on_delete=models.CASCADE, related_name="+"
    )
    before = models.DateTimeField()
    after = models.DateTimeField()
    was_provisional = models.BooleanField(default=False)
    provisional = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["change", "id"], name="what_a_change_moved")]

    def __str__(self) -> str:
        return f"{self.deadline_id}: {self.before:%Y-%m-%d} → {self.after:%Y-%m-%d}"

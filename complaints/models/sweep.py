"""How the sweeps of the clocks went, and the clocks that failed in one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField
from complaints.models.deadline import Deadline


class SweepRun(models.Model):
    """One sweep: how many clocks it climbed, how many failed, and how late the latest was.

    Only the last ones are kept.
    """

    started_at = models.DateTimeField(_("开始"))
    finished_at = models.DateTimeField(_("结束"))
    worker = models.CharField(_("处理程序"), max_length=120)
    handled = models.PositiveIntegerField(_("处理的期限"), default=0)
    failed = models.PositiveIntegerField(_("推迟的期限"), default=0)
    late_by = models.DurationField(_("最迟"), null=True, blank=True)
    error = MaskedCharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.finished_at:%Y-%m-%d %H:%M:%S} {self.handled}"


class Postponed(models.Model):
    """A clock that could not be climbed and is tried again later; the row goes when it could."""

    deadline = models.OneToOneField(
        Deadline, on_delete=models.PROTECT, primary_key=True, related_name="postponed"
    )
    since = models.DateTimeField()
    until = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    error = MaskedCharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.error}"

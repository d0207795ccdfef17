"""误报预算: how many of the alarms may be chance."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q


class AlarmBudget(models.Model):
    """How many alarms may be chance, as a supervisor chose it; the newest row counts. Append-only.

    `per_series_year`: false alarms per series and year (`analytics/detection/budget.py`); empty:
    `FALSE_ALARMS_PER_WEEK` over all series, as where nobody chose.
    """

    per_series_year = models.FloatField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(per_series_year=None) | Q(per_series_year__gt=0),
                name="an_alarm_budget_is_above_zero",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="alarm_budget_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.per_series_year} {self.pk}"

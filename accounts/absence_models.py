"""Days away and who stands in meanwhile."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField


def _range(kind: str, first: str, last: str) -> Func:
    """A closed range, so that the database itself can compare two of them for overlap."""
    return Func(F(first), F(last), Value("[]"), function=kind)


class Absence(models.Model):
    """Days on which a person does not work, both ends included, and who stands in meanwhile.

    `ended_at`: called off, or the person is back early; it does not count from then on.
    `tell_on_return`: the person has not been told yet what happened meanwhile. `summary_waits`: was
    told, and has not looked at it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences"
    )
    first_day = models.DateField(_("自"))
    last_day = models.DateField(_("至"))
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("代理人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stands_in",
    )
    note = MaskedCharField(_("说明"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    tell_on_return = models.BooleanField(default=False, editable=False)
    summary_waits = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["first_day", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="absence_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(deputy=F("user")), name="nobody_is_the_own_deputy"),
            ExclusionConstraint(
                name="one_absence_at_a_time",
                expressions=[
                    (_range("int8range", "user", "user"), RangeOperators.OVERLAPS),
                    (_range("daterange", "first_day", "last_day"), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["last_day"], condition=Q(ended_at=None), name="absences_by_end"),
            models.Index(fields=["id"], condition=Q(tell_on_return=True), name="absences_to_tell"),
            models.Index(
                fields=["user"], condition=Q(summary_waits=True), name="summaries_that_wait"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.first_day}…{self.last_day}"

"""协办: another team is asked about a case, which stays with its owner and team."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedTextField
from accounts.models import Team
from complaints.models.complaint import Complaint


class ConsultUnit(models.TextChoices):
    """In what the time for the answer is counted."""

    HOUR = "working_hour", _("工作小时")
    DAY = "working_day", _("工作日")


class TeamConsult(models.Model):
    """One question to another team, perhaps to somebody there.

    While it is open the people of that team may read the case (`sight.asked`), and no longer. Its
    clock runs among those of the case. `words`: the answer, why the team declined, or why it ended
    without one; `files`: numbers of the evidence that came with the answer. `on_time`: decided by
    its clock as it was answered or declined.
    """

    class State(models.TextChoices):
        OPEN = "open", _("等待答复")
        ANSWERED = "answered", _("已答复")
        DECLINED = "declined", _("已退回")
        WITHDRAWN = "withdrawn", _("已撤回")
        OVER = "over", _("已终止")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="team_consults")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # `open_consults_of_team` finds them
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    question = MaskedTextField(_("问题"))
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    words = MaskedTextField(blank=True)
    files = ArrayField(models.PositiveIntegerField(), default=list)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    on_time = models.BooleanField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["team", "complaint"],
                condition=Q(state="open"),
                name="open_consults_of_team",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "team"],
                condition=Q(state="open"),
                name="a_team_is_asked_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | (~Q(state="open") & ~Q(ended_at=None)),
                name="a_consult_that_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "declined"]) | ~Q(words=""),
                name="an_answer_of_a_team_has_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} → {self.team_id} {self.state}"

"""Views of the list of cases that people keep under a name (视图), for themselves or for others.

A view holds conditions and never cases: whoever opens it sees his own cases by them. No query that
may name a consumer is among the conditions (`complaints/finding/personal.py`).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedJSONField
from accounts.models import Team


class Scope(models.TextChoices):
    """Who may open it besides its owner."""

    PERSONAL = "personal", _("只有我")
    TEAM = "team", _("一个团队")
    EVERYONE = "everyone", _("所有能看案件的同事")


class SavedView(models.Model):
    """`filters`: name → value as `complaints/views/queue_filters.py` knows them; `columns`: the
    codes of those that are shown, all when empty.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # the constraint finds them
    name = MaskedCharField(_("名称"), max_length=60)
    scope = models.CharField(_("谁能打开"), max_length=10, choices=Scope, default=Scope.PERSONAL)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True)
    filters = MaskedJSONField(default=dict)
    columns = MaskedJSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="a_person_names_a_view_once"),
            models.CheckConstraint(
                name="a_view_of_a_team_names_the_team",
                condition=Q(scope="team", team__isnull=False)
                | (~Q(scope="team") & Q(team__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope", "team"], condition=~Q(scope="personal"), name="views_shared"
            )
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.pk}"

    @property
    def subject(self) -> str:
        """How the audit record calls it."""
        return f"view/{self.pk}"

    @property
    def is_shared(self) -> bool:
        """Whether others may open it."""
        return self.scope != Scope.PERSONAL


class ViewAlert(models.Model):
    """Somebody is told when a view has more than so many new cases within so many days, once per
    crossing: `crossed_at` stands from then on until they are fewer again. By a mark until it is
    seen, and by e-mail when wished (`not_before` … `last_error`, as `correspondence/at_once.py`
    knows them).
    """

    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="alerts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="view_alerts"
    )
    more_than = models.PositiveSmallIntegerField(_("超过多少件"))
    days = models.PositiveSmallIntegerField(_("最近几天"))
    by_mail = models.BooleanField(_("也发邮件"), default=True)
    created_at = models.DateTimeField()
    crossed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = MaskedCharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["view", "user"], name="a_view_tells_somebody_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.view_id}"

    @property
    def is_new(self) -> bool:
        """Crossed, and not yet seen."""
        return self.crossed_at is not None and self.seen_at is None

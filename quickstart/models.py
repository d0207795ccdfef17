"""How this database was begun."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Beginning(models.TextChoices):
    """With the demo's people and cases, or with nothing."""

    DEMO = "demo", _("演示")
    EMPTY = "empty", _("空白")


class Installation(models.Model):
    """The one row that says it: an installation begun empty never receives demo data."""

    beginning = models.CharField(max_length=10, choices=Beginning.choices)
    begun_at = models.DateTimeField(auto_now_add=True)
    demo_loaded_at = models.DateTimeField(null=True, blank=True)
    # How far the demo got: the moment around which it is told, which plan, and how many of its
    # acts.
    demo_anchor = models.DateTimeField(null=True, blank=True)
    demo_plan = models.CharField(max_length=64, blank=True, default="")
    demo_position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_installation_per_database"),
        ]

    def __str__(self) -> str:
        return self.beginning

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

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_installation_per_database"),
        ]

    def __str__(self) -> str:
        return self.beginning

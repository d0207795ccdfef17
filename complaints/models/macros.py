"""宏: what a team does again and again on its cases, kept together. What one does is in its
versions, which stay as they are: whoever edits writes the next one.
"""

from django.conf import settings
from django.db import models

from accounts.masking.fields import MaskedCharField, MaskedJSONField
from accounts.models import Team


class Macro(models.Model):
    """One macro of a team; `version` is the one in force."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.pk} {self.version}"


class MacroVersion(models.Model):
    """What it did from `at` on: `does` has the shape of `complaints/macros.py`. `anyway`: why its
    text was kept although its words were questioned.
    """

    macro = models.ForeignKey(
        Macro, on_delete=models.CASCADE, related_name="versions", db_index=False
    )  # the constraint finds them
    version = models.PositiveIntegerField()
    name = MaskedCharField(max_length=60)
    does = MaskedJSONField(default=dict)
    anyway = MaskedCharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["macro", "version"], name="a_macro_has_each_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.macro_id} {self.version}"

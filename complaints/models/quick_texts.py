"""Short texts that people put into what they write 常用语. What one says is in its versions, which
stay as they are: whoever edits writes the next one.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.masking.fields import MaskedCharField, MaskedTextField
from accounts.models import Team


class QuickText(models.Model):
    """One text: of a person, of a team, or of everybody (neither). `version` is the one in force;
    the abbreviation is what one types after ；； and stands here so that a scope has it once.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    abbreviation = MaskedCharField(max_length=20)
    version = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owner=None) | Q(team=None),
                name="a_quick_text_is_of_a_person_or_of_a_team",
            ),
            models.UniqueConstraint(
                fields=["owner", "team", "abbreviation"],
                condition=Q(archived_at=None),
                nulls_distinct=False,
                name="an_abbreviation_stands_for_one_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.version}"


class QuickTextVersion(models.Model):
    """What it said from `at` on. `anyway`: why it was kept although its words were questioned."""

    quick_text = models.ForeignKey(
        QuickText, on_delete=models.CASCADE, related_name="versions", db_index=False
    )  # the constraint finds them
    version = models.PositiveIntegerField()
    name = MaskedCharField(max_length=60)
    abbreviation = MaskedCharField(max_length=20)
    text = MaskedTextField()
    anyway = MaskedCharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["quick_text", "version"], name="a_quick_text_has_each_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quick_text_id} {self.version}"

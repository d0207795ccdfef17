"""What a person searched for lately, and searches kept under a name. Personal: nobody else sees
them, nothing of a case hangs on them, and no query that may name a consumer is among them
(`complaints/finding/personal.py`).
"""

from django.conf import settings
from django.db import models

from accounts.masking.fields import MaskedCharField, MaskedJSONField


class RecentSearch(models.Model):
    """One query of a person; asked again, it is the same row at a later time."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # the constraint finds them
    text = MaskedCharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "text"], name="a_query_is_remembered_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.pk}"


class SavedSearch(models.Model):
    """A query with what it is narrowed by, under a name. `chosen`: facet → choice, as
    `complaints/finding/facets.py` knows them.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # the constraint finds them
    name = MaskedCharField(max_length=60)
    text = MaskedCharField(max_length=200)
    chosen = MaskedJSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="a_person_names_a_search_once")
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.pk}"

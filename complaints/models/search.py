"""The words by which a case is found: pairs of neighbouring characters, so that Chinese words of
two characters are found.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from complaints.models.complaint import Complaint


class SearchDocument(models.Model):
    """One row per case, beside it, so that steps do not rewrite the words."""

    complaint = models.OneToOneField(
        Complaint, on_delete=models.CASCADE, primary_key=True, related_name="search_document"
    )
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="search_words")]

    def __str__(self) -> str:
        return str(self.pk)

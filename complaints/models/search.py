"""The words by which a case is found: pairs of neighbouring characters, so that Chinese words of
two characters are found.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedTextField
from complaints.models.complaint import Complaint
from evidence.models import Item


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


class Passage(models.Model):
    """A stretch of what a case's file says, for the full-text search: of which part, and its text
    with every number of a telephone, document or card masked.

    `number` tells several of a part apart (of an item: its number), `position` the stretches of a
    long text, which overlap. `plain` is the text as searches compare it, character by character.
    Made anew from the case at any time; it goes with the words of the case.
    """

    class Part(models.TextChoices):
        """Where in the file it stands, in the order in which hits are shown."""

        NARRATIVE = "narrative", _("投诉经过")
        FINDINGS = "findings", _("调查结论")
        POINT = "point", _("争点")
        RESOLUTION = "resolution", _("方案")
        LETTER = "letter", _("函件")
        TALK = "talk", _("沟通记录")
        ITEM = "item", _("证据信息")
        FILE = "file", _("附件文字")

    complaint = models.ForeignKey(
        Complaint,
        on_delete=models.PROTECT,
        related_name="passages",
        db_index=False,  # the constraint finds them
    )
    part = models.CharField(max_length=12, choices=Part.choices)
    number = models.PositiveBigIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    item = models.ForeignKey(
        Item,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # items are never deleted
    )
    text = MaskedTextField()
    plain = MaskedTextField()
    words = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "part", "number", "position"], name="one_passage_per_place"
            )
        ]
        indexes = [GinIndex(fields=["words"], name="passage_words")]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.part} {self.number}"


class WordsChanged(models.Model):
    """The words of a case changed. The database writes a row with every change, and whoever has
    read the case afterwards takes the rows away that were there before: none waits for another, and
    what is written meanwhile stays for the next time.
    """

    complaint = models.ForeignKey(
        Complaint,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,  # cases are never deleted: no act locks one for this
    )
    since = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)  # by a worker, which may have died

    class Meta:
        indexes = [models.Index(fields=["since"], name="words_changed_by_age")]

    def __str__(self) -> str:
        return f"{self.complaint_id}"

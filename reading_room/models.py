"""Whole statutes as imported: each stored text of an instrument, with its articles, for ever."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from reading_room.words import FIELDS


class StatuteText(models.Model):
    """One instrument as one file gave it. A changed file becomes the next `number` of its `code`;
    the older ones stay as they are, only no longer `current`.
    """

    class Status(models.TextChoices):
        IN_FORCE = "in_force", _("现行有效")
        SUPERSEDED = "superseded", _("已被取代")
        REPEALED = "repealed", _("已废止")
        NOT_YET = "promulgated_not_yet_effective", _("已公布，尚未施行")

    code = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    current = models.BooleanField(default=True)
    sha256 = models.CharField(max_length=64)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=150)
    file_name = models.CharField(max_length=200)

    title = models.CharField(max_length=200)
    short_name = models.CharField(max_length=100)
    body = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    document_number = models.CharField(max_length=200, blank=True)
    adopted = models.DateField(null=True)
    promulgated = models.DateField(null=True)
    effective = models.DateField()
    start = models.DateField()  # since when this wording: later than `effective` once amended
    stated_until = models.DateField(null=True)
    until = models.DateField(null=True)  # as stated, else the day before the text that followed
    status = models.CharField(max_length=40, choices=Status)
    status_day = models.DateField()
    status_basis = models.TextField()
    text_source = models.CharField(max_length=40)
    complete = models.BooleanField()
    articles_in_instrument = models.PositiveIntegerField(null=True)
    article_count = models.PositiveIntegerField()
    notes = models.TextField(blank=True)
    details = models.JSONField(default=dict)  # what else the file says: sources, amendments …
    replaces = models.CharField(max_length=64, blank=True)

    work = models.CharField(max_length=200)  # the same for every text of one law
    sort_key = models.CharField(max_length=300, db_collation="C")
    changes = models.JSONField(default=dict)  # against the stored text before

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="stored_texts_are_numbered"),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(current=True),
                name="one_current_text_per_instrument",
            ),
            models.CheckConstraint(
                condition=models.Q(stated_until=None)
                | models.Q(stated_until__gte=models.F("start")),
                name="a_text_does_not_end_before_it_begins",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sort_key"], condition=models.Q(current=True), name="statutes_in_order"
            ),
            models.Index(fields=["work"], name="statutes_of_one_work"),
        ]

    def __str__(self) -> str:
        return f"{self.code} #{self.number}"

    @property
    def named_changes(self) -> dict[str, list[str]]:
        """`changes` with the other fields by name."""
        about = [str(FIELDS.get(name, name)) for name in self.changes.get("about", ())]
        return self.changes | ({"about": about} if about else {})


class Article(models.Model):
    """One article of a stored text. Never changed and never deleted."""

    statute = models.ForeignKey(StatuteText, on_delete=models.PROTECT, related_name="articles")
    no = models.CharField(max_length=12)  # 55, 253-1
    position = models.PositiveIntegerField()  # in the order of the file, from 1
    label = models.CharField(max_length=40)  # 第五十五条
    chapter = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    plain = models.TextField()  # names of the law and text, spelled as searches compare them
    words = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statute", "no"], name="an_article_stands_once"),
            models.UniqueConstraint(fields=["statute", "position"], name="articles_are_in_order"),
        ]
        indexes = [GinIndex(fields=["words"], name="article_words", fastupdate=False)]
        triggers = [
            pgtrigger.Protect(
                name="articles_are_kept", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.statute_id} {self.no}"

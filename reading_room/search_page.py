"""What a search found: laws by name, articles by their words, and what only rules quote."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from reading_room import search
from reading_room.library import Law
from reading_room.models import StatuteText
from reading_room.paging import Cursor, Page, page
from reading_room.search import Part, Quoted
from reading_room.shelf import Row, Shelf

PAGE_SIZE = 20
NAMED = 6  # laws whose names hold all words
QUOTED = 20


@dataclass(frozen=True)
class Hit:
    """An article that was found."""

    law: Law
    no: str
    excerpt: list[Part]

    @property
    def place(self) -> str:
        return self.law.place(self.no)


class SearchPage:
    """The answer to `query`. At most four statements."""

    def __init__(self, query: str, shelf: Shelf, at: Cursor | None = None) -> None:
        self.words = search.words_of(query)
        self.shelf, self.at = shelf, at

    @cached_property
    def page(self) -> Page[Hit]:
        """Articles of stored texts, in the order of the laws."""
        found = search.matching(self.words)
        if self.shelf.state:
            found = self.shelf.those(found)
        if self.at is not None:
            found = search.beyond(found, self.at)
        rows = list(found[: PAGE_SIZE + 1])
        listed = page(rows, PAGE_SIZE, self.at, lambda row: (row.statute.sort_key, row.position))
        hits = [
            Hit(Law.of(row.statute), row.no, search.excerpt(row.text, self.words))
            for row in listed.rows
        ]
        return Page(hits, listed.previous, listed.next)

    @cached_property
    def laws(self) -> list[Row]:
        """Laws whose names hold every word; on the first page."""
        if self.at is not None or not self.words:
            return []
        rows = StatuteText.objects.filter(current=True).order_by("sort_key")
        for word in self.words:
            rows = rows.filter(Q(title__icontains=word) | Q(short_name__icontains=word))
        return [self.shelf.row(Law.of(row)) for row in rows[:NAMED]]

    @cached_property
    def quoted(self) -> list[Quoted]:
        """Passages of laws that only rules quote; on the first page."""
        if self.at is not None or not self.words:
            return []
        return search.in_quotations(self.words, self.shelf.stored_codes, QUOTED)

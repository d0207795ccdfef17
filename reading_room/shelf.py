"""The list of laws: those stored whole and those of which only parts are quoted, in one order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q, QuerySet

from legal_rules.vocabulary import INSTRUMENTS
from reading_room import quotations
from reading_room.library import Law, State
from reading_room.models import Article, StatuteText
from reading_room.paging import Cursor, Page, page

PAGE_SIZE = 50
STATES: tuple[State, ...] = ("in_force", "not_yet", "ended")


@dataclass(frozen=True)
class Row:
    """A law in the list. `articles`: of the stored text, else those that rules quote."""

    law: Law
    state: State
    articles: int
    cited: int


@dataclass(frozen=True)
class Shelf:
    """The laws on a day; `state` keeps only those of that state."""

    today: date
    state: State | None = None

    def page(self, at: Cursor | None, size: int = PAGE_SIZE) -> Page[Row]:
        """One page. Two statements: the rows, and which of the quoted laws are stored."""
        backwards = at is not None and at.backwards
        found = [Law.of(row) for row in self._stored(at)[: size + 1]]
        found += self._quoted(at)
        found.sort(key=lambda law: law.sort_key, reverse=backwards)
        rows = [self.row(law) for law in found[: size + 1]]
        return page(rows, size, at, lambda row: (row.law.sort_key, 0))

    def row(self, law: Law) -> Row:
        """A law with what the list says of it."""
        cited = len(self._cited.get(law.code, ()))
        count = law.stored.article_count if law.stored else cited
        return Row(law, law.state_on(self.today), count, cited)

    @cached_property
    def stored_codes(self) -> set[str]:
        """Which of the quoted laws are stored whole."""
        rows = StatuteText.objects.filter(current=True, code__in=INSTRUMENTS)
        return set(rows.values_list("code", flat=True))

    @cached_property
    def _cited(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for code, article in quotations.places():
            found.setdefault(code, set()).add(article)
        return found

    def those(self, articles: QuerySet[Article]) -> QuerySet[Article]:
        """Articles of the laws in the state that is asked for."""
        return articles.filter(self._in_state("statute__"))

    def _in_state(self, prefix: str = "") -> Q:
        begun, over = (
            Q(**{f"{prefix}start__lte": self.today}),
            Q(**{f"{prefix}until__isnull": False, f"{prefix}until__lt": self.today}),
        )
        kept = {"not_yet": ~begun, "ended": begun & over, "in_force": begun & ~over}
        return kept[self.state] if self.state else Q()

    def _stored(self, at: Cursor | None) -> QuerySet[StatuteText]:
        rows = StatuteText.objects.filter(self._in_state(), current=True)
        if at is None:
            return rows.order_by("sort_key")
        if at.backwards:
            return rows.filter(sort_key__lt=at.text).order_by("-sort_key")
        return rows.filter(sort_key__gt=at.text).order_by("sort_key")

    def _quoted(self, at: Cursor | None) -> list[Law]:
        """Laws that rules quote and that are not stored, on the cursor's far side."""
        laws = [
            Law.quoted(known)
            for code, known in INSTRUMENTS.items()
            if code in self._cited and code not in self.stored_codes
        ]
        if self.state:
            laws = [law for law in laws if law.state_on(self.today) == self.state]
        if at is None:
            return laws
        if at.backwards:
            return [law for law in laws if law.sort_key < at.text]
        return [law for law in laws if law.sort_key > at.text]

"""One text of a law: its articles page by page, its relatives, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from reading_room import library, quotations
from reading_room.article_text import Compared, Text, part, whole
from reading_room.library import Followed, How, Law
from reading_room.models import Article, StatuteText
from reading_room.paging import Cursor, Page, empty, page

PAGE_SIZE = 100


@dataclass(frozen=True)
class Listed:
    """An article in the list. `chapter`: its name where it begins; `rules`: how many cite it."""

    text: Text
    chapter: str
    rules: int


@dataclass(frozen=True)
class Change:
    """An article beside the one it came from. `compared` is None when it is new, or when the text
    before is not known (`how`).
    """

    text: Text
    how: How
    compared: Compared | None


class StatutePage:
    """The text `law`. About five statements, whatever its length."""

    def __init__(self, law: Law, at: Cursor | None = None) -> None:
        self.asked, self.at = law, at

    @cached_property
    def laws(self) -> list[Law]:
        """Every text of this law, in order of time."""
        return library.relatives(self.asked)

    @cached_property
    def law(self) -> Law:
        """The text that was asked for, as it stands among its relatives."""
        return next(law for law in self.laws if law.code == self.asked.code)

    @cached_property
    def before(self) -> Law | None:
        """The text that it replaced."""
        place = self.laws.index(self.law)
        return self.laws[place - 1] if place else None

    @cached_property
    def comparable(self) -> bool:
        """Whether both this text and the one before are stored."""
        return bool(self.law.stored and self.before and self.before.stored)

    @cached_property
    def stored(self) -> list[StatuteText]:
        """Every stored text, the latest first."""
        if self.law.stored is None:
            return []
        return list(StatuteText.objects.filter(code=self.law.code).order_by("-number"))

    @cached_property
    def page(self) -> Page[Text]:
        """The articles of one page."""
        if self.law.stored is None:
            return self._quoted()
        rows = list(self._articles(self.law)[: PAGE_SIZE + 1])
        found = page(rows, PAGE_SIZE, self.at, lambda row: ("", row.position))
        texts = [whole(self.law, row) for row in found.rows]
        return Page(texts, found.previous, found.next)

    @cached_property
    def articles(self) -> list[Listed]:
        """The page as it is read: chapters where they begin, and how many rules cite each."""
        cited, chapter, listed = quotations.by_article(), "", []
        for text in self.page.rows:
            rules = {one.rule.id for one in cited.get((self.law.code, text.no), ())}
            begins = text.chapter if text.chapter != chapter else ""
            listed.append(Listed(text, begins, len(rules)))
            chapter = text.chapter
        return listed

    @property
    def level(self) -> int:
        """Of the headings of articles: below the chapters, where there are any."""
        return 3 if self.articles and self.articles[0].chapter else 2

    @cached_property
    def changes(self) -> list[Change]:
        """Each article of the page that differs from the one it came from, and each new one."""
        return [change for change in self._compared() if not _same(change)]

    @cached_property
    def unchanged(self) -> int:
        """How many articles of the page kept their words."""
        return len(self.page.rows) - len(self.changes)

    @cached_property
    def dropped(self) -> list[Text]:
        """Articles of the text before that went nowhere; on the last page only, and only where all
        are known.
        """
        if not self.comparable or self.page.next or self.before is None:
            return []
        rows = Article.objects.filter(statute=self.before.stored).order_by("position")
        return [whole(self.before, row) for row in rows if self._to(row.no).how == "none"]

    def _to(self, old: str) -> Followed:
        return library.follow(self.laws, self.before or self.law, old, self.law)

    def _compared(self) -> Iterator[Change]:
        if not self.comparable or self.before is None:
            return
        came = {
            text.no: library.follow(self.laws, self.law, text.no, self.before)
            for text in self.page.rows
        }
        wanted = [one.no for one in came.values() if one.no]
        rows = Article.objects.filter(statute=self.before.stored, no__in=wanted)
        old = {row.no: whole(self.before, row) for row in rows}
        for text in self.page.rows:
            from_ = came[text.no]
            older = old.get(from_.no) if from_.no else None
            how = from_.how if older or from_.no is None else self._absent(from_.how)
            yield Change(text, how, Compared(older, text) if older else None)

    def _absent(self, how: How) -> How:
        """Why the text before lacks an article of that number: it never had it, or we do not."""
        row = self.before.stored if self.before else None
        return "none" if how == "by_number" and row is not None and row.complete else "unknown"

    def _articles(self, law: Law) -> QuerySet[Article]:
        rows = Article.objects.filter(statute=law.stored)
        if self.at is None:
            return rows.order_by("position")
        if self.at.backwards:
            return rows.filter(position__lt=self.at.position).order_by("-position")
        return rows.filter(position__gt=self.at.position).order_by("position")

    def _quoted(self) -> Page[Text]:
        """What rules quote, by number; one page, because no rulebook quotes hundreds."""
        texts = [part(Followed(self.law, no, "same")) for no in numbers(self.law)]
        return Page([text for text in texts if text], "", "") if texts else empty()


def numbers(law: Law) -> list[str]:
    """Numbers of its articles in their order; where it is not stored, of those that rules quote."""
    if law.stored is None:
        nos = {no for code, no in quotations.places() if code == law.code}
        return sorted(nos, key=lambda no: [int(part) for part in no.split("-")])
    rows = Article.objects.filter(statute=law.stored).order_by("position")
    return list(rows.values_list("no", flat=True))


def _same(change: Change) -> bool:
    return change.compared is not None and change.compared.same

"""One item of the folder as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from complaints.actions import folder
from complaints.finding.words import state_of
from complaints.models import Point
from complaints.same_file import same_file
from complaints.views.case_page import CasePage
from complaints.views.case_questions import lang
from complaints.views.exhibit_kinds import ON_PAPER, kind_of, table_kind, why_not, words_of
from evidence import archives, linked, mails, pages, pictures, tables, texts, words
from evidence.models import Custody, Item, ItemText, Link
from evidence.store import store
from legal_rules.vocabulary import FACTS

HANDS = 30  # rows of custody that are shown at once
PRINTED_PAGES = 40


@dataclass(frozen=True)
class Named:
    """A fact or a point in words; `link` where it was linked by hand and can be taken away."""

    words: str
    how: str
    link: Link | None = None


@dataclass
class Exhibit:
    """One item before one person; each list is read when it is first asked for."""

    page: CasePage
    item: Item
    everything: bool = False

    @property
    def kind(self) -> str:
        """How it can be looked at."""
        return kind_of(self.item)

    @property
    def printable(self) -> bool:
        """Whether there is anything to put on paper."""
        return self.kind in ON_PAPER

    @property
    def type_words(self) -> str:
        """What kind of thing it is."""
        return words_of(self.item)

    @property
    def why_not(self) -> str:
        """Why it cannot be looked at here."""
        return why_not(self.item)

    @property
    def is_photo(self) -> bool:
        """Whether its pages are pictures of their own size, not sheets of paper."""
        return self.item.content_type.startswith("image/")

    # --- what it holds, read from the store; the page asks only after the look was recorded

    @cached_property
    def picture(self) -> bytes | None:
        """A picture without its metadata; None for a damaged one. Raises OSError."""
        with store().open(self.item.sha256) as file:
            data = file.read(pictures.MOST)
        try:
            return pictures.without_metadata(data, self.item.content_type)
        except pictures.Unreadable:
            return None

    @cached_property
    def text(self) -> texts.Text:
        """The words of a text. Raises OSError."""
        return texts.read(store().open(self.item.sha256))

    @cached_property
    def document(self) -> texts.Text | None:
        """The words of a document of Word or PowerPoint, the same that the search finds; None for
        one that cannot be read. Raises OSError.
        """
        found = words.read(store().open(self.item.sha256), self.item.content_type)
        if found.state not in (ItemText.State.READ, ItemText.State.EMPTY):
            return None
        cut = found.cut or len(found.text) > texts.MOST
        return texts.Text(texts.plain(found.text[: texts.MOST]).strip(), cut)

    @cached_property
    def mail(self) -> mails.Mail | None:
        """A mail taken apart; None for one that cannot be. Raises OSError."""
        try:
            return mails.read(store().open(self.item.sha256))
        except mails.Unreadable:
            return None

    @cached_property
    def book(self) -> tables.Book | None:
        """The sheets of a spreadsheet; None for one that cannot be read. Raises OSError."""
        try:
            return tables.read(store().open(self.item.sha256), table_kind(self.item))
        except tables.Unreadable:
            return None

    @cached_property
    def listing(self) -> archives.Listing | None:
        """What a zip holds by its own account; None for a damaged one. Raises OSError."""
        try:
            with store().open(self.item.sha256) as file:
                return archives.listing(file, self.item.size)
        except (archives.Damaged, archives.TooMuch):
            return None

    @cached_property
    def count(self) -> int:
        """Pages of a PDF; 0 for one that cannot be drawn. Raises OSError."""
        try:
            return pages.draw(store().open(self.item.sha256), 0).count
        except pages.Unreadable:
            return 0

    @property
    def searched(self) -> str:
        """Whether its words are found by the search, in a sentence."""
        return state_of(self.item)

    # --- what was done with it

    @cached_property
    def _hands(self) -> list[Custody]:
        rows = Custody.objects.filter(item=self.item).select_related("by").order_by("-id")
        return list(rows if self.everything else rows[: HANDS + 1])

    @property
    def hands(self) -> list[Custody]:
        """Who had it, the newest first."""
        return self._hands if self.everything else self._hands[:HANDS]

    @property
    def more_hands(self) -> bool:
        """Whether there were others before."""
        return len(self._hands) > len(self.hands)

    @cached_property
    def checked(self) -> Custody | None:
        """The latest check of its hash."""
        rows = Custody.objects.filter(item=self.item, act=Custody.Act.CHECKED)
        return rows.select_related("by").order_by("-id").first()

    # --- what it proves

    @cached_property
    def links(self) -> list[Link]:
        """What it was linked to by hand."""
        return linked.standing(Link.objects.filter(item=self.item).order_by("id"))

    @cached_property
    def points(self) -> list[Point]:
        """The points at issue of the version that counts now."""
        return folder.points_of(self.page.complaint)

    @property
    def facts(self) -> list[Named]:
        """Facts that it proves: linked by hand, or answered with it."""
        by_hand = {row.target: row for row in self.links if row.kind == Link.Kind.FACT}
        answered = [a for a in self.page.answers if a.evidence_number == self.item.number]
        found = [Named(_question(f), "", row) for f, row in by_hand.items()]
        return found + [
            Named(_question(a.fact), a.get_source_display())
            for a in answered
            if a.fact not in by_hand
        ]

    @property
    def at_issue(self) -> list[Named]:
        """Points that it bears on: linked by hand, or named on one of the sides."""
        number = self.item.number
        by_hand = {row.target: row for row in self.links if row.kind == Link.Kind.POINT}
        sides = {p.title: number in p.for_numbers for p in self.points if _names(p, number)}
        found = [Named(title, "", row) for title, row in by_hand.items()]
        return found + [
            Named(title, "for" if is_for else "against")
            for title, is_for in sides.items()
            if title not in by_hand
        ]

    @property
    def may_change(self) -> bool:
        """Whether this person may withdraw or link it now."""
        may = self.page.user.may("add_evidence")
        return may and not folder.may_not_change(self.page.complaint, self.item)

    @property
    def linkable_facts(self) -> list[tuple[str, str]]:
        """(id, question) of the facts that the case turns on and that are not linked yet."""
        known = {row.target for row in self.links if row.kind == Link.Kind.FACT}
        asked = [a.fact for a in self.page.answers]
        asked += [m["fact"] for m in self.page.analysis["missing_facts"]]
        return [(f, _question(f)) for f in dict.fromkeys(asked) if f in FACTS and f not in known]

    @property
    def linkable_points(self) -> list[str]:
        """Titles of the points that are not linked yet."""
        known = {row.target for row in self.links if row.kind == Link.Kind.POINT}
        return [t for t in dict.fromkeys(p.title for p in self.points) if t not in known]

    @cached_property
    def elsewhere(self) -> list[Any]:
        """The same file, byte for byte, in this case and in others that the person sees."""
        return same_file(self.item.sha256, self.page.user, but=self.item)

    # --- beside it

    @property
    def before(self) -> Item | None:
        """The item before it in the folder."""
        return next((i for i in self.page.items if i.number == self.item.number - 1), None)

    @property
    def after(self) -> Item | None:
        """The item behind it."""
        return next((i for i in self.page.items if i.number == self.item.number + 1), None)


def _question(fact_id: str) -> str:
    fact = FACTS.get(fact_id)
    return fact.question_for(lang()) if fact else fact_id


def _names(point: Point, number: int) -> bool:
    return number in point.for_numbers or number in point.against_numbers

"""The words of an article: in one text of a law, beside another text, and in the rules that cite
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from legal_rules import deadline_telling, text_diff
from legal_rules.deadline_terms import Citation, Entry
from legal_rules.reasoning.prose import place_name
from legal_rules.reasoning.rules import Quote, Rule, Version
from reading_room import library, quotations
from reading_room.library import Followed, Law
from reading_room.models import Article, StatuteText
from reading_room.quotations import Cited

_PART = re.compile(r"(第[一二三四五六七八九十百]+[编章节])(?=\S)")
GAP = "……"  # between pieces that rules quote: there may be more between them
Paragraphs = list[list[text_diff.Piece]]


@dataclass(frozen=True)
class Text:
    """The words of an article in one text of the law. `whole`: all of it, from the stored text;
    else only what rules quote.
    """

    law: Law
    no: str
    how: library.How
    label: str
    chapter: str
    paragraphs: tuple[str, ...]
    whole: bool

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)

    @property
    def place(self) -> str:
        """第五十五条, in the language of the page."""
        return place_name(self.no, None, library.here())

    @property
    def cited(self) -> str:
        """《…》第五十五条."""
        return self.law.place(self.no)


@dataclass(frozen=True)
class Compared:
    """Two texts of one article, the older first: what changed, and in how many places."""

    older: Text
    newer: Text

    @cached_property
    def pieces(self) -> list[text_diff.Piece]:
        """The newer text with what was added and what was left out."""
        return text_diff.compare(self.older.text, self.newer.text)

    @property
    def same(self) -> bool:
        return quotations.normal(self.older.text) == quotations.normal(self.newer.text)

    @property
    def counts(self) -> tuple[int, int]:
        """(places with something new, places with something left out)."""
        return text_diff.counts(self.pieces)

    @property
    def paragraphs(self) -> Paragraphs:
        return text_diff.paragraphs(self.pieces)


@dataclass(frozen=True)
class Correction:
    """What a later import changed in an article: None where it was not there before, or no more."""

    row: StatuteText
    older: Text | None
    newer: Text | None

    @property
    def paragraphs(self) -> Paragraphs:
        old, new = (text.text if text else "" for text in (self.older, self.newer))
        return text_diff.paragraphs(text_diff.compare(old, new))


@dataclass(frozen=True)
class CitingRule:
    """A rule, the versions that rest on the article, and their quotations, each with whether it
    says what the text says (None where there is no whole text to compare with).
    """

    rule: Rule
    versions: tuple[Version, ...]
    quotes: tuple[tuple[Quote, bool | None], ...]

    @property
    def name(self) -> str:
        """Its title in the language of the page."""
        return self.rule.title.in_(library.here())

    @property
    def proved(self) -> bool:
        """Whether every quotation says what the text says."""
        return all(says for _quote, says in self.quotes)


@dataclass(frozen=True)
class CitingDeadline:
    """An entry of the table of deadlines with its quotations, each with whether it says what the
    text says (None where there is no whole text to compare with).
    """

    entry: Entry
    quotes: tuple[tuple[Citation, bool | None], ...]

    @property
    def name(self) -> str:
        """Its title in the language of the page."""
        return self.entry.title.in_(library.here())

    @property
    def figure(self) -> str:
        """15 日; "" where it has none."""
        return deadline_telling.figure(self.entry, library.here())

    @property
    def proved(self) -> bool:
        """Whether every quotation says what the text says."""
        return all(says for _quote, says in self.quotes)


def whole(law: Law, row: Article, how: library.How = "same") -> Text:
    """An article of a stored text."""
    chapter = _PART.sub(r"\1 ", row.chapter).replace("/", " · ")
    return Text(law, row.no, how, row.label, chapter, _lines(row.text), whole=True)


def part(place: Followed) -> Text | None:
    """What rules quote of an article that is not stored."""
    if place.no is None:
        return None
    pieces = quotations.quoted(place.law.code, place.no)
    if not pieces:
        return None
    lines = list(_lines(pieces[0]))
    for piece in pieces[1:]:
        lines += [GAP, *_lines(piece)]
    return Text(place.law, place.no, place.how, "", "", tuple(lines), whole=False)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def by_rule(cited: Iterable[Cited], text: Text | None) -> Iterator[CitingRule]:
    compared = text.text if text is not None and text.whole else None
    rules: dict[str, list[Cited]] = {}
    for one in cited:
        rules.setdefault(one.rule.id, []).append(one)
    for ones in rules.values():
        quotes = {one.quote.text: one.quote for one in ones}.values()
        said = [None if compared is None else quotations.says(compared, q.text) for q in quotes]
        versions = {one.version.start: one.version for one in ones}.values()
        yield CitingRule(ones[0].rule, tuple(versions), tuple(zip(quotes, said, strict=True)))


def by_deadline(
    cited: Iterable[tuple[Entry, Citation]], text: Text | None
) -> Iterator[CitingDeadline]:
    """The deadlines among those that quote the article, each once."""
    compared = text.text if text is not None and text.whole else None
    entries: dict[str, list[tuple[Entry, Citation]]] = {}
    for entry, citation in cited:
        entries.setdefault(entry.id, []).append((entry, citation))
    for ones in entries.values():
        said = [
            (c, None if compared is None else quotations.says(compared, c.text)) for _e, c in ones
        ]
        yield CitingDeadline(ones[0][0], tuple(said))

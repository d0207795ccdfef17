"""One article: the text of a day, what stood there before and came after, and who cites it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from legal_rules import text_diff
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


class ArticlePage:
    """Article `no` of `law`: as it stands there, or, with a `day`, as it was law on that day.
    `number`: the stored text whose corrections are looked at, 0 for none.

    About four statements, however many texts and rules there are.
    """

    def __init__(self, law: Law, no: str, day: date | None = None, number: int = 0) -> None:
        self.law, self.no, self.day, self.number = law, no, day, number

    @cached_property
    def laws(self) -> list[Law]:
        """Every text of this law, in order of time."""
        return library.relatives(self.law)

    @cached_property
    def own(self) -> Law:
        """The law that was asked for, as it stands among its relatives."""
        return next(law for law in self.laws if law.code == self.law.code)

    @cached_property
    def target(self) -> Law | None:
        """The text of the day; None when none was law on it."""
        return self.own if self.day is None else library.in_force(self.laws, self.day)

    @cached_property
    def found(self) -> Followed | None:
        """The article in that text."""
        return self._in(self.target) if self.target else None

    @property
    def heading(self) -> str:
        """The place that the page is about, also where its words are not here."""
        if self.found is not None and self.found.no is not None:
            return self.found.law.place(self.found.no)
        return self.law.place(self.no)

    @property
    def held(self) -> bool:
        """Whether the heading names an article of the text of the day."""
        return self.found is not None and self.found.no is not None

    @cached_property
    def shown(self) -> Text | None:
        """The words of the day; None when there are none here."""
        return self._texts.get(self.target.code) if self.target else None

    @cached_property
    def asked(self) -> Text | None:
        """The words in the text that was asked for; None when it has no such article here."""
        return self._texts.get(self.law.code)

    @cached_property
    def before(self) -> Followed | None:
        """The article in the text before, by its number there."""
        return self._beside(-1)

    @cached_property
    def after(self) -> Followed | None:
        """The article in the text that followed."""
        return self._beside(+1)

    @cached_property
    def since(self) -> Compared | None:
        """What changed when the text that is shown came into force."""
        return self._compared(self.before, self.shown)

    @cached_property
    def until(self) -> Compared | None:
        """What changed when the next text came into force."""
        return self._compared(self.shown, self.after)

    @cached_property
    def versions(self) -> list[tuple[Law, Followed, Text | None]]:
        """Every text of the law with the article's place and words in it."""
        return [(law, self._in(law), self._texts.get(law.code)) for law in self.laws]

    @cached_property
    def rules(self) -> list[CitingRule]:
        """Rules that quote the article as it is shown."""
        if self.found is None or self.found.no is None:
            return []
        key = (self.found.law.code, self.found.no)
        return list(_by_rule(quotations.by_article().get(key, ()), self.shown))

    @cached_property
    def stored(self) -> list[tuple[StatuteText, bool]]:
        """Every stored text of the law that is shown, the latest first, and whether this article
        came into it with other words.
        """
        if self.target is None or self.target.stored is None or self.found is None:
            return []
        rows = StatuteText.objects.filter(code=self.target.code).order_by("-number")
        touched = ("added", "removed", "changed")
        no = self.found.no
        return [(row, any(no in row.changes.get(kind, ()) for kind in touched)) for row in rows]

    @cached_property
    def correction(self) -> Correction | None:
        """What the stored text of the number that was asked for changed in this article."""
        chosen = next((row for row, _new in self.stored if row.number == self.number), None)
        if chosen is None or chosen.number == 1 or self.found is None or self.found.no is None:
            return None
        pair = [row for row, _new in self.stored if chosen.number - row.number in (0, 1)]
        rows = Article.objects.filter(statute__in=pair, no=self.found.no)
        at = {row.pk: Law.of(row) for row in pair}
        texts = {row.statute_id: whole(at[row.statute_id], row) for row in rows}
        return Correction(chosen, texts.get(pair[1].pk), texts.get(pair[0].pk))

    @cached_property
    def neighbours(self) -> tuple[str, str]:
        """Numbers of the articles before and after it in the text that is shown; "" at its ends."""
        if self.shown is None or not self.shown.whole or self.target is None:
            return "", ""
        here = Article.objects.filter(statute=self.target.stored, no=self.shown.no)
        place = here.values("position")[:1]
        around = Article.objects.filter(statute=self.target.stored)
        before = around.filter(position__lt=place).order_by("-position").values_list("no")[:1]
        after = around.filter(position__gt=place).order_by("position").values_list("no")[:1]
        return (
            "".join(no for (no,) in before),
            "".join(no for (no,) in after),
        )

    def _in(self, law: Law) -> Followed:
        return library.follow(self.laws, self.own, self.no, law)

    def _beside(self, step: int) -> Followed | None:
        if self.target is None:
            return None
        place = [law.code for law in self.laws].index(self.target.code) + step
        return self._in(self.laws[place]) if 0 <= place < len(self.laws) else None

    def _compared(
        self, older: Followed | Text | None, newer: Followed | Text | None
    ) -> Compared | None:
        texts = [self._texts.get(one.law.code) if one else None for one in (older, newer)]
        first, second = texts
        if first is None or second is None or not (first.whole and second.whole):
            return None
        return Compared(first, second)

    @cached_property
    def _texts(self) -> dict[str, Text]:
        """Code → the article's words there. One statement."""
        places = {law.code: self._in(law) for law in self.laws}
        wanted = Q(pk__in=())
        for law in self.laws:
            if law.stored and (no := places[law.code].no):
                wanted |= Q(statute=law.stored, no=no)
        rows = {row.statute_id: row for row in Article.objects.filter(wanted)}
        found = {}
        for law in self.laws:
            row = rows.get(law.stored.pk) if law.stored else None
            text = whole(law, row, places[law.code].how) if row else part(places[law.code])
            if text is not None:
                found[law.code] = text
        return found


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


def _by_rule(cited: Iterable[Cited], text: Text | None) -> Iterator[CitingRule]:
    compared = text.text if text is not None and text.whole else None
    rules: dict[str, list[Cited]] = {}
    for one in cited:
        rules.setdefault(one.rule.id, []).append(one)
    for ones in rules.values():
        quotes = {one.quote.text: one.quote for one in ones}.values()
        said = [None if compared is None else quotations.says(compared, q.text) for q in quotes]
        versions = {one.version.start: one.version for one in ones}.values()
        yield CitingRule(ones[0].rule, tuple(versions), tuple(zip(quotes, said, strict=True)))

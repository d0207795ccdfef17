"""What rules and deadlines quote of the law, by article, and whether the stored texts say it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from legal_rules import deadline_table, rulebook
from legal_rules.deadline_terms import Citation, Entry
from legal_rules.reasoning.rules import Quote, Rule, Version
from legal_rules.rulebook import Rulebook
from reading_room.models import Article

_PUNCTUATION = str.maketrans(",;:()?", "，；：（）？")
Key = tuple[str, str]  # instrument, article


@dataclass(frozen=True, slots=True, eq=False)
class Cited:
    """One quotation in one version of a rule."""

    rule: Rule
    version: Version
    quote: Quote


@dataclass(frozen=True, slots=True)
class Proof:
    """How many quotations there are, which differ from the stored texts, and which articles of
    stored instruments or whole instruments are not here.
    """

    count: int
    differing: tuple[Cited, ...]
    missing: tuple[Cited, ...]


def normal(text: str) -> str:
    """The words without layout: white space and the width of punctuation mean nothing."""
    return re.sub(r"\s+", "", text).translate(_PUNCTUATION)


def says(article: str, quote: str) -> bool:
    """Whether an article holds the quoted words."""
    return normal(quote) in normal(article)


def by_article() -> Mapping[Key, tuple[Cited, ...]]:
    """(instrument, article) → who quotes it, in the order of the rules."""
    book = rulebook.current()
    return _index(book.sha256)


@lru_cache(maxsize=2)
def _index(sha256: str) -> Mapping[Key, tuple[Cited, ...]]:
    found: dict[Key, list[Cited]] = {}
    for cited in _all(rulebook.current()):
        found.setdefault((cited.quote.instrument, cited.quote.article), []).append(cited)
    return MappingProxyType({key: tuple(cited) for key, cited in found.items()})


def _all(book: Rulebook) -> Iterator[Cited]:
    for rule in book.rules.values():
        for version in rule.versions:
            for quote in version.quotes():
                yield Cited(rule, version, quote)


def deadlines_by_article() -> Mapping[Key, tuple[tuple[Entry, Citation], ...]]:
    """(instrument, article) → the deadlines that quote it, in the order of the table."""
    return _deadlines(deadline_table.current().sha256)


@lru_cache(maxsize=2)
def _deadlines(sha256: str) -> Mapping[Key, tuple[tuple[Entry, Citation], ...]]:
    found: dict[Key, list[tuple[Entry, Citation]]] = {}
    for entry in deadline_table.current().entries.values():
        for cited in entry.citations:
            if cited.external is None:
                found.setdefault((cited.instrument, cited.article), []).append((entry, cited))
    return MappingProxyType({key: tuple(cited) for key, cited in found.items()})


def places() -> dict[Key, None]:
    """Every article that a rule or a deadline quotes, once, in their order."""
    return dict.fromkeys([*by_article(), *deadlines_by_article()])


def quoted(instrument: str, article: str) -> list[str]:
    """The different pieces of an article that rules and deadlines quote, without those that are
    part of another, by the paragraph that they name.
    """
    key = (instrument, article)
    quotes: list[Quote | Citation] = [one.quote for one in by_article().get(key, ())]
    quotes += [cited for _entry, cited in deadlines_by_article().get(key, ())]
    pieces = {normal(quote.text): quote for quote in reversed(quotes)}
    kept: list[str] = []
    for piece in sorted(pieces, key=len, reverse=True):
        if not any(piece in other for other in kept):
            kept.append(piece)
    kept.sort(key=lambda piece: pieces[piece].paragraph or 0)
    return [pieces[piece].text for piece in kept]


def proof() -> Proof:
    """Compare every quotation with the current stored text of its article. One statement."""
    cited = list(_all(rulebook.current()))
    texts = {
        (code, no): text
        for code, no, text in Article.objects.filter(
            statute__current=True, statute__code__in={c.quote.instrument for c in cited}
        ).values_list("statute__code", "no", "text")
    }
    missing = [c for c in cited if (c.quote.instrument, c.quote.article) not in texts]
    differing = [
        c
        for c in cited
        if (text := texts.get((c.quote.instrument, c.quote.article))) is not None
        and not says(text, c.quote.text)
    ]
    return Proof(len(cited), tuple(differing), tuple(missing))


def deadlines_that_differ() -> tuple[int, list[tuple[Entry, Citation]]]:
    """How many quotations of deadlines a stored text was there for, and which it does not hold."""
    cited = [pair for pairs in deadlines_by_article().values() for pair in pairs]
    texts = {
        (code, no): text
        for code, no, text in Article.objects.filter(
            statute__current=True, statute__code__in={c.instrument for _entry, c in cited}
        ).values_list("statute__code", "no", "text")
    }
    held = [(entry, c) for entry, c in cited if (c.instrument, c.article) in texts]
    wrong = [(entry, c) for entry, c in held if not says(texts[c.instrument, c.article], c.text)]
    return len(held), wrong

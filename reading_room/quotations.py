"""What the rules quote of the law: by article, and whether the stored texts say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from legal_rules import rulebook
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


def quoted(instrument: str, article: str) -> list[str]:
    """The different pieces of an article that rules quote, without those that are part of another,
    by the paragraph that the rules name.
    """
    cited = by_article().get((instrument, article), ())
    pieces = {normal(one.quote.text): one.quote for one in cited}
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

"""Which category, and which rights, a narrative speaks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from legal_rules.suggest.engine import Hit, Reading
from legal_rules.suggest.notation import compiled
from legal_rules.suggest.patterns import Book, Pattern, book, indexed
from legal_rules.vocabulary import CATEGORIES, RIGHTS

KEYWORD = 40  # how sure one keyword of statutes/categories.yaml is
MOST = 3
NEVER = frozenset({"abuse_suspect"})  # a suspicion is nothing to suggest


@dataclass(frozen=True, slots=True)
class Topic:
    """A category or a right, with the words that speak for it, in the order of the text.

    `quote` is the surest of them: `narrative[start:end]`.
    """

    id: str
    confidence: float
    quote: str
    start: int
    end: int
    words: tuple[str, ...]


@cache
def _all_words() -> Book:
    """The patterns of categories.yaml and the keywords of the vocabulary."""
    keywords = [
        Pattern(c.id, word, compiled(word, {}), True, KEYWORD, "topic")
        for c in CATEGORIES.values()
        for word in c.keywords
    ]
    return indexed([p for p in (*book("categories").patterns, *keywords) if p.about not in NEVER])


def categories(reading: Reading) -> list[Topic]:
    """At most three, the likeliest first; [] when no word speaks for any."""
    by_category: dict[str, list[Hit]] = {}
    for hit in reading.hits(_all_words()):
        by_category.setdefault(hit.pattern.about, []).append(hit)
    found = [_topic(name, hits, reading.original) for name, hits in by_category.items()]
    order = {name: place for place, name in enumerate(CATEGORIES)}
    return sorted(found, key=lambda t: (-t.confidence, order[t.id]))[:MOST]


def _topic(name: str, hits: list[Hit], text: str) -> Topic:
    """Each word counts once; several make surer, none makes certain."""
    best: dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda h: (-h.confidence, h.start)):
        if not any(hit.start < o.end and o.start < hit.end for o in best.values()):
            best.setdefault(text[hit.start : hit.end], hit)
    doubt = 1.0
    for hit in best.values():
        doubt *= 1 - hit.confidence
    surest = next(iter(best.values()))
    words = tuple(sorted(best, key=lambda word: best[word].start))
    quote = text[surest.start : surest.end]
    return Topic(name, round(1 - doubt, 2), quote, surest.start, surest.end, words)


def rights(topics: Iterable[Topic]) -> list[Topic]:
    """The rights that the categories usually concern, each with the words of the first of them."""
    found: dict[str, Topic] = {}
    for topic in topics:
        for name in CATEGORIES[topic.id].rights:
            found.setdefault(
                name,
                Topic(name, topic.confidence, topic.quote, topic.start, topic.end, topic.words),
            )
    return [found[name] for name in RIGHTS if name in found]

"""Finding articles by the words in them, and laws by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from config.bigrams import every, plain, tokens
from legal_rules.vocabulary import INSTRUMENTS
from reading_room import quotations
from reading_room.library import Law
from reading_room.models import Article
from reading_room.paging import Cursor

LIMIT = 120  # characters of a query that are looked at
WORDS = 8  # of them
AROUND = 36  # characters shown before the first word that was found
SHOWN = 130
_NUMBER = re.compile(r"第?(\d{1,4}(?:[-之]\d{1,2})?)条?", re.ASCII)  # 55, 第55条, 253-1


def words_of(query: str) -> list[str]:
    """What has to stand in an article: the words between spaces, spelled as searches compare."""
    return list(dict.fromkeys(plain(query.replace("\0", " "))[:LIMIT].split()))[:WORDS]


def matching(words: list[str]) -> QuerySet[Article]:
    """Articles of current texts that hold every word, in the order of the laws.

    The index of pairs narrows them down; whether the pairs stand side by side, LIKE decides. A
    single character has no pair: LIKE alone reads all texts, which stay few (a few thousand rows).
    A number also finds the articles that have it.
    """
    found = Article.objects.filter(statute__current=True).select_related("statute")
    if not words:
        return found.none()
    pairs = [
        token
        for word in words
        if not _NUMBER.fullmatch(word)
        for token in tokens(word)
        if len(token) > 1
    ]
    if pairs:
        found = found.filter(words=every(list(dict.fromkeys(pairs))))
    for word in words:
        holds = Q(plain__contains=word)
        number = _NUMBER.fullmatch(word)
        found = found.filter(holds | Q(no=number[1].replace("之", "-")) if number else holds)
    return found.order_by("statute__sort_key", "position")


def beyond(articles: QuerySet[Article], at: Cursor) -> QuerySet[Article]:
    """Those on the cursor's far side, nearest first."""
    side = "lt" if at.backwards else "gt"
    further = Q(**{f"statute__sort_key__{side}": at.text}) | Q(
        **{"statute__sort_key": at.text, f"position__{side}": at.position}
    )
    found = articles.filter(further)
    return found.reverse() if at.backwards else found


@dataclass(frozen=True)
class Part:
    """A run of text; `hit`: one of the words that were looked for."""

    text: str
    hit: bool


def excerpt(text: str, words: list[str]) -> list[Part]:
    """The passage around the first word found, with every word marked."""
    flat = " ".join(text.split())
    compared = plain(flat)
    if len(compared) != len(flat):  # a sign that is written as several: compare what can be shown
        compared = flat
    at = min((i for w in words if (i := compared.find(w)) >= 0), default=0)
    begin = max(0, at - AROUND) if at > SHOWN - AROUND else 0
    end = begin + SHOWN
    marked = bytearray(len(flat))
    for word in words:
        start = compared.find(word)
        while start >= 0:
            marked[start : start + len(word)] = b"\1" * len(word)
            start = compared.find(word, start + 1)
    parts = [Part("…", False)] if begin else []
    parts += _runs(flat[begin:end], marked[begin:end])
    return [*parts, *([Part("…", False)] if end < len(flat) else [])]


def _runs(text: str, marked: bytearray) -> Iterator[Part]:
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or marked[i] != marked[start]:
            yield Part(text[start:i], bool(marked[start]))
            start = i


@dataclass(frozen=True)
class Quoted:
    """A passage of a law that is not here whole, as a rule quotes it."""

    law: Law
    article: str
    excerpt: list[Part]

    @property
    def place(self) -> str:
        return self.law.place(self.article)


def in_quotations(words: list[str], stored: set[str], most: int) -> list[Quoted]:
    """Quoted passages that hold every word, of instruments that are not stored."""
    found = []
    for code, article in quotations.places():
        if code in stored:
            continue
        law = Law.quoted(INSTRUMENTS[code])
        for text in quotations.quoted(code, article):
            compared = plain(f"{law.title} {law.short}\n{text}")
            if all(word in compared for word in words):
                found.append(Quoted(law, article, excerpt(text, words)))
    return found[:most]

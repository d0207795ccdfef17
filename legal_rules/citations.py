"""Articles named in free text: 《消费者权益保护法》第五十五条第一款、第五十六条 → what they are.

Pure Python; usable without Django and without a database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from legal_rules.reasoning.rules import Quote
from legal_rules.vocabulary import INSTRUMENTS

_NUMERAL = r"[零一二三四五六七八九十百千\d]{1,9}"
_LAW = re.compile(r"《([^《》]{1,80})》")
_ARTICLE = re.compile(rf"第({_NUMERAL})条(?:之({_NUMERAL}))?(?:第({_NUMERAL})款)?")
_ENGLISH = re.compile(r"Articles? (\d{1,4})(?:-(\d{1,2}))?(?:\((\d{1,2})\))?")
_UNITS = {"千": 1000, "百": 100, "十": 10}
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Cited:
    """One article of any of these instruments; `paragraph` None where none is named."""

    instruments: frozenset[str]
    article: str
    paragraph: int | None

    def covers(self, quote: Quote) -> bool:
        """The quote is of this article; a whole article covers its paragraphs, and they it."""
        if quote.instrument not in self.instruments or quote.article != self.article:
            return False
        return None in (self.paragraph, quote.paragraph) or self.paragraph == quote.paragraph


def named_in(text: str) -> list[Cited]:
    """Every article that the text names with its law, Chinese or English; others are left out."""
    plain = unicodedata.normalize("NFKC", text).replace("〈", "<").replace("〉", ">")
    return [*_chinese(plain), *_english(plain)]


def any_covers(cited: Iterable[Cited], quotes: Iterable[Quote]) -> bool:
    """Whether one of the articles is one of those quoted."""
    quoted = list(quotes)
    return any(one.covers(quote) for one in cited for quote in quoted)


def _chinese(text: str) -> Iterator[Cited]:
    laws = [*_LAW.finditer(text)]
    ends = [*(law.start() for law in laws[1:]), len(text)]
    for law, end in zip(laws, ends, strict=False):
        known = _named(law[1])
        for found in _ARTICLE.finditer(text, law.end(), end) if known else ():
            main, added, paragraph = (number(part) if part else None for part in found.groups())
            yield Cited(known, f"{main}-{added}" if added else str(main), paragraph)


def _english(text: str) -> Iterator[Cited]:
    for short, known in _english_names().items():
        for place in re.finditer(rf"(?<!\w){re.escape(short)},? (?=Article)", text):
            for found in _ENGLISH.finditer(text, place.end(), place.end() + 40):
                main, added, paragraph = found.groups()
                article = f"{main}-{added}" if added else main
                yield Cited(known, article, int(paragraph) if paragraph else None)
                break


def number(text: str) -> int:
    """五十五 → 55; 1179 → 1179; 一千一百七十九 → 1179."""
    if text.isdecimal():
        return int(text)
    total, digit = 0, 0
    for sign in text:
        if sign in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[sign], 0
        else:
            digit = int(sign) if sign.isdecimal() else _DIGITS.index(sign)
    return total + digit


def _named(name: str) -> frozenset[str]:
    """The instruments of that name; without a year, every text of the law that ever had it."""
    names = _chinese_names()
    plain = _plain(name)
    return names.get(plain) or names.get(_without_year(plain), frozenset())


@cache
def _chinese_names() -> Mapping[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for one in INSTRUMENTS.values():
        for label in (one.title.zh, one.short.zh):
            plain = _plain(label)
            names.setdefault(plain, set()).add(one.id)
            names.setdefault(_without_year(plain), set()).add(one.id)
    return {name: frozenset(known) for name, known in names.items()}


@cache
def _english_names() -> Mapping[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for one in INSTRUMENTS.values():
        for label in (one.title.en, one.short.en):
            names.setdefault(label, set()).add(one.id)
    return {name: frozenset(known) for name, known in names.items()}


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).replace("〈", "<").replace("〉", ">")
    return re.sub(r"\s|中华人民共和国", "", text)


def _without_year(name: str) -> str:
    return re.sub(r"\(\d{4}年?(?:修订|修正)?\)", "", name)

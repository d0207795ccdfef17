"""The laws that can be read: whole texts from the database, and those that only the rules quote.

law = find("cpl_2013")          relatives(law) → the texts of one law, in order of time
in_force(texts, day)            follow(texts, law, "55", other) → where an article came from
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from legal_rules.reasoning.load import ARTICLE
from legal_rules.reasoning.prose import place_name
from legal_rules.succession import SUCCESSIONS, Succession
from legal_rules.terms import Instrument
from legal_rules.vocabulary import INSTRUMENTS
from reading_room import names
from reading_room.models import StatuteText

State = Literal["in_force", "not_yet", "ended"]
# How an article was found in another text: it is the same text; its number is known to have become
# this one; the numbers are taken to be the same; it has no counterpart; none is known.
How = Literal["same", "known", "by_number", "none", "unknown"]
CODE = re.compile(r"[a-z][a-z0-9_]{1,63}", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PAIRS = {(each.older, each.newer): each for each in SUCCESSIONS}


def here() -> str:
    """The language of the page."""
    return get_language() or "zh-hans"


@dataclass(frozen=True)
class Law:
    """One text of one law. `stored`: its row, None while only the rules quote it."""

    code: str
    title: str
    short: str
    start: date
    until: date | None
    stored: StatuteText | None
    known: Instrument | None

    @classmethod
    def of(cls, row: StatuteText) -> Law:
        """A stored text."""
        known = INSTRUMENTS.get(row.code)
        return cls(row.code, row.title, row.short_name, row.start, row.until, row, known)

    @classmethod
    def quoted(cls, known: Instrument) -> Law:
        """A text that is not here whole."""
        zh = known.title.zh, known.short.zh
        return cls(known.id, *zh, known.start, known.until, None, known)

    @property
    def sort_key(self) -> str:
        """Where it stands in the list of laws."""
        return self.stored.sort_key if self.stored else names.sort_key(self.title, self.code)

    @property
    def name(self) -> str:
        """The full name in the language of the page, where the rules know one."""
        return self.known.title.in_(here()) if self.known else self.title

    @property
    def called(self) -> str:
        """The short name in citations."""
        return self.known.short.in_(here()) if self.known else names.of_the_work(self.title)

    @property
    def foreign(self) -> bool:
        """Whether the names are Chinese on a page of another language."""
        return self.known is None and here().startswith("en")

    def place(self, article: str) -> str:
        """《消费者权益保护法》第五十五条 / Consumer Law, Article 55."""
        name = place_name(article, None, here())
        english = here().startswith("en")
        return f"{self.called}, {name}" if english else f"《{self.called}》{name}"

    @property
    def state(self) -> State:
        """Whether it is law today."""
        return self.state_on(timezone.localdate())

    def in_force_on(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)

    def state_on(self, day: date) -> State:
        """Whether it is law on that day."""
        if day < self.start:
            return "not_yet"
        return "in_force" if self.in_force_on(day) else "ended"


@dataclass(frozen=True)
class Followed:
    """An article in another text of the same law. `no`: None when there is none, or none known."""

    law: Law
    no: str | None
    how: How

    @property
    def place(self) -> str:
        """第五十五条, in the language of the page; "" where there is none."""
        return place_name(self.no, None, here()) if self.no else ""


def is_code(text: str) -> bool:
    """Whether it could be the code of a law."""
    return CODE.fullmatch(text) is not None


def is_article(no: str) -> bool:
    """Whether it could be the number of an article: 55, 253-1."""
    return ARTICLE.fullmatch(no) is not None


def read_day(text: str) -> date:
    """A day as addresses write it, 2026-11-23. Raises ValueError."""
    if not DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def find(code: str) -> Law | None:
    """The text with that code, whole or only quoted; None for one that nobody knows."""
    row = StatuteText.objects.filter(code=code, current=True).first()
    if row is not None:
        return Law.of(row)
    known = INSTRUMENTS.get(code)
    return Law.quoted(known) if known else None


def relatives(law: Law) -> list[Law]:
    """Every text of the same law, itself included, in order of time. One statement."""
    codes = _connected({law.code})
    same = Q(code__in=codes) | (Q(work=law.stored.work) if law.stored else Q())
    stored = {row.code: Law.of(row) for row in StatuteText.objects.filter(same, current=True)}
    codes = _connected(codes | set(stored))
    only_quoted = [
        Law.quoted(INSTRUMENTS[code]) for code in codes - set(stored) if code in INSTRUMENTS
    ]
    return _ended(
        sorted([*stored.values(), *only_quoted], key=lambda each: (each.start, each.code))
    )


def _connected(codes: set[str]) -> set[str]:
    """The codes and all that `succession.yaml` joins to them."""
    found = set(codes)
    while more := {c for pair in _PAIRS for c in pair if found & set(pair)} - found:
        found |= more
    return found


def _ended(laws: list[Law]) -> list[Law]:
    """Each ends at the latest on the day before the next begins."""
    ended = []
    for law, following in zip(laws, [*laws[1:], None], strict=True):
        until = law.until
        if following and law.start < following.start and (not until or until >= following.start):
            until = following.start - timedelta(days=1)
        ended.append(Law(**{**vars(law), "until": until}))
    return ended


def in_force(laws: Iterable[Law], day: date) -> Law | None:
    """The text that was law on that day."""
    return next((law for law in reversed(list(laws)) if law.in_force_on(day)), None)


def follow(laws: Sequence[Law], law: Law, no: str, other: Law) -> Followed:
    """Article `no` of `law`, in the text `other`, step by step along the texts between them."""
    places = [each.code for each in laws]
    here, there = places.index(law.code), places.index(other.code)
    how: How = "same"
    steps = list(pairwise(laws[here : there + 1] if here <= there else laws[there : here + 1]))
    for older, newer in steps if here <= there else reversed(steps):
        known = _PAIRS.get((older.code, newer.code))
        if known is None:
            how = "by_number"
            continue
        became = known.to_newer(no) if here <= there else known.to_older(no)
        if became is None:
            return Followed(other, None, _lost(known))
        no, how = became, how if how == "by_number" else "known"
    return Followed(other, no, how)


def _lost(known: Succession) -> How:
    return "none" if known.complete else "unknown"

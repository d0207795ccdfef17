"""Words that should not stand in a letter: promises nobody can keep, terms that cut rights, words
that start a quarrel; and the ways that a letter should name.

    check(text, "zh-hans") → [Hit(quote, why, start, topic)]      missing_ways(text, "en") → [words]

A list of patterns, no more: it finds what it knows and says so. A hit is a question to whoever
sends the letter, not a finding; silence of the list is no proof that a letter is sound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from letters.wording_lists import (
    ABSOLUTE,
    ABSOLUTE_EN,
    CONFLICT,
    CONFLICT_EN,
    OTHER_REMEDIES,
    OTHER_REMEDIES_EN,
    PERSONAL_REMEDIES,
    PERSONAL_REMEDIES_EN,
    UNFAIR,
    UNFAIR_EN,
    Patterns,
    Text,
)

__all__ = [
    "ABSOLUTE",
    "OTHER_REMEDIES",
    "UNFAIR",
    "Hit",
    "Text",
    "Topic",
    "absent",
    "check",
    "hits",
    "missing_personal_ways",
    "missing_ways",
]

Topic = Literal["absolute", "unfair", "conflict"]


@dataclass(frozen=True)
class Hit:
    """One place: the words found, as they stand in the text, and what is wrong with them."""

    quote: str
    why: Text
    start: int = 0
    topic: Topic = "conflict"


_TOPICS: dict[str, tuple[tuple[Topic, Patterns], ...]] = {
    "zh": (("absolute", ABSOLUTE), ("unfair", UNFAIR), ("conflict", CONFLICT)),
    "en": (("absolute", ABSOLUTE_EN), ("unfair", UNFAIR_EN), ("conflict", CONFLICT_EN)),
}
_NEGATED = re.compile(
    r"不(?:会|得|应|能|可|是)?(?:被|再)?(?:视为|认为是?)?$|没有$|并非$"
    r"|(?:\b(?:not|never|nor|no|without)|n['’]t)(?: (?:be|to|being|as|taken as|nor as))* $",
    re.IGNORECASE,
)
_NEAR = 12  # characters before a hit in which a negation may stand


def hits(text: str, patterns: Patterns) -> list[Hit]:
    """Every place, in reading order. What is negated (不会被视为同意) or quoted “…” is no hit."""
    found: dict[int, Hit] = {}
    for pattern, why in patterns:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            before = text[: match.start()]
            quoted = before.count("“") > before.count("”")
            if not quoted and not _NEGATED.search(before[-_NEAR:]):
                found.setdefault(match.start(), Hit(match.group(), why, match.start()))
    return [found[start] for start in sorted(found)]


def absent(text: str, patterns: Patterns) -> list[Text]:
    """What of the list the text does not name."""
    return [what for pattern, what in patterns if not re.search(pattern, text)]


def check(text: str, lang: str) -> list[Hit]:
    """Every place of a text to a consumer that its sender should look at again, in reading order.

    Both languages are looked for: a Chinese letter may quote English, and the other way round; what
    stands in `lang` comes first where two begin at one place.
    """
    order = ("en", "zh") if lang.startswith("en") else ("zh", "en")
    found = [
        replace(hit, topic=topic)
        for which in order
        for topic, patterns in _TOPICS[which]
        for hit in hits(text, patterns)
    ]
    first = {(hit.start, hit.topic): hit for hit in reversed(found)}
    return sorted(first.values(), key=lambda hit: hit.start)


def missing_ways(text: str, lang: str) -> list[Text]:
    """The ways to turn next that a letter in that language does not name."""
    return absent(text, OTHER_REMEDIES_EN if lang.startswith("en") else OTHER_REMEDIES)


def missing_personal_ways(text: str, lang: str) -> list[Text]:
    """The same of a letter about personal information: PIPL Arts. 50(2) and 65."""
    return absent(text, PERSONAL_REMEDIES_EN if lang.startswith("en") else PERSONAL_REMEDIES)

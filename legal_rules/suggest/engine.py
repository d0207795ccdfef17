"""From a narrative to suggestions: where which pattern stands, in whose mouth, and how sure it is.

Deterministic: the same text on the same day suggests the same. Nothing here is an answer; an agent
accepts a suggestion, and then it is the consumer's report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from legal_rules.suggest import amounts, clauses, dates, slots, text
from legal_rules.suggest.actors import CONSUMER, PAGE, SELLER, THIRD
from legal_rules.suggest.clauses import Clauses, Light
from legal_rules.suggest.notation import Compiled
from legal_rules.suggest.patterns import Book, Pattern
from legal_rules.suggest.slots import Slot

DOUBT = 0.7  # 怀疑, 好像
MOST_OF_ONE = 24  # places at which one pattern is looked at
_WHO = {
    "told": ("", CONSUMER, THIRD),
    "seller": (SELLER, PAGE),
    "stated": ("", CONSUMER, THIRD, SELLER, PAGE),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern that stands in the text: places are those of the original."""

    pattern: Pattern
    start: int
    end: int
    value: object
    confidence: float


class Reading:
    """One text, read once for facts and categories."""

    def __init__(self, narrative: str, on: date) -> None:
        self.original = narrative[: text.LOOKED_AT]
        folded = text.fold(narrative)
        found = dates.days(folded, on)
        covered = slots.cover(folded, found)
        found += amounts.numbers(covered)
        found.sort(key=lambda slot: slot.start)
        self.covered = slots.cover(folded, found)
        self.slots = {slot.start: slot for slot in found}

    @cached_property
    def clauses(self) -> Clauses:
        return clauses.read(self.covered)

    @cached_property
    def edges(self) -> frozenset[int]:
        return text.word_edges(self.covered)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every character and every pair of neighbours."""
        return frozenset((*self.covered, *map(str.__add__, self.covered, self.covered[1:])))

    def hits(self, book: Book) -> Iterator[Hit]:
        """Every pattern of the book where it stands and may be taken so."""
        for pattern in book.near(self.keys):
            if _unfit(pattern, self.covered):
                continue
            for count, found in enumerate(pattern.compiled.regex.finditer(self.covered)):
                if count == MOST_OF_ONE:
                    break
                hit = self._hit(pattern, found)
                if hit:
                    yield hit

    def _hit(self, pattern: Pattern, found: re.Match[str]) -> Hit | None:
        form = pattern.compiled
        core = found.start(form.core)
        light = self.clauses.light(core)
        if not _may_say(pattern.by, light) or not self._stand_alone(form, found):
            return None
        if pattern.not_after and self._follows(pattern.not_after, found.start()):
            return None
        slot = self.slots.get(found.start("slot")) if form.slot else None
        value = _value(pattern, slot)
        if pattern.negated != "same" and self._negated(form, found, core):
            value = pattern.negated
        if value is None:
            return None
        end = found.start() + len(found.group().rstrip())
        sure = pattern.sure / 100 * (DOUBT if light.doubted else 1)
        return Hit(pattern, found.start(), end, value, sure)

    def _stand_alone(self, form: Compiled, found: re.Match[str]) -> bool:
        """Whether what has to be a word of its own is one."""
        return all(
            found[name] not in words or self.edges.issuperset(found.span(name))
            for name, words in form.whole.items()
        )

    def _follows(self, words: tuple[str, ...], place: int) -> bool:
        """Whether one of the words stands before the place in its sentence."""
        before = self.covered[self.clauses.sentence_start(place) : place]
        return any(word in before for word in words)

    def _negated(self, form: Compiled, found: re.Match[str], core: int) -> bool:
        spans = [found.span(name) for name in form.words if found[name] is not None]
        return self.clauses.negated(core, spans)


def _may_say(by: str, light: Light) -> bool:
    if by != "topic" and (light.lawful or light.supposed):
        return False
    if by == "demand":
        return light.demanded and not light.asked and light.speaker not in (SELLER, PAGE)
    if by in ("anyone", "topic"):
        return by == "anyone" or not light.demanded
    return not light.demanded and not light.asked and light.speaker in _WHO[by]


def _value(pattern: Pattern, slot: Slot | None) -> object:
    """The pattern's own value, else that of its slot in the normal form of a fact."""
    given = slot.value if slot else None
    if slot and given is not None and not isinstance(given, date):
        if not pattern.at_least <= given <= pattern.at_most:
            return None
    elif slot and (pattern.at_least or pattern.at_most < 10**12):
        return None
    if pattern.value is not None:
        return pattern.value
    if isinstance(given, Decimal):
        return f"{given:.2f}"
    return given.isoformat() if isinstance(given, date) else given


def _unfit(pattern: Pattern, covered: str) -> bool:
    """Words that it needs are missing from the whole text, or words that it refuses are there."""
    return bool(pattern.needs and not any(w in covered for w in pattern.needs)) or any(
        w in covered for w in pattern.refuses
    )

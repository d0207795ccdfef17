"""Three values and the five forms of a condition: fact, all, any, not, unless_proved.

An unknown fact is neither true nor false: it leaves a condition open. `unless_proved` reverses the
burden of proof: it holds, marked as presumed, until the excuse is proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import NoReturn, Protocol


class Truth(Enum):
    """成立 / 不成立 / 待查明. Has no truth value in Python: compare it, never test it."""

    YES = "成立"
    NO = "不成立"
    OPEN = "待查明"

    def __bool__(self) -> NoReturn:
        raise TypeError("a Truth has three values: compare it with Truth.YES, NO or OPEN")

    def negated(self) -> Truth:
        if self is Truth.OPEN:
            return self
        return Truth.NO if self is Truth.YES else Truth.YES


class Facts(Protocol):
    """What is known of a case."""

    def value(self, fact: str) -> object | None:
        """The normal value of a fact, or None while it is unknown."""

    def to_ask(self, fact: str) -> tuple[str, ...]:
        """The facts whose answers would make an unknown fact known."""


@dataclass(frozen=True, slots=True)
class Element:
    """One test on one fact, seen from the side of the rule.

    `status` is YES where it helps the rule, NO where it stands against it. `role` is "element",
    "presumption" (reversed burden) or "exception".
    """

    fact: str
    wanted: tuple[object, ...]
    status: Truth
    value: object | None
    role: str = "element"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a condition.

    `missing` would decide it; those of them in `choices` are one way among several. `excuses` are
    facts that may still undo it.
    """

    truth: Truth
    presumed: bool = False
    elements: tuple[Element, ...] = ()
    missing: tuple[str, ...] = ()
    excuses: tuple[str, ...] = ()
    choices: frozenset[str] = frozenset()


class Condition(Protocol):
    """A node of a rule's `when`."""

    def judge(self, facts: Facts) -> Outcome: ...

    def facts(self) -> Iterator[str]:
        """Every fact named in it."""

    def defences(self) -> Iterator[str]:
        """The facts named under `unless_proved`: unknown, they do not keep a rule from holding."""


@dataclass(frozen=True, slots=True, eq=False)
class FactIs:
    """The fact has one of the `wanted` values; a fact of several values, at least one of them."""

    fact: str
    wanted: tuple[object, ...]

    def judge(self, facts: Facts) -> Outcome:
        value = facts.value(self.fact)
        asked = facts.to_ask(self.fact) if value is None else ()
        return _judged(self, value, asked)

    def facts(self) -> Iterator[str]:
        yield self.fact

    def defences(self) -> Iterator[str]:
        yield from ()


@lru_cache(maxsize=8192)
def _judged(leaf: FactIs, value: object | None, asked: tuple[str, ...]) -> Outcome:
    """Most answers are given in many cases, and most facts are unknown in any one case."""
    if value is None:
        unknown = Element(leaf.fact, leaf.wanted, Truth.OPEN, None)
        return Outcome(Truth.OPEN, False, (unknown,), asked)
    held = value if isinstance(value, tuple) else (value,)
    truth = Truth.YES if any(item in leaf.wanted for item in held) else Truth.NO
    return Outcome(truth, False, (Element(leaf.fact, leaf.wanted, truth, value),))


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part holds; fails when one fails."""

    parts: tuple[Condition, ...]

    def judge(self, facts: Facts) -> Outcome:
        found = [part.judge(facts) for part in self.parts]
        elements = tuple(e for outcome in found for e in outcome.elements)
        excuses = joined(outcome.excuses for outcome in found)
        if any(outcome.truth is Truth.NO for outcome in found):
            return Outcome(Truth.NO, False, elements)
        presumed = any(outcome.presumed for outcome in found)
        if all(outcome.truth is Truth.YES for outcome in found):
            return Outcome(Truth.YES, presumed, elements, (), excuses)
        missing = joined(outcome.missing for outcome in found)
        choices = frozenset().union(*(outcome.choices for outcome in found))
        return Outcome(Truth.OPEN, presumed, elements, missing, excuses, choices)

    def facts(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.facts()

    def defences(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.defences()


@dataclass(frozen=True, slots=True)
class Any:
    """Holds when one part holds, best one that is not merely presumed; fails when all fail.

    While it is open, the way that is furthest along is asked about before the others.
    """

    parts: tuple[Condition, ...]

    def judge(self, facts: Facts) -> Outcome:
        found = [part.judge(facts) for part in self.parts]
        held = [outcome for outcome in found if outcome.truth is Truth.YES]
        shown = [outcome for outcome in held if not outcome.presumed] or held
        if shown:
            elements = tuple(e for outcome in shown for e in outcome.elements)
            excuses = joined(outcome.excuses for outcome in shown)
            return Outcome(Truth.YES, shown[0].presumed, elements, (), excuses)
        elements = tuple(e for outcome in found for e in outcome.elements)
        if all(outcome.truth is Truth.NO for outcome in found):
            return Outcome(Truth.NO, False, elements)
        still_open = [outcome for outcome in found if outcome.truth is Truth.OPEN]
        furthest = max(_satisfied(outcome) for outcome in still_open)
        asked = [outcome for outcome in still_open if _satisfied(outcome) == furthest]
        missing = joined(outcome.missing for outcome in asked)
        choices = frozenset(missing) if len(asked) > 1 else asked[0].choices
        return Outcome(Truth.OPEN, False, elements, missing, (), choices)

    def facts(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.facts()

    def defences(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.defences()


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when the part fails. The part contains no `unless_proved` (the loader sees to it)."""

    part: Condition

    def judge(self, facts: Facts) -> Outcome:
        outcome = self.part.judge(facts)
        return replace(outcome, truth=outcome.truth.negated(), elements=against(outcome.elements))

    def facts(self) -> Iterator[str]:
        yield from self.part.facts()

    def defences(self) -> Iterator[str]:
        yield from ()


@dataclass(frozen=True, slots=True)
class UnlessProved:
    """Reversed burden: holds, presumed, until the excuse is proved; firmly once it is refuted."""

    part: Condition

    def judge(self, facts: Facts) -> Outcome:
        outcome = self.part.judge(facts)
        elements = against(outcome.elements, "presumption")
        if outcome.truth is Truth.YES:
            return Outcome(Truth.NO, False, elements)
        return Outcome(Truth.YES, outcome.truth is Truth.OPEN, elements, (), outcome.missing)

    def facts(self) -> Iterator[str]:
        yield from self.part.facts()

    def defences(self) -> Iterator[str]:
        yield from self.part.facts()


def against(elements: tuple[Element, ...], role: str | None = None) -> tuple[Element, ...]:
    """The same elements seen from the other side."""
    return tuple(
        Element(e.fact, e.wanted, e.status.negated(), e.value, role or e.role) for e in elements
    )


def _satisfied(outcome: Outcome) -> int:
    return sum(e.status is Truth.YES and e.role == "element" for e in outcome.elements)


def joined(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """All names once, in the order in which they came."""
    return tuple(dict.fromkeys(name for group in groups for name in group))

"""Sums of money: exact decimals in yuan, half-up to the cent, each with its formula in words.

Closed forms: a fact, a number, times, sum, minus, portion, greatest, between, up_to, known;
any of them with `at_least`. There is no other arithmetic in the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from legal_rules.reasoning.logic import Facts, joined

CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum from `low` to `high`. `low` None: not computable yet; `high` None: no upper end known.

    `missing` are the facts that would make it exact; `floor` is the least the statute allows.
    """

    low: Decimal | None
    high: Decimal | None
    formula: str
    missing: tuple[str, ...] = ()
    floor: Decimal | None = None

    @property
    def exact(self) -> Decimal | None:
        return self.low if self.low is not None and self.low == self.high else None


def to_cents(value: Decimal) -> Decimal:
    """Half-up to the cent, as money is rounded in law: 0.005 → 0.01."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


class Expression(Protocol):
    def reckon(self, facts: Facts) -> Amount: ...

    def facts(self) -> Iterator[str]: ...


@dataclass(frozen=True, slots=True)
class Number:
    """A figure of the statute itself."""

    value: Decimal

    def reckon(self, facts: Facts) -> Amount:
        return Amount(self.value, self.value, str(self.value))

    def facts(self) -> Iterator[str]:
        yield from ()


@dataclass(frozen=True, slots=True)
class FactSum:
    """The amount or count that a fact gives."""

    fact: str

    def reckon(self, facts: Facts) -> Amount:
        value = facts.value(self.fact)
        if value is None:
            return Amount(None, None, self.fact, facts.to_ask(self.fact))
        number = Decimal(str(value))
        return Amount(number, number, str(value))

    def facts(self) -> Iterator[str]:
        yield self.fact


@dataclass(frozen=True, slots=True)
class Known:
    """A head of loss that counts as far as it is known: unknown, the whole sum is "at least"."""

    part: Expression

    def reckon(self, facts: Facts) -> Amount:
        amount = self.part.reckon(facts)
        return amount if amount.low is not None else Amount(ZERO, None, "", amount.missing)

    def facts(self) -> Iterator[str]:
        yield from self.part.facts()


@dataclass(frozen=True, slots=True)
class Operation:
    """times, sum, minus, portion, greatest, between or up_to over its parts."""

    kind: str
    parts: tuple[Expression, ...]

    def reckon(self, facts: Facts) -> Amount:
        amounts = [part.reckon(facts) for part in self.parts]
        missing = joined(amount.missing for amount in amounts)
        low, high = _ENDS[self.kind](amounts)
        return Amount(low, high, _text(self.kind, amounts), missing)

    def facts(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.facts()


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Not less than `floor`: 不足五百元的，为五百元."""

    part: Expression
    floor: Decimal

    def reckon(self, facts: Facts) -> Amount:
        amount = self.part.reckon(facts)
        if amount.low is None:
            return Amount(self.floor, None, amount.formula, amount.missing, self.floor)
        high = None if amount.high is None else max(amount.high, self.floor)
        raised = amount.low < self.floor
        formula = f"max({amount.formula}, {self.floor})" if raised else amount.formula
        return Amount(max(amount.low, self.floor), high, formula, amount.missing, self.floor)

    def facts(self) -> Iterator[str]:
        yield from self.part.facts()


Ends = tuple[Decimal | None, Decimal | None]


def _times(parts: list[Amount]) -> Ends:
    low: Decimal | None = Decimal(1)
    high: Decimal | None = Decimal(1)
    for part in parts:
        low = None if low is None or part.low is None else low * part.low
        high = None if high is None or part.high is None else high * part.high
    return low, high


def _sum(parts: list[Amount]) -> Ends:
    if any(part.low is None for part in parts):
        return None, None
    low = sum((part.low for part in parts if part.low is not None), ZERO)
    if any(part.high is None for part in parts):
        return low, None
    return low, sum((part.high for part in parts if part.high is not None), ZERO)


def _minus(parts: list[Amount]) -> Ends:
    """What is left of the first after the second; never below zero."""
    whole, less = parts
    if whole.low is None or less.low is None or less.high is None:
        return None, whole.high
    return max(whole.low - less.high, ZERO), _left(whole.high, less.low)


def _left(whole: Decimal | None, less: Decimal) -> Decimal | None:
    return None if whole is None else max(whole - less, ZERO)


def _portion(parts: list[Amount]) -> Ends:
    """whole × share ÷ all; the share never exceeds the whole, and nothing has no share."""
    whole, share, everything = (part.low for part in parts)
    if whole is None or share is None or not everything:
        return None, None
    part = whole * min(share / everything, Decimal(1))
    return part, part


def _greatest(parts: list[Amount]) -> Ends:
    """The claimant may choose, and chooses the most; an unknown branch could be more still."""
    lows = [part.low for part in parts if part.low is not None]
    highs = [part.high for part in parts if part.high is not None]
    return (max(lows) if lows else None), (max(highs) if len(highs) == len(parts) else None)


def _between(parts: list[Amount]) -> Ends:
    return parts[0].low, parts[1].high


def _up_to(parts: list[Amount]) -> Ends:
    return ZERO, parts[0].high


_ENDS = {
    "times": _times,
    "sum": _sum,
    "minus": _minus,
    "portion": _portion,
    "greatest": _greatest,
    "between": _between,
    "up_to": _up_to,
}
ARITY = {"times": 2, "minus": 2, "portion": 3, "between": 2, "up_to": 1}
KINDS = tuple(_ENDS)


def _text(kind: str, amounts: list[Amount]) -> str:
    if kind == "minus" and amounts[1].exact == ZERO:
        return amounts[0].formula
    words = [amount.formula for amount in amounts if amount.formula]
    if kind in ("times", "portion"):
        return _product(words, len(amounts))
    if kind == "between":
        return " … ".join(dict.fromkeys(words))
    if kind == "up_to":
        return f"≤ {words[0]}"
    if kind == "greatest":
        return f"max({', '.join(words)})" if len(words) > 1 else "".join(words)
    return (" + " if kind == "sum" else " − ").join(words)


def _product(words: list[str], parts: int) -> str:
    """3 × 1280.00; (100.00 + 20.00) × 30 ÷ 100; nothing for a share of what is not known at all."""
    words = [f"({word})" if " + " in word or " − " in word else word for word in words]
    if parts == 3:
        return f"{words[0]} × {words[1]} ÷ {words[2]}" if len(words) == parts else ""
    return " × ".join(reversed(words) if words and _is_figure(words[-1]) else words)


def _is_figure(text: str) -> bool:
    return text.isdigit()

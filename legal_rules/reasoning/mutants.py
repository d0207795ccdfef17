"""The mutants of a rule: the same rule with one small mistake in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from legal_rules.reasoning import amounts, logic
from legal_rules.reasoning.amounts import Expression
from legal_rules.reasoning.logic import Condition
from legal_rules.reasoning.rules import Rule, Version
from legal_rules.vocabulary import FACTS

T = TypeVar("T")
Named = Iterator[tuple[str, T]]
DAY = timedelta(days=1)
_OTHER = {"sum": "greatest", "greatest": "sum", "times": "sum", "between": "sum"}


def of_rule(rule: Rule) -> Named[Rule]:
    """(what was changed, the changed rule), one change at a time."""
    for place, version in enumerate(rule.versions):
        for name, mutant in _of_version(version):
            versions = (*rule.versions[:place], mutant, *rule.versions[place + 1 :])
            if any(_overlap(one, next_) for one, next_ in pairwise(versions)):
                continue  # two versions on one day: the loader refuses it
            yield f"{version.start}: {name}", replace(rule, versions=versions)
    for other in rule.yields_to:
        kept = tuple(name for name in rule.yields_to if name != other)
        yield f"does not yield to {other}", replace(rule, yields_to=kept)


def _overlap(one: Version, later: Version) -> bool:
    return one.until is None or later.start <= one.until


def _of_version(version: Version) -> Named[Version]:
    for name, when in _of_condition(version.when):
        yield f"when: {name}", replace(version, when=when)
    for name, exceptions in _each(version.exceptions, lambda e: _inside(e, "exception")):
        yield name, replace(version, exceptions=exceptions)
    for name, doubts in _each(version.doubts, lambda d: _inside(d, "doubt")):
        yield name, replace(version, doubts=doubts)
    for name, duties in _each(version.duties, _of_duty, droppable=False):
        yield name, replace(version, duties=duties)
    for name, exposures in _each(version.exposures, lambda e: _inside(e, "exposure"), False):
        yield name, replace(version, exposures=exposures)
    yield from _of_dates(version)


def _of_dates(version: Version) -> Named[Version]:
    yield "begins a day later", replace(version, start=_moved(version.start, 1))
    yield "begins a day earlier", replace(version, start=_moved(version.start, -1))
    if version.until is not None:
        yield "ends a day earlier", replace(version, until=_moved(version.until, -1))
        yield "ends a day later", replace(version, until=_moved(version.until, 1))


def _moved(day: date, days: int) -> date:
    return day + days * DAY


def _each(
    parts: tuple[T, ...], mutate: Callable[[T], Named[T]], droppable: bool = True
) -> Named[tuple[T, ...]]:
    for place, part in enumerate(parts):
        before, after = parts[:place], parts[place + 1 :]
        if droppable:
            yield f"{type(part).__name__.lower().rstrip('_')} {place + 1} left out", before + after
        for name, mutant in mutate(part):
            yield f"{place + 1}: {name}", (*before, mutant, *after)


def _inside(part: T, kind: str) -> Named[T]:
    when = getattr(part, "when", None)
    if when is not None:
        for name, mutant in _of_condition(when):
            yield f"{kind}: {name}", replace(part, when=mutant)  # type: ignore[type-var]


def _of_duty(duty: T) -> Named[T]:
    yield from _inside(duty, "duty")
    amount = getattr(duty, "amount", None)
    if amount is not None:
        for name, mutant in _of_amount(amount):
            yield f"amount: {name}", replace(duty, amount=mutant)  # type: ignore[type-var]


def _of_condition(condition: Condition) -> Named[Condition]:
    if isinstance(condition, logic.FactIs):
        yield from _of_leaf(condition)
    elif isinstance(condition, (logic.All, logic.Any)):
        yield from _of_parts(condition)
    elif isinstance(condition, logic.Not):
        for name, part in _of_condition(condition.part):
            yield name, logic.Not(part)
    elif isinstance(condition, logic.UnlessProved):
        yield "burden not reversed", logic.Not(condition.part)
        for name, part in _of_condition(condition.part):
            yield name, logic.UnlessProved(part)


def _of_leaf(leaf: logic.FactIs) -> Named[Condition]:
    fact = FACTS[leaf.fact]
    every: tuple[object, ...] = (True, False) if fact.type == "boolean" else tuple(fact.values)
    rest = tuple(v for v in every if v not in leaf.wanted and v not in fact.unknown)
    yield f"{leaf.fact} is {', '.join(map(str, rest))}", replace(leaf, wanted=rest)


def _of_parts(condition: logic.All | logic.Any) -> Named[Condition]:
    whole = type(condition)
    word = whole.__name__.lower()
    for place, part in enumerate(condition.parts):
        before, after = condition.parts[:place], condition.parts[place + 1 :]
        if before or after:
            said = ", ".join(dict.fromkeys(part.facts()))
            yield f"{word}: without {said}", whole((*before, *after))
        for name, mutant in _of_condition(part):
            yield name, whole((*before, mutant, *after))


def _of_amount(amount: Expression) -> Named[Expression]:
    if isinstance(amount, amounts.Number):
        yield f"{amount.value} + 1", amounts.Number(amount.value + Decimal(1))
    elif isinstance(amount, amounts.AtLeast):
        yield f"at least {amount.floor} + 1", replace(amount, floor=amount.floor + 1)
        for name, part in _of_amount(amount.part):
            yield name, replace(amount, part=part)
    elif isinstance(amount, amounts.Known):
        yield "known not said", amount.part
    elif isinstance(amount, amounts.Operation):
        yield from _of_operation(amount)


def _of_operation(amount: amounts.Operation) -> Named[Expression]:
    if amount.kind in _OTHER:
        yield f"{amount.kind} as {_OTHER[amount.kind]}", replace(amount, kind=_OTHER[amount.kind])
    for place, part in enumerate(amount.parts):
        for name, mutant in _of_amount(part):
            parts = (*amount.parts[:place], mutant, *amount.parts[place + 1 :])
            yield name, replace(amount, parts=parts)

"""The patterns, read strictly from `patterns/*.yaml`: each names a fact, a value, how sure it is.

    facts:
      q_expired:
        - {says: "过(了)保质期|已(经)过期", value: yes, sure: 85}
      tx_price_paid:
        - {says: "花(了)|付(了) … {money}", sure: 70}          # the value is the sum

`says`: several ways of saying it are divided by " / "; how one is written stands in `notation.py`.
`by`: who says it. told (default): the one who tells, or somebody outside; seller: the seller or a
page of theirs; stated: any of them; demand: what is asked for; topic (of categories): all but what
is asked for; anyone: it does not matter.
`negated`: the value when a negation reaches the core ("same": it makes no difference).
`at_least`, `at_most`: bounds of the slot's number. `with`: words that must stand somewhere in the
text. `without`: words of which none may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from legal_rules.reasoning import source
from legal_rules.reasoning.source import LawError, Table
from legal_rules.suggest.notation import Compiled, NotationError, compiled
from legal_rules.vocabulary import CATEGORIES, FACTS, FactError, check_value

FOLDER = Path(__file__).resolve().parent / "patterns"
SPEAKERS = ("told", "seller", "stated", "demand", "topic", "anyone")
SURE_OF_A_JUDGEMENT = 30  # percent at most: counsel finds it, words only report it
_ROW = ("value", "by", "negated", "at_least", "at_most", "with", "without")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to say something. `about` is the id of a fact or of a category."""

    about: str
    says: str
    compiled: Compiled
    value: object
    sure: int
    by: str = "told"
    negated: object = None
    at_least: int = 0
    at_most: int = 10**12
    needs: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Book:
    """All patterns. `index`: a character or a pair → the patterns that need one like it."""

    patterns: tuple[Pattern, ...]
    index: Mapping[str, tuple[int, ...]]

    def near(self, keys: frozenset[str]) -> list[Pattern]:
        """The patterns of which every element may stand in a text with these keys."""
        numbers = {n for key in keys & self.index.keys() for n in self.index[key]}
        found = [self.patterns[n] for n in sorted(numbers)]
        return [p for p in found if not any(k.isdisjoint(keys) for k in p.compiled.keys)]


@cache
def book(name: str = "facts") -> Book:
    """Of facts, or of `categories`. Raises LawError with file and line for a mistake."""
    lists = _lists()
    rows = [row for path in sorted(FOLDER.glob("*.yaml")) for row in _read(path, name, lists)]
    return indexed(rows)


def indexed(patterns: list[Pattern]) -> Book:
    """A book of them."""
    index: dict[str, list[int]] = {}
    for number, pattern in enumerate(patterns):
        for key in min(pattern.compiled.keys, key=_commonness):
            index.setdefault(key, []).append(number)
    return Book(tuple(patterns), {key: tuple(numbers) for key, numbers in index.items()})


def _commonness(keys: frozenset[str]) -> tuple[int, int]:
    """Single characters occur everywhere; of the rest, few alternatives are rarer than many."""
    return sum(len(k) == 1 and k < "\ue000" for k in keys), len(keys)


def _lists() -> dict[str, list[str]]:
    page = source.read(FOLDER / "words.yaml", FOLDER.parent).only((), ("words",)).mapping("words")
    return {name: page.text(name).split() for name in page}


def _read(path: Path, name: str, lists: dict[str, list[str]]) -> list[Pattern]:
    page = source.read(path, FOLDER.parent).only(("words", "actors", "facts", "categories"))
    if name not in page:
        return []
    found = []
    for about, rows in page.mapping(name).items():
        if about not in (FACTS if name == "facts" else CATEGORIES):
            raise page.mapping(name).error(f"{about!r} is not known", about)
        for row in rows:
            row.only(_ROW, ("says", "sure"))
            _check(name, about, row)
            found += [_pattern(about, says, row, lists) for says in row.text("says").split(" / ")]
    return found


def _pattern(about: str, says: str, row: Table, lists: dict[str, list[str]]) -> Pattern:
    try:
        form = compiled(says, lists)
    except NotationError as bad:
        raise row.error(f"{says}: {bad}", "says") from bad
    if form.slot == "" and row.get("value") is None:
        raise row.error("needs a value, or a slot that gives it", "value")
    return Pattern(
        about,
        says,
        form,
        row.get("value"),
        row["sure"],
        row.get("by", "told"),
        row.get("negated"),
        row.get("at_least", 0),
        row.get("at_most", 10**12),
        tuple(row.text("with").split("|")) if "with" in row else (),
        tuple(row.text("without").split("|")) if "without" in row else (),
    )


def _check(kind: str, about: str, row: Table) -> None:
    """The values are answers that the fact can have, and a judgement is only ever reported."""
    sure = row["sure"]
    if not isinstance(sure, int) or not 1 <= sure <= 99:
        raise row.error("sure is a whole number from 1 to 99", "sure")
    if row.setdefault("by", "topic" if kind == "categories" else "told") not in SPEAKERS:
        raise row.error(f"by is one of {', '.join(SPEAKERS)}", "by")
    if kind == "categories":
        row.setdefault("value", True)
        return
    fact = FACTS[about]
    if fact.derived or (fact.found_by == "counsel" and sure > SURE_OF_A_JUDGEMENT):
        raise row.error(f"{about} is not for words to say so surely", "sure")
    for key in ("value", "negated"):
        if key in row and row[key] != "same":
            _answer(about, row, key)


def _answer(about: str, row: Table, key: str) -> None:
    given: Any = [row[key]] if FACTS[about].type == "multi" else row[key]
    try:
        check_value(about, given)
    except FactError as bad:
        raise row.error(f"{about}: {bad}", key) from bad


__all__ = ["Book", "LawError", "Pattern", "book"]

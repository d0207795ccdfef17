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
`not_after`: words none of which may precede it in its sentence.
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
from legal_rules.reasoning.source import Table
from legal_rules.suggest.notation import Compiled, NotationError, compiled
from legal_rules.vocabulary import CATEGORIES, FACTS, FactError, check_value

FOLDER = Path(__file__).resolve().parent / "patterns"
SPEAKERS = ("told", "seller", "stated", "demand", "topic", "anyone")
_ROW = ("value", "by", "negated", "at_least", "at_most", "with", "without", "not_after")


class PatternError(ValueError):
    """A mistake in a file of patterns. `str()` begins with file and line."""


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
    not_after: tuple[str, ...] = ()


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
    """Of facts, or of `categories`. Raises what `read` does."""
    return indexed(read(FOLDER, name))


def read(folder: Path, name: str) -> list[Pattern]:
    """The patterns of a folder. Raises PatternError with file and line, LawError for bad YAML."""
    page = source.read(folder / "words.yaml", folder.parent).only((), ("words",)).mapping("words")
    lists = {each: page.text(each).split() for each in page}
    return [row for path in sorted(folder.glob("*.yaml")) for row in _read(path, name, lists)]


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


def _read(path: Path, name: str, lists: dict[str, list[str]]) -> list[Pattern]:
    page = source.read(path, path.parent.parent).only(("words", "actors", "facts", "categories"))
    if name not in page:
        return []
    found = []
    for about in page.mapping(name):
        if about not in (FACTS if name == "facts" else CATEGORIES):
            raise _mistake(page.mapping(name), about, f"{about!r} is not known")
        for row in page.mapping(name).tables(about):
            row.only(_ROW, ("says", "sure"))
            _check(name, about, row)
            found += [_pattern(about, says, row, lists) for says in row.text("says").split(" / ")]
    return found


def _pattern(about: str, says: str, row: Table, lists: dict[str, list[str]]) -> Pattern:
    try:
        form = compiled(says, lists)
    except NotationError as bad:
        raise _mistake(row, "says", f"{says}: {bad}") from bad
    if form.slot == "" and row.get("value") is None:
        raise _mistake(row, "value", "needs a value, or a slot that gives it")
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
        *(
            tuple(row.text(key).split("|")) if key in row else ()
            for key in ("with", "without", "not_after")
        ),
    )


def _check(kind: str, about: str, row: Table) -> None:
    """The values are answers that the fact can have."""
    sure = row["sure"]
    if not isinstance(sure, int) or not 1 <= sure <= 99:
        raise _mistake(row, "sure", "sure is a whole number from 1 to 99")
    if row.setdefault("by", "topic" if kind == "categories" else "told") not in SPEAKERS:
        raise _mistake(row, "by", f"by is one of {', '.join(SPEAKERS)}")
    if kind == "categories":
        row.setdefault("value", True)
        return
    if FACTS[about].derived:
        raise _mistake(row, "says", f"{about} is worked out, not said")
    for key in ("value", "negated"):
        if key in row and row[key] != "same":
            _answer(about, row, key)


def _answer(about: str, row: Table, key: str) -> None:
    given: Any = [row[key]] if FACTS[about].type == "multi" else row[key]
    try:
        check_value(about, given)
    except FactError as bad:
        raise _mistake(row, key, f"{about}: {bad}") from bad


def _mistake(row: Table, key: str, message: str) -> PatternError:
    return PatternError(f"{row.file}:{row.lines.get(key, row.line)}: {message}")

"""What a fact, a right, a remedy and a category are. The things themselves: `vocabulary.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from operator import contains
from typing import NamedTuple

_BEIJING = timezone(timedelta(hours=8))


def as_beijing(moment: str) -> str:
    """2026-11-23 10:16, from an ISO moment with offset; anything else as it is."""
    try:
        return f"{datetime.fromisoformat(moment).astimezone(_BEIJING):%Y-%m-%d %H:%M}"
    except ValueError:
        return moment


class Label(NamedTuple):
    """The same words in Chinese (the source) and English."""

    zh: str
    en: str

    def in_(self, lang: str) -> str:
        return self.en if lang.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Fact:
    """A question whose answer may decide a rule.

    `found_by`: "counsel" for a judgement, else "agent". `opens`: its answer alone makes a rule
    worth asking about. `stepwise`: its inputs are asked one after another. `unknown`: answers that
    mean "not known yet".
    """

    id: str
    type: str
    group: str
    zh: str
    en: str
    values: Mapping[str, str]
    evidence: Label | None
    found_by: str
    unknown: tuple[str, ...]
    none: str | None
    at_most: int
    opens: bool
    stepwise: bool
    inputs: tuple[str, ...]
    citation: tuple[str, str] | None

    @property
    def derived(self) -> bool:
        """Computed from `inputs`; not asked while they can be asked."""
        return bool(self.inputs)

    def question_for(self, lang: str) -> str:
        return self.en if lang.startswith("en") else self.zh

    def evidence_for(self, lang: str) -> str:
        """What would prove it; "" where the vocabulary names nothing."""
        return self.evidence.in_(lang) if self.evidence else ""

    def value_for(self, value: object, lang: str) -> str:
        """A normal value in words: 是 / yes, the label of an enum value, 3980.00 元, a moment
        as 2026-11-23 10:16 in Beijing.
        """
        english = lang.startswith("en")
        if isinstance(value, bool):
            return ("no", "yes")[value] if english else "否是"[value]
        if isinstance(value, (list, tuple)):
            return (", " if english else "、").join(self.value_for(item, lang) for item in value)
        if self.type == "money":
            return f"{value} yuan" if english else f"{value} 元"
        if self.type == "datetime":
            return as_beijing(str(value))
        return self.values.get(str(value), str(value)) if english else str(value)


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that are asked together. `internal`: for supervisor and counsel only."""

    id: str
    name: Label
    always: bool
    internal: bool
    facts: tuple[str, ...]

    def name_for(self, lang: str) -> str:
        return self.name.in_(lang)


@dataclass(frozen=True, slots=True)
class Right:
    """One of the nine rights of the Consumer Law. `infringed_when`: a raw condition."""

    id: str
    name: Label
    article: str
    infringed_when: object

    def name_for(self, lang: str) -> str:
        return self.name.in_(lang)


@dataclass(frozen=True, slots=True)
class Remedy:
    """A claim, or an exposure of the business. `counsel`: always goes to counsel."""

    id: str
    name: Label
    kind: str
    counsel: bool

    def name_for(self, lang: str) -> str:
        return self.name.in_(lang)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, regulation or interpretation: full and short title in both languages.

    `start` to `until` (both included; None: still in force): when the wording quoted applied.
    """

    id: str
    title: Label
    short: Label
    start: date
    until: date | None

    def in_force_on(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)

    def named_in(self, words: Label | None) -> bool:
        """Both languages call it by its short title."""
        return words is not None and all(map(contains, words, self.short))


@dataclass(frozen=True, slots=True)
class Category:
    """What a complaint is about. `facts`: what to ask; groups always asked come first."""

    id: str
    name: Label
    parent: Label
    rights: tuple[str, ...]
    fact_groups: tuple[str, ...]
    remedies: tuple[str, ...]
    deadlines: tuple[str, ...]
    severity: str
    keywords: tuple[str, ...]
    facts: tuple[str, ...]

    def name_for(self, lang: str) -> str:
        return self.name.in_(lang)

    def parent_for(self, lang: str) -> str:
        return self.parent.in_(lang)

"""What a rule is: one paragraph of law, its versions by date, and worked examples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from legal_rules.reasoning.amounts import Expression
from legal_rules.reasoning.logic import Condition
from legal_rules.terms import Label


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the law, exactly as promulgated."""

    instrument: str
    article: str
    paragraph: int | None
    text: str

    def citation(self) -> dict[str, object]:
        """{"instrument", "article"} and, where one paragraph is meant, "paragraph"."""
        cited: dict[str, object] = {"instrument": self.instrument, "article": self.article}
        if self.paragraph is not None:
            cited["paragraph"] = self.paragraph
        return cited


@dataclass(frozen=True, slots=True)
class Exception_:
    """除外: defeats the rule when proved; unknown, it defeats nothing."""

    when: Condition
    why: Label
    source: Quote | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question of law that the texts do not answer: where it arises, the rule stays open."""

    when: Condition
    question: Label


@dataclass(frozen=True, slots=True)
class Duty:
    """What is owed, with its sum in a closed form where the law gives one."""

    id: str
    text: Label
    when: Condition | None
    amount: Expression | None
    due: Label | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """What an authority or a court may impose. `id` names one among several of a rule."""

    kind: str
    range: Label
    when: Condition | None
    id: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """The rule as it stood from `start` to `until` (both included; None: still in force).

    `basis`: why it reaches further back than the wording quoted. `burden`: who has to prove what,
    where the law says so.
    """

    start: date
    until: date | None
    basis: Label | None
    sources: tuple[Quote, ...]
    when: Condition
    exceptions: tuple[Exception_, ...]
    doubts: tuple[Doubt, ...]
    duties: tuple[Duty, ...]
    exposures: tuple[Exposure, ...]
    burden: Label | None = None

    def quotes(self) -> Iterator[Quote]:
        """Every word of the law that it rests on, its exceptions included."""
        yield from self.sources
        yield from (each.source for each in self.exceptions if each.source)

    def conditions(self) -> Iterator[Condition]:
        """Every condition that decides whether the rule holds."""
        yield self.when
        yield from (each.when for each in self.exceptions)
        yield from (each.when for each in self.doubts)

    def facts(self) -> Iterator[str]:
        """Every fact named anywhere in it."""
        conditions = [
            *self.conditions(),
            *(duty.when for duty in self.duties if duty.when),
            *(exposure.when for exposure in self.exposures if exposure.when),
        ]
        for each in conditions:
            yield from each.facts()
        for duty in self.duties:
            yield from duty.amount.facts() if duty.amount else ()

    def defences(self) -> frozenset[str]:
        """Facts whose absence does not keep the rule from holding."""
        named = set(self.when.defences())
        for condition in (*(e.when for e in self.exceptions), *(d.when for d in self.doubts)):
            named.update(condition.facts())
        return frozenset(named)


@dataclass(frozen=True, slots=True)
class Review:
    """Counsel's sign-off. Without `by` the rule is a draft."""

    status: str
    by: str | None
    on: date | None


@dataclass(frozen=True, slots=True)
class Example:
    """A worked case: facts in, expected answer out. Checked at the first start after a change."""

    name: str
    on: date | None
    facts: Mapping[str, object]
    expect: Mapping[str, object]
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One paragraph of law.

    `yields_to`: special rules that displace it; `preceded_by`: the older law; `subjects`: the
    groups of the facts it turns on; `names`: every fact that can change its finding; `content`:
    all that its file says but for `review`, and what its facts mean, as canonical JSON.
    """

    id: str
    file: str
    title: Label
    remedy: str | None
    right: str | None
    dated_by: tuple[str, ...]
    review: Review
    cumulates_with: tuple[str, ...]
    alternatives: tuple[str, ...]
    yields_to: tuple[str, ...]
    preceded_by: str | None
    relevant_to: tuple[str, ...]
    versions: tuple[Version, ...]
    examples: tuple[Example, ...]
    subjects: frozenset[str]
    names: tuple[str, ...]
    content: str

    @property
    def sha256(self) -> str:
        """Of its content (hex): under the same hash the rule says the same."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    @property
    def signed(self) -> bool:
        return self.review.by is not None

    def version_on(self, day: date) -> Version | None:
        """The version in force on that day, or None."""
        for version in self.versions:
            if version.start <= day and (version.until is None or day <= version.until):
                return version
        return None

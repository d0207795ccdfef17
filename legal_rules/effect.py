"""What a candidate rulebook would change in a case: quick to say "nothing", exact where it does.

    effect = Effect(rulebook.current(), candidate.book)
    change = effect.on(Case(facts, date(2026, 3, 1), "food_safety"))

A finding hangs on the case's facts and on the rules that it yields to. So only the changed rules
and those that yield to them are judged twice; the whole analysis is made where one that is shown
comes out otherwise. Pure Python; usable without Django and without a database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from legal_rules import analysis, candidate, comparison, examples, rulebook
from legal_rules.reasoning import ask
from legal_rules.reasoning.apply import Finding, KnownFacts, apply_rules
from legal_rules.reasoning.holidays import LIBRARY, Holidays
from legal_rules.reasoning.logic import Truth
from legal_rules.reasoning.rules import Rule
from legal_rules.rulebook import Rulebook
from legal_rules.terms import Category
from legal_rules.values import FactError
from legal_rules.vocabulary import CATEGORIES, check_value

LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class Case:
    """What an analysis is asked with; `settled`: facts no longer asked; `days`: days off."""

    facts: Mapping[str, object]
    as_of: date
    category: str | None = None
    dated: bool = True
    settled: Collection[str] = ()
    days: Holidays = LIBRARY


Told = dict[str, analysis.Json]


@dataclass(frozen=True, slots=True)
class Change:
    """`rules`: whose result is another; `words`: {language: sentences}; the analyses in Chinese."""

    rules: tuple[str, ...]
    words: Mapping[str, list[str]]
    before: analysis.Json
    after: analysis.Json


class Effect:
    """Of one candidate on any number of cases."""

    def __init__(self, base: Rulebook, new: Rulebook) -> None:
        self.base, self.new = base, new
        changed = {n for n, rule in new.rules.items() if base.rules.get(n) is not rule}
        self.touched = candidate.touched_by(changed, new.rules)
        self._old = _closure(base, [name for name in self.touched if name in base.rules])
        self._new = _closure(new, self.touched)

    def on(self, case: Case) -> Change | None:
        """What the case would change to; None where nothing does."""
        if not self.touches(case):
            return None
        before, after = self._both(case, LANGUAGES[:1])
        if change(before, after, case.facts) is None:
            return None
        before, after = self._both(case, LANGUAGES)
        return change(before, after, case.facts)

    def _both(self, case: Case, languages: Sequence[str]) -> tuple[Told, Told]:
        """The analysis before and after, by language."""
        before = {lang: result(case, self.base, lang) for lang in languages}
        return before, {lang: result(case, self.new, lang) for lang in languages}

    def touches(self, case: Case) -> bool:
        """Whether a finding comes out otherwise; the analysis may still read the same."""
        facts = _known(case)
        old = apply_rules(self._old.values(), facts, case.as_of, case.dated)
        new = apply_rules(self._new.values(), facts, case.as_of, case.dated)
        about = CATEGORIES.get(case.category or "")
        return any(_gist(old.get(n), about) != _gist(new[n], about) for n in self.touched)


def result(case: Case, book: Rulebook, lang: str) -> analysis.Json:
    """The analysis of the case under a rulebook; facts that the vocabulary dropped are left out."""
    known = {name: value for name, value in case.facts.items() if _is_answer(name, value)}
    category = case.category if case.category in CATEGORIES else None
    found = rulebook.analyse(known, case.as_of, category, lang, case.dated, book, case.days)
    rows: Any = found["missing_facts"]
    return {**found, "missing_facts": [m for m in rows if m["fact"] not in case.settled]}


def change(
    before: Mapping[str, analysis.Json],
    after: Mapping[str, analysis.Json],
    facts: Mapping[str, object],
) -> Change | None:
    """The difference between two analyses of the same facts, by language; None where they read the
    same.
    """
    told = {
        lang: [
            each
            for each in comparison.compare(before[lang], after[lang], lang, (facts, facts))
            if each.kind != "rulebook"
            and (each.kind != "rule" or _matters(each.subject, before[lang], after[lang]))
        ]
        for lang in after
    }
    first = next(iter(told.values()))
    if not first:
        return None
    rules = dict.fromkeys(each.subject for each in first if each.kind in ("rule", "sum"))
    words = {lang: [each.sentence for each in found] for lang, found in told.items()}
    return Change(tuple(rules), words, before["zh-hans"], after["zh-hans"])


def _matters(rule: str, before: analysis.Json, after: analysis.Json) -> bool:
    """A rule that does not apply and was not looked at before is no news, nor the reverse."""
    return bool({_status(rule, before), _status(rule, after)} - {"", "does_not_apply"})


def _status(rule: str, side: analysis.Json) -> str:
    rows: Any = side["rules"]
    return next((str(row["status"]) for row in rows if row["id"] == rule), "")


def _closure(book: Rulebook, names: Collection[str]) -> dict[str, Rule]:
    near: dict[str, Rule] = {}
    for name in names:
        near.update(examples.neighbours(book, book.rules[name]))
    return near


def _known(case: Case) -> KnownFacts:
    checked = {}
    for name, value in case.facts.items():
        try:
            checked[name] = check_value(name, value) if value is not None else None
        except FactError:
            continue
    told = {name: value for name, value in checked.items() if value is not None}
    return KnownFacts(told, case.days)


def _is_answer(fact: str, value: object) -> bool:
    try:
        check_value(fact, value)
    except FactError:
        return False
    return True


def _gist(finding: Finding | None, about: Category | None) -> tuple[object, ...] | None:
    """All of a finding that is compared between two analyses; None where neither shows it.

    Without a category the analysis may show every rule.
    """
    if finding is None:
        return None
    shown = finding.truth is Truth.YES or ask.is_relevant(finding, about)
    if about is not None and not shown:
        return None
    return (
        shown,
        finding.truth.value,
        finding.presumed,
        finding.provisional,
        finding.displaced_by,
        finding.missing,
        finding.amount,
        [(each.id, each.due) for each in finding.duties],
        [(each.kind, each.range) for each in finding.exposures],
        finding.rule.remedy,
        finding.rule.right,
        finding.rule.cumulates_with,
        finding.rule.alternatives,
    )

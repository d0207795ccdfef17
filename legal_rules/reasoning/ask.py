"""What to ask next: the open facts of the relevant rules, the most decisive first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from legal_rules.reasoning.apply import Finding, touched
from legal_rules.reasoning.logic import Truth
from legal_rules.terms import Category
from legal_rules.vocabulary import FACTS, GROUPS, REMEDIES

KINDS = {
    "decides": 1.0,
    "amount": 0.5,
    "duty": 0.5,
    "defence": 0.2,
}  # how much less than a deciding fact


FEW = 6  # so many ways to hold are all asked about, whatever group they belong to
EXPOSURES = ("administrative", "public_security", "criminal")


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask. `kind`: "decides" a rule, fixes an "amount" or a "duty", or is a possible
    "defence".

    `decides`: remedies it bears on (the rule's id where it has none). `weight`: 0 to 1, the share
    of all that is open, each rule counted once and once more in proportion to the money at stake.
    """

    fact: str
    kind: str
    decides: tuple[str, ...]
    weight: float


def is_relevant(finding: Finding, category: Category | None) -> bool:
    """A candidate remedy of the category, or a rule for which an answer already speaks.

    A mere exposure (fine, detention, crime) is looked for only where the category asks its facts.
    """
    rule = finding.rule
    if category and (rule.remedy in category.remedies or category.id in rule.relevant_to):
        exposed = rule.remedy is not None and REMEDIES[rule.remedy].kind in EXPOSURES
        if not exposed or rule.subjects & set(category.fact_groups):
            return True
    return touched(finding)


def relevant(findings: Iterable[Finding], category: Category | None) -> list[Finding]:
    """The relevant findings; all of them while neither category nor answer points to any."""
    every = list(findings)
    chosen = [finding for finding in every if is_relevant(finding, category)]
    if category:
        own = {f.rule.remedy for f in chosen if f.rule.subjects & set(category.fact_groups)}
        return [f for f in chosen if _on_the_subject(f, category, own)]
    return chosen or every


def _on_the_subject(finding: Finding, category: Category, own: Collection[str | None]) -> bool:
    """Of several rules with one remedy, those whose facts the category asks, if there are any."""
    rule = finding.rule
    return (
        rule.remedy not in own
        or bool(rule.subjects & set(category.fact_groups))
        or category.id in rule.relevant_to
        or touched(finding)
    )


def questions(findings: Iterable[Finding], category: Category | None = None) -> list[Question]:
    """The questions of these findings, the one that decides most first.

    A rule with many ways to hold is asked about in the category's own groups of facts and in those
    for which an answer already speaks; only where that leaves nothing, about all it names.
    """
    open_findings = [f for f in findings if f.truth is not Truth.NO and f.displaced_by is None]
    most = max((_at_stake(f) for f in open_findings), default=Decimal(0)) or Decimal(1)
    worth = {f.rule.id: 1.0 + float(_at_stake(f) / most) for f in open_findings}
    bears: dict[str, dict[str, str]] = defaultdict(dict)
    for finding in open_findings:
        for kind, names in _asked(finding, category):
            for name in names:
                bears[name].setdefault(finding.rule.id, kind)
    remedies = {f.rule.id: f.rule.remedy or f.rule.id for f in open_findings}
    whole = sum(worth.values()) or 1.0
    asked = [_question(name, kinds, remedies, worth, whole) for name, kinds in bears.items()]
    return sorted(asked, key=lambda q: (-q.weight, list(KINDS).index(q.kind)))


def _question(
    name: str,
    kinds: dict[str, str],
    remedies: dict[str, str],
    worth: dict[str, float],
    whole: float,
) -> Question:
    strongest = max(kinds.values(), key=lambda kind: KINDS[kind])
    share = sum(worth[rule] * KINDS[kind] for rule, kind in kinds.items()) / whole
    decides = tuple(dict.fromkeys(remedies[rule] for rule in kinds))
    return Question(name, strongest, decides, max(round(share, 3), 0.001))


def _asked(finding: Finding, category: Category | None) -> list[tuple[str, tuple[str, ...]]]:
    near = _near(finding, category)
    if len(finding.choices) <= FEW:
        near = near | {FACTS[name].group for name in finding.choices}
    far = {name for name in finding.choices if FACTS[name].group not in near}
    far = set() if far == finding.choices else far
    deciding = tuple(name for name in finding.missing if name not in far)
    excuses = tuple(name for name in finding.excuses if FACTS[name].group in near)
    return [
        ("decides", deciding),
        ("amount", finding.unmeasured),
        ("duty", finding.undetermined),
        ("defence", excuses),
    ]


def _near(finding: Finding, category: Category | None) -> set[str]:
    groups = {group.id for group in GROUPS.values() if group.always}
    groups.update(category.fact_groups if category else ())
    for element in finding.elements:
        if element.status is Truth.YES:
            fact = FACTS[element.fact]
            groups.update(FACTS[name].group for name in (fact.inputs or (fact.id,)))
    return groups


def _at_stake(finding: Finding) -> Decimal:
    amount = finding.amount
    if amount is None:
        return Decimal(0)
    return amount.high or amount.low or Decimal(0)

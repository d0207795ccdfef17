"""What to ask next: the open facts of the relevant rules, the most decisive first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from legal_rules.reasoning.apply import Finding, touched
from legal_rules.reasoning.logic import Truth
from legal_rules.reasoning.rules import Rule
from legal_rules.terms import Category
from legal_rules.vocabulary import FACTS, GROUPS, REMEDIES

KINDS = {
    "decides": 1.0,
    "amount": 0.5,
    "duty": 0.5,
    "exposure": 0.3,
    "defence": 0.2,
}  # how much less than a deciding fact
RANK = {
    "decides": 0,
    "amount": 1,
    "duty": 1,
    "exposure": 2,
    "defence": 3,
}  # in which they are asked
ONE_WAY = 0.6  # of a fact that is one way among several: a "no" leaves the others
KIND_OF_GOODS = "tx_category"
FEW = 6  # so many ways to hold are all asked about, whatever group they belong to
EXPOSURES = ("administrative", "public_security", "criminal")
EXPOSED = 0.5  # of a claim: what the State may impose is asked about after what the consumer may


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask. `kind`: "decides" a rule, fixes an "amount" or a "duty", decides a mere
    "exposure" to what the State may impose, or is a possible "defence".

    `decides`: remedies it bears on (the rule's id where it has none). `weight`: 0 to 1, the share
    of all that is open, each claim counted once and once more in proportion to the money at stake,
    each mere exposure a quarter; rules that give the same share that of one.
    """

    fact: str
    kind: str
    decides: tuple[str, ...]
    weight: float


def is_relevant(finding: Finding, category: Category | None) -> bool:
    """A candidate remedy of the category, or a rule for which an answer already speaks.

    A mere exposure (fine, detention, crime) is looked for only where the rule names the category;
    a rule for other goods or services not at all.
    """
    rule = finding.rule
    if finding.truth is Truth.NO and _for_other_goods(finding):
        return False
    if category and category.id in rule.relevant_to:
        return True
    if category and rule.remedy in category.remedies and not _is_exposure(rule):
        return True
    return touched(finding)


def _is_exposure(rule: Rule) -> bool:
    """The State may impose it; the consumer may not claim it."""
    return rule.remedy is not None and REMEDIES[rule.remedy].kind in EXPOSURES


def _for_other_goods(finding: Finding) -> bool:
    return any(
        e.fact == KIND_OF_GOODS and e.role == "element" and e.status is Truth.NO
        for e in finding.elements
    )


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
    """The questions of these findings: what decides first, then what fixes a sum or a duty, then
    mere exposures, then defences; among these the one that bears on most, rules and money together.

    What weighs the same stands in the order of the vocabulary, in which a conversation goes.

    A rule with many ways to hold is asked about in the category's own groups of facts and in those
    for which an answer already speaks; only where that leaves nothing, about all it names. A mere
    exposure is never asked about that far: what nobody complained of is not gone looking for.
    """
    open_findings = [f for f in findings if f.truth is not Truth.NO and f.displaced_by is None]
    most = max((_at_stake(f) for f in open_findings), default=Decimal(0)) or Decimal(1)
    alike = Counter(f.rule.remedy or f.rule.id for f in open_findings)
    worth = {f.rule.id: _worth(f, most) / alike[f.rule.remedy or f.rule.id] for f in open_findings}
    bears: dict[str, list[Bearing]] = defaultdict(list)
    for finding in open_findings:
        for name, kind in _asked(finding, category).items():
            share = KINDS[kind] * (ONE_WAY if name in finding.choices else 1.0)
            bears[name].append(Bearing(finding.rule, kind, share * worth[finding.rule.id]))
    whole = sum(worth.values()) or 1.0
    asked = [_question(name, bearings, whole) for name, bearings in bears.items()]
    place = {name: number for number, name in enumerate(FACTS)}
    return sorted(asked, key=lambda q: (RANK[q.kind], -q.weight, place[q.fact]))


class Bearing(NamedTuple):
    """What a fact is to one rule, and how much that weighs."""

    rule: Rule
    kind: str
    weight: float


def _question(name: str, bearings: list[Bearing], whole: float) -> Question:
    strongest = max((each.kind for each in bearings), key=lambda kind: KINDS[kind])
    deciding = [each for each in bearings if each.kind == "decides"]
    if deciding and all(is_imposed(each.rule) for each in deciding):
        strongest = "exposure"
    share = sum(each.weight for each in bearings) / whole
    decides = tuple(dict.fromkeys(each.rule.remedy or each.rule.id for each in bearings))
    return Question(name, strongest, decides, max(round(share, 3), 0.001))


def _asked(finding: Finding, category: Category | None) -> dict[str, str]:
    """Fact → kind of question, each fact once, as what it is most.

    Of a rule for one kind of goods or service nothing else is asked before that kind.
    """
    if KIND_OF_GOODS in finding.missing and KIND_OF_GOODS not in finding.choices:
        return {KIND_OF_GOODS: "decides"}
    near = _near(finding, category)
    if len(finding.choices) <= FEW:
        near = near | {FACTS[name].group for name in finding.choices}
    far = {name for name in finding.choices if FACTS[name].group not in near}
    far = set() if far == finding.choices and not _is_exposure(finding.rule) else far
    kinds = {
        "decides": [name for name in finding.missing if name not in far],
        "amount": finding.unmeasured,
        "duty": finding.undetermined,
        "exposure": finding.ungraded,
        "defence": [name for name in finding.excuses if FACTS[name].group in near],
    }
    return {name: kind for kind in reversed(kinds) for name in kinds[kind]}


def _near(finding: Finding, category: Category | None) -> set[str]:
    groups = {group.id for group in GROUPS.values() if group.always}
    groups.update(category.fact_groups if category else ())
    for element in finding.elements:
        if element.status is Truth.YES:
            fact = FACTS[element.fact]
            groups.update(FACTS[name].group for name in (fact.inputs or (fact.id,)))
    if finding.truth is Truth.YES:  # now time limits, gravity and abuse matter, for counsel
        groups.update(group.id for group in GROUPS.values() if group.internal)
    return groups


def _worth(finding: Finding, most: Decimal) -> float:
    if is_imposed(finding.rule):
        return EXPOSED
    return 1.0 + float(_at_stake(finding) / most)


def is_imposed(rule: Rule) -> bool:
    """An exposure, or a rule that gives nothing but one."""
    imposed = any(version.exposures for version in rule.versions)
    return _is_exposure(rule) or (rule.remedy is None and imposed)


def _at_stake(finding: Finding) -> Decimal:
    amount = finding.amount
    if amount is None:
        return Decimal(0)
    return amount.high or amount.low or Decimal(0)

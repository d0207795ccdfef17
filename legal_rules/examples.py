"""Checks the worked examples that stand beside each rule against the engine.

`expect` of an example: `truth` (成立, 不成立, 待查明, 让位), the id of a duty with its sum or of an
exposure, `bounds` as [low, high], `ask_next` (what would decide it), `presumed`, `provisional`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from legal_rules.reasoning import prose
from legal_rules.reasoning.apply import Finding
from legal_rules.reasoning.rules import Example, Rule
from legal_rules.rulebook import Rulebook

DISPLACED = "让位"


def failures(book: Rulebook) -> list[str]:
    """One sentence for each expectation that does not hold; empty when all do."""
    return [
        f"{rule.file}:{example.line}: {example.name}: {problem}"
        for rule in book.rules.values()
        for near in [replace(book, rules=neighbours(book, rule))]
        for example in rule.examples
        for problem in check(near, rule, example)
    ]


def neighbours(book: Rulebook, rule: Rule) -> Mapping[str, Rule]:
    """The rule and those it yields to: the only ones that bear on its finding."""
    near, ahead = {rule.id: rule}, list(rule.yields_to)
    while ahead:
        other = book.rules[ahead.pop()]
        if other.id not in near:
            near[other.id] = other
            ahead.extend(other.yields_to)
    return near


def check(book: Rulebook, rule: Rule, example: Example) -> list[str]:
    """What differs between an example and the engine's answer, in words for developers."""
    return [
        f"expected {key} {wanted!r}, found {found!r}"
        for key, wanted, found in differences(book, rule, example)
    ]


def differences(book: Rulebook, rule: Rule, example: Example) -> list[tuple[str, object, object]]:
    """(what, expected, found) for each expectation that does not hold."""
    finding = book.findings(example.facts, example.on or book.as_of)[rule.id]
    found = describe(finding)
    return [
        (key, wanted, found.get(key))
        for key, wanted in example.expect.items()
        if found.get(key) != _plain(key, wanted)
    ]


def describe(finding: Finding) -> dict[str, object]:
    """A finding in the words that examples use."""
    amount = finding.amount
    described: dict[str, object] = {
        "truth": DISPLACED if finding.displaced_by else finding.truth.value,
        "ask_next": sorted(finding.missing),
        "presumed": finding.presumed,
        "provisional": finding.provisional,
        "displaced_by": finding.displaced_by,
    }
    if amount:
        described["bounds"] = [prose.in_yuan(amount.low), prose.in_yuan(amount.high)]
    for duty in finding.duties if finding.applies else ():
        described[duty.id] = prose.in_yuan(amount.exact) if amount and duty.amount else True
    described.update({e.id: True for e in finding.exposures if e.id and finding.applies})
    return described


def _plain(key: str, wanted: object) -> object:
    return sorted(wanted) if key == "ask_next" and isinstance(wanted, list) else wanted

"""Vocabulary and rules as plain JSON, for whoever reads them: API, pages, other programs."""

from __future__ import annotations

from dataclasses import replace

from legal_rules import examples
from legal_rules.analysis import Json
from legal_rules.models import RuleSignature
from legal_rules.reasoning import prose
from legal_rules.reasoning.rules import Rule, Version
from legal_rules.reasoning.telling import lines
from legal_rules.rulebook import Rulebook
from legal_rules.sign_off import Standing
from legal_rules.terms import Fact
from legal_rules.vocabulary import CATEGORIES, FACTS, GROUPS, REMEDIES, RIGHTS


def vocabulary(lang: str) -> Json:
    """Facts in their groups, categories, rights and remedies, labelled in `lang`."""
    return {
        "groups": [
            {
                "id": group.id,
                "name": group.name_for(lang),
                "always": group.always,
                "internal": group.internal,
                "facts": list(group.facts),
            }
            for group in GROUPS.values()
        ],
        "facts": [_fact(fact, lang) for fact in FACTS.values()],
        "categories": [
            {
                "id": category.id,
                "name": category.name_for(lang),
                "parent": category.parent_for(lang),
                "rights": list(category.rights),
                "fact_groups": list(category.fact_groups),
                "remedies": list(category.remedies),
                "severity": category.severity,
            }
            for category in CATEGORIES.values()
        ],
        "rights": [
            {"id": right.id, "name": right.name_for(lang), "article": right.article}
            for right in RIGHTS.values()
        ],
        "remedies": [
            {
                "id": remedy.id,
                "name": remedy.name_for(lang),
                "kind": remedy.kind,
                "needs_counsel": remedy.counsel,
            }
            for remedy in REMEDIES.values()
        ],
    }


def _fact(fact: Fact, lang: str) -> Json:
    return {
        "id": fact.id,
        "group": fact.group,
        "type": fact.type,
        "question": fact.question_for(lang),
        "values": [{"value": value, "label": fact.value_for(value, lang)} for value in fact.values],
        "evidence": fact.evidence_for(lang),
        "found_by": fact.found_by,
        "derived_from": list(fact.inputs),
    }


def rule_card(standing: Standing[Rule], lang: str) -> Json:
    """One rule as a reader needs it, with what counsel signed of it."""
    rule = standing.piece
    return {
        "id": rule.id,
        "title": rule.title.in_(lang),
        "remedy": rule.remedy,
        "right": rule.right,
        "sha256": rule.sha256,
        "signed": standing.signed,
        "signature": signature_told(standing.latest),
        "dated_by": list(rule.dated_by),
        "yields_to": list(rule.yields_to),
        "alternatives": list(rule.alternatives),
        "cumulates_with": list(rule.cumulates_with),
        "facts": list(rule.names),
        "versions": [_version(version, lang) for version in rule.versions],
        "examples": [example.name for example in rule.examples],
    }


def rule_in_words(standing: Standing[Rule], book: Rulebook, lang: str) -> Json:
    """The card, what the rule says as sentences (indented by U+3000), and its worked examples."""
    rule = standing.piece
    near = replace(book, rules=examples.neighbours(book, rule))
    return {
        **rule_card(standing, lang),
        "prose": lines(rule, book.rules, lang),
        "examples": [
            {
                "name": example.name,
                "on": example.on.isoformat() if example.on else None,
                "facts": dict(example.facts),
                "expect": dict(example.expect),
                "holds": not examples.check(near, rule, example),
            }
            for example in rule.examples
        ],
    }


def signature_told(act: RuleSignature | None) -> Json | None:
    """Counsel's latest act on a rule or a regime; null where there is none."""
    if act is None:
        return None
    return {
        "act": act.act,
        "by": act.by.name,
        "on": act.at.isoformat(),
        "sha256": act.sha256,
        "comment": act.comment,
    }


def _version(version: Version, lang: str) -> Json:
    return {
        "from": version.start.isoformat(),
        "until": version.until.isoformat() if version.until else None,
        "basis": version.basis.in_(lang) if version.basis else "",
        "sources": [
            {**quote.citation(), "name": prose.cite(quote, lang), "text": quote.text}
            for quote in version.sources
        ],
        "exceptions": [each.why.in_(lang) for each in version.exceptions],
        "doubts": [each.question.in_(lang) for each in version.doubts],
        "duties": [each.text.in_(lang) for each in version.duties],
        "burden": version.burden.in_(lang) if version.burden else "",
        "exposures": [each.range.in_(lang) for each in version.exposures],
    }

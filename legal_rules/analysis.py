"""The legal analysis of a set of facts as plain JSON, for API, screens and stored opinions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from legal_rules.reasoning import ask, logic, prose
from legal_rules.reasoning.apply import Finding, KnownFacts
from legal_rules.reasoning.logic import Truth
from legal_rules.reasoning.rules import Rule
from legal_rules.terms import Label
from legal_rules.vocabulary import FACTS, REMEDIES, RIGHTS

Json = dict[str, object]
STATUS = {Truth.YES: "applies", Truth.NO: "does_not_apply", Truth.OPEN: "open"}
ELEMENT = {Truth.YES: "satisfied", Truth.NO: "failed", Truth.OPEN: "unknown"}
FINE = "administrative_fine"
ONE_FINE = Label(
    "与“{}”属同一违法行为的，不得给予两次以上罚款，按照罚款数额高的规定处罚（行政处罚法第二十九条）。",
    "If one and the same act as “{}”: fined once only, under the provision with the higher fine "
    "(Administrative Penalty Law, Article 29).",
)
DEFENCE = {Truth.YES: "refuted", Truth.NO: "proved", Truth.OPEN: "unknown"}


def as_json(
    findings: Iterable[Finding],
    relevant: list[Finding],
    facts: KnownFacts,
    rights: Mapping[str, logic.Condition],
    as_of: date,
    lang: str,
) -> Json:
    """The analysis (shape: README, "Legal analysis"). Money is text with two decimals, in yuan.

    `rules` holds what is relevant and whatever else applies; irrelevant open rules are left out.
    `possible_remedies`: what open rules would come to if they held, with whatever is known so far.
    """
    wanted = {finding.rule.id for finding in relevant}
    shown = [f for f in findings if f.rule.id in wanted or f.truth is Truth.YES]
    holding = [f for f in shown if f.applies]
    fined = {f.rule.remedy: f for f in holding if f.rule.remedy and _is_fine(f)}
    opened = [f for f in shown if f.rule.remedy and f.truth is Truth.OPEN and not f.displaced_by]
    return {
        "as_of": as_of.isoformat(),
        "rights": _rights(shown, rights, facts),
        "rules": [_rule(f, facts, lang) for f in shown],
        "remedies": [_remedy(f, lang) for f in holding if f.rule.remedy],
        "possible_remedies": [_possible(f, lang) for f in opened],
        "exposure": [each for f in holding for each in _exposures(f, fined, lang)],
        "duties": [each for f in holding for each in _duties(f, lang)],
    }


def _rights(
    findings: list[Finding], shown_by: Mapping[str, logic.Condition], facts: KnownFacts
) -> list[Json]:
    """Rights that the facts show to be infringed, then those on which an open rule still bears."""
    held = {f.rule.right for f in findings if f.applies}
    still_open = {f.rule.right for f in findings if f.truth is Truth.OPEN}
    result: list[Json] = []
    for right in RIGHTS.values():
        condition = shown_by.get(right.id)
        infringed = condition is not None and condition.judge(facts).truth is Truth.YES
        if infringed or right.id in held:
            status = "infringed"
        elif right.id in still_open:
            status = "open"
        else:
            continue
        cited = {"instrument": "cpl_2013", "article": right.article}
        result.append({"id": right.id, "citation": cited, "status": status})
    return result


def _rule(finding: Finding, facts: KnownFacts, lang: str) -> Json:
    rule, version = finding.rule, finding.version
    sources = (version or rule.versions[0]).sources
    return {
        "id": rule.id,
        "remedy": rule.remedy,
        "title": rule.title.in_(lang),
        "status": "displaced" if finding.displaced_by else STATUS[finding.truth],
        "presumed": finding.presumed,
        "provisional": finding.provisional,
        "displaced_by": finding.displaced_by,
        "signed": rule.signed,
        "reason": finding.reason.in_(lang) if finding.reason else "",
        "summary": prose.sentence(finding, lang),
        "burden": version.burden.in_(lang) if version and version.burden else "",
        "citations": [quote.citation() for quote in sources],
        "missing": list(finding.missing),
        "elements": [_element(e, facts, lang) for e in finding.elements if e.role == "element"],
        "defences": [_element(e, facts, lang) for e in finding.elements if e.role != "element"],
    }


def _element(element: logic.Element, facts: KnownFacts, lang: str) -> Json:
    return {
        "fact": element.fact,
        "question": FACTS[element.fact].question_for(lang),
        "status": (ELEMENT if element.role == "element" else DEFENCE)[element.status],
        "role": element.role,
        "value": list(element.value) if isinstance(element.value, tuple) else element.value,
        "why": prose.why(element, lang, element.fact in facts.contradicted),
    }


def _remedy(finding: Finding, lang: str) -> Json:
    rule, amount = finding.rule, finding.amount
    remedy = REMEDIES[rule.remedy or ""]
    ranged = amount is not None and amount.exact is None and amount.low is not None
    return {
        "remedy": remedy.id,
        "title": remedy.name_for(lang),
        "rule": rule.id,
        "kind": remedy.kind,
        "amount": prose.in_yuan(amount.exact) if amount else None,
        "currency": "CNY",
        "minimum": prose.in_yuan(amount.floor) if amount else None,
        "formula": prose.formula(amount, lang) if amount else None,
        "bounds": {"low": prose.in_yuan(amount.low), "high": prose.in_yuan(amount.high)}
        if ranged and amount
        else None,
        "certain": not finding.presumed
        and not finding.provisional
        and (amount is None or amount.exact is not None),
        "needs_counsel": remedy.counsel,
        "cumulates_with": list(rule.cumulates_with),
        "alternatives": list(rule.alternatives),
    }


def _possible(finding: Finding, lang: str) -> Json:
    return {**_remedy(finding, lang), "certain": False}


def questions(asked: list[ask.Question], rules: Mapping[str, Rule], lang: str) -> list[Json]:
    """What to ask next, in the order of its weight."""
    return [_question(question, rules, lang) for question in asked]


def _question(question: ask.Question, rules: Mapping[str, Rule], lang: str) -> Json:
    fact = FACTS[question.fact]
    names = [_name(name, rules, lang) for name in question.decides]
    return {
        "fact": fact.id,
        "question": fact.question_for(lang),
        "why": _why(question.kind, names, lang),
        "kind": question.kind,
        "found_by": fact.found_by,
        "evidence": fact.evidence_for(lang),
        "decides": list(question.decides),
        "weight": question.weight,
    }


def _name(name: str, rules: Mapping[str, Rule], lang: str) -> str:
    """Of a remedy, or of the rule where it has no remedy."""
    if name in REMEDIES:
        return REMEDIES[name].name_for(lang)
    return rules[name].title.in_(lang)


WHY = {
    "decides": ("决定是否成立", "Decides"),
    "amount": ("用于计算金额", "Fixes the amount of"),
    "duty": ("决定应当如何履行", "Decides what is owed under"),
    "exposure": ("关系到我方风险", "Bears on our exposure to"),
    "defence": ("可能排除", "May exclude"),
}


def _why(kind: str, names: list[str], lang: str) -> str:
    chinese, english = WHY[kind]
    if lang.startswith("en"):
        return f"{english}: {'; '.join(names)}."
    return f"{chinese}：{'、'.join(names)}。"


def _is_fine(finding: Finding) -> bool:
    return any(each.kind == FINE for each in finding.exposures)


def _exposures(finding: Finding, fined: Mapping[str, Finding], lang: str) -> list[Json]:
    """What may be imposed. `highest_of`: fines for the same act, of which only the highest may be
    imposed; `note` says so once for each rule. 行政处罚法 29."""
    cited = prose.cite(finding.version.sources[0], lang) if finding.version else ""
    rivals = [name for name in finding.rule.alternatives if name in fined]
    first = next((each for each in finding.exposures if each.kind == FINE), None)
    return [
        {
            "kind": each.kind,
            "citation": cited,
            "range": each.range.in_(lang),
            "highest_of": rivals if each.kind == FINE else [],
            "note": _one_fine(rivals, lang) if rivals and each is first else "",
            "rule": finding.rule.id,
            "remedy": finding.rule.remedy,
        }
        for each in finding.exposures
    ]


def _one_fine(rivals: list[str], lang: str) -> str:
    names = [REMEDIES[name].name_for(lang) for name in rivals]
    return ONE_FINE.in_(lang).format((", " if lang.startswith("en") else "、").join(names))


def _duties(finding: Finding, lang: str) -> list[Json]:
    cited = prose.cite(finding.version.sources[0], lang) if finding.version else ""
    return [
        {
            "id": each.id,
            "text": each.text.in_(lang),
            "due": each.due.in_(lang) if each.due else "",
            "citation": cited,
            "rule": finding.rule.id,
        }
        for each in finding.duties
    ]

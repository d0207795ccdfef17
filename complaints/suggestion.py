"""What a person who drafts a resolution is offered to start from: measures, legal basis, a letter.

Everything comes from the frozen analysis and the case; nothing is written anywhere. Measures are
Chinese whatever the language of the screen: they become part of the file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from complaints import facts, letter_values, letter_writing
from complaints.choices import MeasureKind
from complaints.letter_writing import Written
from complaints.models import Complaint
from legal_rules.reasoning.prose import cite
from legal_rules.reasoning.rules import Quote
from letters import library
from letters.rendering import render
from letters.values import Point

DAYS_TO_PERFORM = 7
_ZH = "zh-hans"

# What a remedy is called as a measure; kinds that are nobody's claim are not on the list.
MEASURE_OF: dict[str, MeasureKind] = {
    "refund": MeasureKind.REFUND,
    "rescission": MeasureKind.REFUND,
    "price_difference": MeasureKind.REFUND,
    "refund_or_repair": MeasureKind.REPAIR,
    "refund_or_replace": MeasureKind.REPLACEMENT,
    "punitive": MeasureKind.INCREASED_DAMAGES,
    "compensation": MeasureKind.COMPENSATION,
    "non_pecuniary": MeasureKind.APOLOGY,
    "performance": MeasureKind.OTHER,
}
BY_REMEDY: dict[str, MeasureKind] = {
    "marketing_stop": MeasureKind.STOP_CALLS,
    "pi_stop_delete": MeasureKind.DELETE_DATA,
}


@dataclass(frozen=True)
class Basis:
    """One article that the analysis says applies: as it is cited, and what it gives."""

    text: str
    title: str
    rule: str
    signed: bool
    others: tuple[str, ...] = ()


def cited(citation: Mapping[str, Any], lang: str = _ZH) -> str:
    """《民法典》第一百四十八条, from the analysis' {instrument, article, paragraph?}."""
    quote = Quote(citation["instrument"], citation["article"], citation.get("paragraph"), "")
    return cite(quote, lang)


def is_claim(remedy: Mapping[str, Any]) -> bool:
    """True for what a consumer may claim, false for fines, crimes and mere limits."""
    return kind_of(remedy) is not None


def kind_of(remedy: Mapping[str, Any]) -> MeasureKind | None:
    """The kind of measure that answers the remedy; repair becomes a refund where a sum is owed."""
    if remedy["kind"] in ("refund_or_repair", "refund_or_replace") and remedy.get("amount"):
        return MeasureKind.REFUND
    return BY_REMEDY.get(remedy["remedy"]) or MEASURE_OF.get(remedy["kind"])


def bases(result: Mapping[str, Any]) -> list[Basis]:
    """The articles of the rules that apply and give the consumer something."""
    claims = {r["rule"] for r in result.get("remedies", []) if is_claim(r)}
    return [
        Basis(
            cited(rule["citations"][0]),
            rule["title"],
            rule["id"],
            bool(rule["signed"]),
            tuple(cited(c) for c in rule["citations"][1:]),
        )
        for rule in result.get("rules", [])
        if rule["status"] == "applies" and rule["id"] in claims and rule["citations"]
    ]


def cited_for(result: Mapping[str, Any]) -> dict[str, str]:
    """Rule → the article on which it rests first."""
    rules = result.get("rules", [])
    return {r["id"]: cited(r["citations"][0]) for r in rules if r["citations"]}


def owed(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is offered at one click: the best set with sums, and what applies without a sum."""
    chosen = facts.due_together(result)
    excluded = {other for r in chosen for other in r.get("alternatives", [])}
    free = [
        r
        for r in result.get("remedies", [])
        if is_claim(r) and not r.get("amount") and r["remedy"] not in excluded
    ]
    return [r for r in chosen if is_claim(r)] + free


def measures(result: Mapping[str, Any], today: date) -> list[dict[str, str]]:
    """Rows from the analysis as a form holds them: kind, amount, formula, description, due, basis
    and the claim itself.
    """
    cited_as = {b.rule: b.text for b in bases(result)}
    return [row_of(remedy, cited_as.get(remedy["rule"], ""), today) for remedy in owed(result)]


def row_of(remedy: Mapping[str, Any], citation: str, today: date) -> dict[str, str]:
    """One remedy as a row of the form."""
    return {
        "kind": str(kind_of(remedy)),
        "amount": remedy["amount"] or "",
        "formula": remedy["formula"] or "",
        "description": remedy["title"],
        "due": (today + timedelta(days=DAYS_TO_PERFORM)).isoformat(),
        "basis": citation,
        "remedy": remedy["remedy"],
    }


@dataclass(frozen=True)
class Awaited:
    """An open rule that only counsel still decides, and what it would give if found."""

    rule: str
    title: str
    citation: str
    questions: tuple[str, ...]
    remedy: dict[str, Any]


def awaiting_counsel(result: Mapping[str, Any]) -> list[Awaited]:
    """The open claims whose missing facts are all judgements."""
    questions = {m["fact"]: m["question"] for m in result.get("missing_facts", [])}
    possible = {r["rule"]: r for r in result.get("possible_remedies", []) if is_claim(r)}
    found = []
    for rule in result.get("rules", []):
        asked = [f for f in rule["missing"] if f in questions and facts.is_judgement(f)]
        if rule["id"] not in possible or not asked or len(asked) < len(rule["missing"]):
            continue
        citation = cited(rule["citations"][0]) if rule["citations"] else ""
        asked_as = tuple(questions[f] for f in asked)
        found.append(Awaited(rule["id"], rule["title"], citation, asked_as, possible[rule["id"]]))
    return found


# --- the letter


def letter(
    complaint: Complaint,
    rows: Sequence[Mapping[str, str]],
    basis: Sequence[str],
    explanation: str,
    *,
    lang: str = "zh",
    options: Collection[str] | None = None,
    points: Sequence[Point] = (),
) -> Written:
    """A starting text for the letter to the consumer, from the template; the person who drafts
    makes it a letter. `options` None: those that there is something to say about.
    """
    values = letter_values.of_proposal(
        complaint, rows, basis, explanation, lang=lang, points=points
    )
    template = library.current().template(letter_writing.RESOLUTION, lang)
    kinds = {row.get(name, "") for row in rows for name in ("kind", "payee")}
    if options is None:
        options = letter_writing.offered(template, values, kinds)
    chosen = tuple(o.id for o in template.options if o.id in options)
    return Written(render(template, values, chosen), template, chosen)


def amount_of(row: Mapping[str, str]) -> Decimal | None:
    """The row's sum in yuan, None when there is none or it cannot be read (the form says so)."""
    return letter_values.amount_of(row)

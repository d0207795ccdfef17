"""Facts, rules and fingerprints as counsel's page says them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from complaints import facts, suggestion
from complaints.choices import FactSource
from complaints.models import FactAnswer
from legal_rules.vocabulary import FACTS


@dataclass(frozen=True)
class Answer:
    """One fact as the file knows it: question, answer in words, where it comes from."""

    fact: str
    question: str
    words: str
    source: str
    note: str
    evidence: int | None
    who: str
    at: datetime
    reported_only: bool


def in_words(a: FactAnswer, lang: str) -> Answer:
    """The answer in a language; a judgement that counsel did not make is only a report."""
    fact = FACTS[a.fact]
    return Answer(
        a.fact,
        fact.question_for(lang),
        fact.value_for(a.value, lang) if a.established else "",
        str(FactSource(a.source).label),
        a.note,
        a.evidence_number,
        a.by.name,
        a.at,
        facts.is_judgement(a.fact) and not a.by.may("find_facts"),
    )


def shown_rule(rule: dict[str, Any], lang: str) -> dict[str, Any]:
    """A rule with its `citation` in the language of the page and all as the file `cited` them.
    Elements that are only one way among several are left out while they are unknown: nothing
    hangs on them.
    """
    letters = {"satisfied": "o", "unknown": "u", "failed": "f"}
    elements = [
        e for e in rule["elements"] if e["status"] != "unknown" or e["fact"] in rule["missing"]
    ]
    first = rule["citations"][:1]
    return {
        **rule,
        "citation": "".join(suggestion.cited(c, lang) for c in first),
        "cited": [suggestion.cited(c) for c in rule["citations"]],
        "elements": elements,
        "defences": [d for d in rule["defences"] if d["status"] != "unknown"],
        "marks": "".join(letters[e["status"]] for e in elements),
        "held": sum(1 for e in elements if e["status"] == "satisfied"),
    }


def short_form(fingerprint: str) -> str:
    """SHA-256 as people compare it: 7c41 9e02 … d5b8 03af."""
    f = fingerprint
    return f"{f[:4]} {f[4:8]} … {f[-8:-4]} {f[-4:]}" if len(f) == 64 else f

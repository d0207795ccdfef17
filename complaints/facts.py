"""Facts of a case: what was answered, what the law still needs, the analysis of the moment and the
frozen one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation

from accounts.models import User
from complaints.models import Analysis, Complaint, FactAnswer
from legal_rules import rulebook
from legal_rules.vocabulary import FACTS


def current_answers(complaint: Complaint) -> list[FactAnswer]:
    """The answers that stand, in the order in which they were given (one query)."""
    return list(
        FactAnswer.objects.filter(complaint=complaint, superseded_at=None)
        .select_related("by")
        .order_by("id")
    )


def known_values(answers: Sequence[FactAnswer]) -> dict[str, Any]:
    """Fact → plain value, for facts that are established.

    A judgement counts only when counsel found it; else it is a report.
    """
    return {
        a.fact: a.value
        for a in answers
        if a.established and (not is_judgement(a.fact) or a.by.may("find_facts"))
    }


def is_judgement(fact: str) -> bool:
    """True for facts that only counsel may find (fraud, intent …)."""
    return fact in FACTS and FACTS[fact].found_by == "counsel"


def date_of_conduct(complaint: Complaint) -> date:
    """The date whose law applies: the transaction, else the day of receipt in Shanghai."""
    return complaint.transaction_date or timezone.localdate(complaint.received_at)


def from_the_record(complaint: Complaint) -> dict[str, Any]:
    """Facts that stand in the complaint's own fields and need not be asked twice."""
    values: dict[str, Any] = {}
    if complaint.price_paid is not None:
        values["tx_price_paid"] = f"{complaint.price_paid:.2f}"
    if complaint.transaction_date is not None:
        values["tx_contract_date"] = complaint.transaction_date.isoformat()
    return values


def values_for_law(complaint: Complaint, answers: Sequence[FactAnswer]) -> dict[str, Any]:
    """What the rulebook is asked with: the record's own facts, overridden by answers."""
    return {**from_the_record(complaint), **known_values(answers)}


def analyse(complaint: Complaint, answers: Sequence[FactAnswer] | None = None) -> dict[str, Any]:
    """The legal analysis of the current facts (shape in API.md).

    Facts marked as not to be established are no longer missing.
    """
    answers = current_answers(complaint) if answers is None else answers
    result: dict[str, Any] = rulebook.analyse(
        values_for_law(complaint, answers),
        date_of_conduct(complaint),
        complaint.category or None,
        translation.get_language() or "zh-hans",
    )
    settled = {a.fact for a in answers if not is_judgement(a.fact) or a.by.may("find_facts")}
    result["missing_facts"] = [m for m in result["missing_facts"] if m["fact"] not in settled]
    return result


def missing_for_conclusion(complaint: Complaint) -> list[dict[str, Any]]:
    """What the matching rules still need before the investigation may end.

    Facts found by counsel are counsel's, not asked here.
    """
    return [m for m in analyse(complaint)["missing_facts"] if not is_judgement(m["fact"])]


def freeze(complaint: Complaint, by: User, now: datetime) -> Analysis:
    """Store the analysis with its facts and the rulebook's hash."""
    answers = current_answers(complaint)
    result = analyse(complaint, answers)
    return Analysis.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        as_of=date_of_conduct(complaint),
        facts_revision=complaint.facts_revision,
        rulebook_sha256=rulebook.current().sha256,
        facts=values_for_law(complaint, answers),
        result=result,
    )


def latest_analysis(complaint: Complaint) -> Analysis | None:
    """The analysis frozen last."""
    return Analysis.objects.filter(complaint=complaint).order_by("-id").first()


def in_language(analysis: Analysis, lang: str) -> dict[str, Any]:
    """The frozen analysis in a language: the same facts through the same rulebook, worked out anew.

    Under another rulebook the stored words stand as they are; nothing is reinterpreted.
    """
    stored: dict[str, Any] = analysis.result
    if analysis.rulebook_sha256 != rulebook.current().sha256:
        return stored
    category = stored.get("category")
    result: dict[str, Any] = rulebook.analyse(analysis.facts, analysis.as_of, category, lang)
    still_asked = {m["fact"] for m in stored.get("missing_facts", [])}
    asked = [m for m in result["missing_facts"] if m["fact"] in still_asked]
    return {**result, "missing_facts": asked}


def is_stale(complaint: Complaint, analysis: Analysis | None) -> bool:
    """True when facts, the date or the rulebook changed since the analysis was frozen, or there is
    none.
    """
    return (
        analysis is None
        or analysis.facts_revision != complaint.facts_revision
        or analysis.rulebook_sha256 != rulebook.current().sha256
        or analysis.as_of != date_of_conduct(complaint)
    )


def due_together(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The best set of certain remedies with a sum that may be claimed together; may be empty.

    Together: each pair cumulates by either rule, and neither names the other as its alternative.
    """
    certain = [r for r in result.get("remedies", []) if r.get("certain") and r.get("amount")]
    return _best(certain)


def _best(remedies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    sets = [
        [one, *_best([other for other in remedies[place + 1 :] if _cumulate(one, other)])]
        for place, one in enumerate(remedies)
    ]
    return max(sets, key=_sum, default=[])


def _cumulate(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    def names(key: str) -> bool:
        return other["remedy"] in one.get(key, []) or one["remedy"] in other.get(key, [])

    return names("cumulates_with") and not names("alternatives")


def owed_by_law(result: Mapping[str, Any]) -> Decimal:
    """The most the consumer may firmly claim: the sum of `due_together`, in yuan."""
    return _sum(due_together(result))


def _sum(remedies: Sequence[Mapping[str, Any]]) -> Decimal:
    return sum((Decimal(r["amount"]) for r in remedies), Decimal("0.00"))

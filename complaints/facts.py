"""Facts of a case: what was answered, what the law still needs, and the analysis of the moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from django.db.models import QuerySet
from django.utils import timezone, translation

from accounts.models import User
from complaints import calendars
from complaints.models import Complaint, FactAnswer
from complaints.prepared import ROW, everybodys
from legal_rules import rulebook
from legal_rules.vocabulary import FACTS


def current_answers(complaint: Complaint) -> list[FactAnswer]:
    """The answers that stand, in the order in which they were given (one query)."""
    return everybodys("answers", _standing, {ROW: complaint.pk})


def _standing() -> QuerySet[FactAnswer]:
    found = FactAnswer.objects.filter(complaint=ROW, superseded_at=None)
    return found.select_related("by").order_by("id")


def all_answers(complaint: Complaint) -> list[FactAnswer]:
    """Those too that others superseded, in the order in which they were given (one query)."""

    def rows() -> Any:
        found = FactAnswer.objects.filter(complaint=ROW).select_related("by")
        return found.order_by("id")

    return everybodys("answers that ever stood", rows, {ROW: complaint.pk})


class Answer(Protocol):
    """What the law needs of an answer."""

    @property
    def fact(self) -> str: ...
    @property
    def value(self) -> Any: ...
    @property
    def established(self) -> bool: ...
    @property
    def by(self) -> User: ...


class Given(NamedTuple):
    """An answer without its row, for reading many."""

    fact: str
    value: Any
    established: bool
    by: User


def answers_of_many(complaints: Sequence[Complaint]) -> dict[int, list[Given]]:
    """The answers that stand, by primary key of the case: two statements for any number."""
    rows = FactAnswer.objects.filter(complaint__in=complaints, superseded_at=None).order_by("id")
    read = list(rows.values_list("complaint", "fact", "value", "established", "by"))
    people = User.objects.in_bulk({row[4] for row in read})
    found: dict[int, list[Given]] = {complaint.pk: [] for complaint in complaints}
    for complaint, fact, value, established, by in read:
        found[complaint].append(Given(fact, value, established, people[by]))
    return found


def known_values(answers: Sequence[Answer]) -> dict[str, Any]:
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


def values_for_law(complaint: Complaint, answers: Sequence[Answer]) -> dict[str, Any]:
    """What the rulebook is asked with: the record's own facts, overridden by answers."""
    return {**from_the_record(complaint), **known_values(answers)}


def is_dated(complaint: Complaint) -> bool:
    """Whether somebody said when it happened; else the date of receipt stands for it."""
    return complaint.transaction_date is not None


def settled(answers: Sequence[Answer]) -> set[str]:
    """Facts that are no longer asked: answered, or given up as not to be established.

    An agent's report on a judgement settles nothing: counsel is still asked.
    """
    return {a.fact for a in answers if not is_judgement(a.fact) or a.by.may("find_facts")}


def analyse(
    complaint: Complaint, answers: Sequence[FactAnswer] | None = None, lang: str | None = None
) -> dict[str, Any]:
    """The legal analysis of the current facts (shape in API.md), in the active language.

    Facts marked as not to be established are no longer missing.
    """
    answers = current_answers(complaint) if answers is None else answers
    result: dict[str, Any] = rulebook.analyse(
        values_for_law(complaint, answers),
        date_of_conduct(complaint),
        complaint.category or None,
        lang or translation.get_language() or "zh-hans",
        is_dated(complaint),
        days=calendars.holidays(),
    )
    return still_asking(result, settled(answers))


def rules_that_hold(complaint: Complaint, answers: Sequence[Answer]) -> list[str]:
    """The rules that hold on these answers and are not displaced, in the order of the rulebook."""
    known = values_for_law(complaint, answers)
    day, dated = date_of_conduct(complaint), is_dated(complaint)
    found = rulebook.current().findings(known, day, dated, calendars.holidays())
    return [name for name, finding in found.items() if finding.applies]


def note_change(complaint: Complaint) -> None:
    """A fact, the date or the category changed: count it, and note on which rules the case rests.

    One statement; whoever calls saves the complaint.
    """
    complaint.facts_revision += 1
    complaint.rests_on = rules_that_hold(complaint, current_answers(complaint))


def still_asking(result: dict[str, Any], settled: Collection[str]) -> dict[str, Any]:
    """The analysis without the questions that are settled."""
    asked = [m for m in result["missing_facts"] if m["fact"] not in settled]
    return {**result, "missing_facts": asked}


def missing_for_conclusion(complaint: Complaint) -> list[dict[str, Any]]:
    """What the matching rules still need before the investigation may end.

    Facts found by counsel are counsel's, not asked here.
    """
    return [m for m in analyse(complaint)["missing_facts"] if not is_judgement(m["fact"])]


# --- what may be claimed together

Claims = Sequence[dict[str, Any]]
MOST = 12  # claims of which every combination is tried


def due_together(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The best set of certain remedies with a sum that may be claimed together; may be empty."""
    remedies = result.get("remedies", [])
    return best_together([r for r in remedies if r.get("certain") and r.get("amount")])


def best_together(claims: Claims) -> list[dict[str, Any]]:
    """Of the claims those that may be joined and come to most.

    Together: each pair cumulates by either rule, and neither names the other as its alternative.
    """
    chosen = _best(sorted(claims, key=_amount, reverse=True)[:MOST])
    return [claim for claim in claims if claim in chosen]


def one_of(claims: Claims) -> list[list[dict[str, Any]]]:
    """Claims that exclude one another, in groups: which is lawful to give is counsel's choice."""
    groups: list[list[dict[str, Any]]] = []
    for claim in claims:
        near = [g for g in groups if any(_names(claim, other, "alternatives") for other in g)]
        merged = [each for g in near for each in g]
        groups = [g for g in groups if g not in near] + [[*merged, claim]]
    return [group for group in groups if len(group) > 1]


def _best(claims: Claims) -> list[dict[str, Any]]:
    sets = [
        [one, *_best([other for other in claims[place + 1 :] if _cumulate(one, other)])]
        for place, one in enumerate(claims)
    ]
    return max(sets, key=_sum, default=[])


def _cumulate(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return _names(one, other, "cumulates_with") and not _names(one, other, "alternatives")


def _names(one: Mapping[str, Any], other: Mapping[str, Any], key: str) -> bool:
    return other["remedy"] in one.get(key, []) or one["remedy"] in other.get(key, [])


def owed_by_law(result: Mapping[str, Any]) -> Decimal:
    """The most the consumer may firmly claim: the sum of `due_together`, in yuan."""
    return _sum(due_together(result))


def _sum(claims: Claims) -> Decimal:
    return sum(map(_amount, claims), Decimal("0.00"))


def _amount(claim: Mapping[str, Any]) -> Decimal:
    return Decimal(claim["amount"] or 0)

"""Suggested facts: the hits of the patterns, settled to what an agent can accept."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from legal_rules.suggest.engine import Hit, Reading
from legal_rules.suggest.patterns import book
from legal_rules.vocabulary import CATEGORIES, FACTS, GROUPS, FactError, check_value

RIVALS = 2  # different values of one fact that are offered beside each other
RIVALRY = 0.6  # what is left of the confidence then
CLOSE = 0.1  # a difference of confidence that decides nothing
SURE_OF_A_JUDGEMENT = 0.3  # at most: counsel finds it, words only report it
ELSEWHERE = 0.85  # facts that the category does not ask for


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A fact that the words speak for.

    `value` in the normal form of the vocabulary (a list for multi facts, one value each); `quote`
    is `narrative[start:end]`, in Unicode code points; `judgement`: only counsel finds it, the words
    report it.
    """

    fact_id: str
    value: object
    confidence: float
    quote: str
    start: int
    end: int
    judgement: bool = False


def facts(reading: Reading, on: date, category: str | None) -> list[Suggestion]:
    """The likeliest first, equal ones in the order of the text."""
    by_fact: dict[str, list[Hit]] = {}
    for hit in reading.hits(book()):
        by_fact.setdefault(hit.pattern.about, []).append(hit)
    asked = _asked_for(category)
    result = [
        _suggestion(reading.original, hit, sure if fact in asked else sure * ELSEWHERE)
        for fact, hits in by_fact.items()
        for hit, sure in _settled(fact, hits, on)
    ]
    return sorted(result, key=lambda s: (-s.confidence, s.start, s.fact_id, str(s.value)))


def _asked_for(category: str | None) -> AbstractSet[str]:
    """The facts of a category; without one every fact counts the same."""
    known = CATEGORIES.get(category or "")
    return frozenset(known.facts) if known else FACTS.keys()


def _suggestion(text: str, hit: Hit, confidence: float) -> Suggestion:
    fact = FACTS[hit.pattern.about]
    value = [hit.value] if fact.type == "multi" else hit.value
    quote = text[hit.start : hit.end]
    judgement = fact.found_by == "counsel"
    confidence = min(confidence, SURE_OF_A_JUDGEMENT) if judgement else confidence
    return Suggestion(fact.id, value, round(confidence, 2), quote, hit.start, hit.end, judgement)


def _settled(fact_id: str, hits: list[Hit], on: date) -> list[tuple[Hit, float]]:
    """The best hit of each value; of single-valued facts the best, or two that are as likely."""
    fact = FACTS[fact_id]
    if GROUPS[fact.group].internal:
        return []
    best: dict[object, Hit] = {}
    for hit in _longest(hits) if fact.type == "multi" else hits:
        known = best.get(hit.value)
        if known is None or (hit.confidence, -hit.start) > (known.confidence, -known.start):
            best[hit.value] = hit
    values = [h for h in best.values() if _is_answer(fact_id, h.value, on)]
    values.sort(key=lambda h: (-h.confidence, h.start))
    if fact.type == "multi":
        return [(h, h.confidence) for h in values if h.value != fact.none or len(values) == 1]
    rivals = [h for h in values if values[0].confidence - h.confidence < CLOSE][:RIVALS]
    if len(rivals) > 1 and fact.type != "boolean":
        return [(h, h.confidence * RIVALRY) for h in rivals]
    return [(h, h.confidence * (RIVALRY if len(rivals) > 1 else 1)) for h in rivals[:1]]


def _longest(hits: list[Hit]) -> list[Hit]:
    """Without those within a longer one: 三倍赔偿 asks for no 赔偿 beside it."""
    return [h for h in hits if not any(_within(h, other) for other in hits)]


def _within(hit: Hit, other: Hit) -> bool:
    longer = other.end - other.start > hit.end - hit.start
    return longer and other.start <= hit.start and hit.end <= other.end


def _is_answer(fact_id: str, value: object, on: date) -> bool:
    try:
        check_value(fact_id, [value] if FACTS[fact_id].type == "multi" else value, today=on)
    except FactError:
        return False
    return True

"""Points at issue: which ones the analysis and the answers propose, who has to prove them under
which rule, and how a letter says them.

Proposing decides nothing: the finding stays open for whoever drafts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from complaints import suggestion
from complaints.choices import FactSource
from complaints.models import FactAnswer, Point, Resolution
from complaints.models.points import MOST_POINTS
from legal_rules.vocabulary import FACTS
from letters import values

_ZH = "zh-hans"
Result = Mapping[str, Any]
Row = dict[str, Any]


def proposed(result: Result, answers: Sequence[FactAnswer]) -> list[Row]:
    """One point for each disputed element or defence of what the consumer claims, as `save_draft`
    takes it, in Chinese as the file is. `result`: the frozen analysis; `answers`: all of the case,
    in their order, those too that others superseded.
    """
    given: dict[str, list[FactAnswer]] = {}
    for answer in answers:
        given.setdefault(answer.fact, []).append(answer)
    found: dict[str, Row] = {}
    for element, is_defence in _elements(result):
        said = given.get(element["fact"], [])
        if element["fact"] not in found and _is_disputed(element, is_defence, said):
            found[element["fact"]] = _row(element, is_defence, said)
    return list(found.values())[:MOST_POINTS]


def _claimed(result: Result) -> list[Mapping[str, Any]]:
    """The rules that give the consumer something, or that only counsel's finding still decides."""
    given = {r["rule"] for r in result.get("remedies", []) if suggestion.is_claim(r)}
    given |= {one.rule for one in suggestion.awaiting_counsel(result)}
    return [rule for rule in result.get("rules", []) if rule["id"] in given]


def _elements(result: Result) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """(element or defence, whether it is a defence), without those on which nothing hangs."""
    for rule in _claimed(result):
        for element in rule["elements"]:
            if element["status"] != "unknown" or element["fact"] in rule["missing"]:
                yield element, False
        yield from ((defence, True) for defence in rule["defences"])


def _is_disputed(element: Mapping[str, Any], is_defence: bool, said: list[FactAnswer]) -> bool:
    """Somebody answered it and nobody said that both agree; or counsel has still to find it."""
    stands = next((a for a in reversed(said) if a.superseded_at is None), None)
    if stands is not None:
        return stands.source != FactSource.UNDISPUTED
    fact = FACTS.get(element["fact"])
    return not is_defence and fact is not None and fact.found_by == "counsel"


def _row(element: Mapping[str, Any], is_defence: bool, said: list[FactAnswer]) -> Row:
    stands = next((a for a in reversed(said) if a.superseded_at is None), None)
    told = next((a for a in reversed(said) if _is_the_consumers(a)), None)
    ours = stands is not None and not _is_the_consumers(stands)
    for_numbers, against = _sides(element, is_defence, said)
    return {
        "title": element["question"][:200],
        "consumer_says": _said(told),
        "we_found": _said(stands) if ours else "",
        "for_numbers": for_numbers,
        "against_numbers": against,
        "burden": str(_burden(element["role"])),
        "finding": "",
        "finding_words": "",
        "fact": element["fact"],
    }


def _is_the_consumers(answer: FactAnswer) -> bool:
    """What cannot be established is the word of whoever looked into it."""
    return answer.established and answer.source == FactSource.CONSUMER


def _said(answer: FactAnswer | None) -> str:
    """The note, which is in somebody's words; else the plain answer."""
    if answer is None:
        return ""
    if answer.note or not answer.established:
        return answer.note
    fact = FACTS.get(answer.fact)
    return fact.value_for(answer.value, _ZH) if fact else ""


def _sides(
    element: Mapping[str, Any], is_defence: bool, said: list[FactAnswer]
) -> tuple[list[int], list[int]]:
    """Numbers of the evidence for and against what helps the consumer. The status of the element
    tells the side of the answer that stands; evidence named with another answer is on the other.
    """
    helps = {"satisfied": True, "refuted": True, "failed": False, "proved": False}
    side = helps.get(element["status"])
    stands = next((a for a in reversed(said) if a.superseded_at is None), None)
    if side is None or stands is None:
        return [], []
    agree = {a.evidence_number for a in said if a.value == stands.value} - {None}
    differ = {a.evidence_number for a in said if a.value != stands.value} - {None} - agree
    one, other = sorted(n for n in agree if n), sorted(n for n in differ if n)
    return (one, other) if side else (other, one)


# --- the burden of proof


def _burden(role: str) -> Point.Burden:
    """Whoever claims proves the elements; an excuse, and what is presumed until it is disproved, is
    for the enterprise to prove.
    """
    return Point.Burden.CONSUMER if role == "element" else Point.Burden.ENTERPRISE


@dataclass(frozen=True)
class Basis:
    """A rule on which a point turns: its citation, and who has to prove what under it."""

    rule: str
    citation: str
    words: str


def basis(result: Result, fact: str, lang: str) -> Basis | None:
    """The rule of the claims on which the fact bears; one that says who proves what goes first."""
    rules = [
        rule
        for rule in _claimed(result)
        if any(e["fact"] == fact for e in (*rule["elements"], *rule["defences"]))
    ]
    rules.sort(key=lambda rule: not rule["burden"])
    for rule in rules:
        citation = "".join(suggestion.cited(c, lang) for c in rule["citations"][:1])
        return Basis(rule["id"], citation, rule["burden"])
    return None


@dataclass(frozen=True)
class Shown:
    """A point as a page shows it, with the rule on its burden where it turns on a fact."""

    point: Point
    basis: Basis | None

    @property
    def at(self) -> dict[str, int]:
        """Where each text stands in that of the whole point (`quoting.text_of`), for comments."""
        found, place = {}, 0
        for name in ("title", "consumer_says", "we_found", "finding_words"):
            if text := getattr(self.point, name):
                found[name] = place
                place += len(text) + 1
        return found


def shown(resolution: Resolution | None, result: Result, lang: str) -> list[Shown]:
    """The points of a version, in their order."""
    found = resolution.points.all() if resolution is not None else ()
    return [Shown(p, basis(result, p.fact, lang) if p.fact else None) for p in found]


# --- in a letter


def of_rows(rows: Iterable[Mapping[str, Any]], language: str) -> list[values.Point]:
    """What a template takes as `points` (逐项答复), of points as a form holds them, in
    their order. A finding without words is said by its name.
    """
    with translation.override("en" if language.startswith("en") else _ZH):
        names = {name: str(label) for name, label in Point.Finding.choices}
    return [
        values.Point(
            title=row["title"],
            says=row["consumer_says"],
            found=row["we_found"],
            finding=row["finding_words"] or names.get(row["finding"], ""),
        )
        for row in rows
        if row["title"]
    ]

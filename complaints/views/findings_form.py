"""The questions that only counsel may answer (fraud, intent …) as a form; 无法查明 is an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from complaints import facts
from complaints.choices import FactSource
from complaints.models import FactAnswer
from legal_rules.terms import Fact
from legal_rules.vocabulary import FACTS

UNKNOWN = "?"  # cannot be established
_TRUTH = {"true": True, "false": False}


@dataclass
class Question:
    """One question: how it is asked, what may be answered, and what was answered."""

    fact: Fact
    question: str
    why: str = ""
    hint: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    note: str = ""
    reported: str = ""
    found: bool = False
    standing: int | None = None  # the answer that stands
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The fact's id, and the name of its fields."""
        return self.fact.id

    @property
    def many(self) -> bool:
        """Several values may be chosen."""
        return self.fact.type == "multi"

    @property
    def value(self) -> str:
        """What stands in a field of one value."""
        return self.chosen[0] if self.chosen else ""


def questions(
    asked: Sequence[Mapping[str, Any]], answers: Sequence[FactAnswer], lang: str
) -> list[Question]:
    """The open questions first, then what counsel found already and may find anew."""
    given = {a.fact: a for a in answers if facts.is_judgement(a.fact)}
    wanted = {m["fact"]: m for m in asked if facts.is_judgement(m["fact"])}
    order = [*wanted, *(f for f in given if f not in wanted)]
    return [_question(FACTS[f], wanted.get(f, {}), given.get(f), lang) for f in order]


def _question(
    fact: Fact, asked: Mapping[str, Any], given: FactAnswer | None, lang: str
) -> Question:
    result = Question(
        fact,
        fact.question_for(lang),
        str(asked.get("why", "")),
        fact.evidence_for(lang),
        _options(fact, lang),
    )
    if given is None:
        return result
    result.standing = given.pk
    words = fact.value_for(given.value, lang) if given.established else _("无法查明")
    if not given.by.may("find_facts"):
        result.reported = words
        return result
    result.found, result.note = True, given.note
    result.chosen = _as_sent(given.value) if given.established else [UNKNOWN]
    return result


def _options(fact: Fact, lang: str) -> list[tuple[str, str]]:
    """(value, words); none for a question that is answered in writing."""
    if fact.type == "boolean":
        return [(sent, fact.value_for(value, lang)) for sent, value in _TRUTH.items()]
    return [(value, fact.value_for(value, lang)) for value in fact.values]


def _as_sent(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


def read(form: Sequence[Question], data: QueryDict) -> dict[str, dict[str, Any]]:
    """Take what was sent into the questions; answers the answers, as `facts.answer` takes them."""
    answers: dict[str, dict[str, Any]] = {}
    for q in form:
        q.chosen = [value for value in data.getlist(q.id) if value.strip()]
        q.note = data.get(f"note-{q.id}", "")
        if not q.chosen:
            continue
        about = {"note": q.note, "source": FactSource.VERIFIED}
        if UNKNOWN in q.chosen:
            answers[q.id] = {"cannot_be_established": True, **about}
        else:
            answers[q.id] = {"value": _value(q), **about}
    return answers


def _value(q: Question) -> Any:
    if q.fact.type == "boolean":
        return _TRUTH.get(q.value, q.value)
    return q.chosen if q.many else q.value


def standing(data: QueryDict, answers: Mapping[str, Any]) -> dict[str, int | None]:
    """Fact → the answer that the page showed beside the question; None where there was none."""
    shown = {fact: data.get(f"standing-{fact}", "") for fact in answers}
    return {
        fact: int(pk) if pk.isdecimal() and len(pk) < 18 else None for fact, pk in shown.items()
    }

"""Facts that the words of a complaint suggest, as rows that a person accepts or leaves.

An accepted one is the consumer's report, with the words it was read from; a suggestion alone is
nothing. What was decided while a form is being filled travels with the form (`Decisions`).
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints import facts
from complaints.choices import FactSource
from complaints.models import Complaint, FactAnswer
from legal_rules.suggest import Suggestion, suggest
from legal_rules.vocabulary import FACTS, FactError, check_value

AROUND = 8  # characters of the text shown on each side of the words
LONGEST = 20_000  # characters of decisions that a form may carry
MOST = 100  # facts accepted in one form
UNSURE = 0.5
TAKE, LEAVE, RETRACT, RESTORE = "take", "leave", "retract", "restore"  # buttons of a form


@dataclass(frozen=True)
class Quoted:
    """Words of the text, and a little of what stands around them."""

    before: str
    words: str
    after: str


@dataclass(frozen=True)
class Offer:
    """One row: a fact, the value that the words speak for, and the words."""

    fact: str
    question: str
    value: Any
    words: str
    quotes: tuple[Quoted, ...]
    unsure: bool
    judgement: bool

    @property
    def json(self) -> str:
        """{"fact", "value"}, for the script of a form."""
        return json.dumps({"fact": self.fact, "value": self.value}, ensure_ascii=False)

    @property
    def sent(self) -> list[str]:
        """The value as the form of a fact sends it."""
        if isinstance(self.value, bool):
            return ["yes" if self.value else "no"]
        return [str(v) for v in self.value] if isinstance(self.value, list) else [str(self.value)]

    @property
    def note(self) -> str:
        """What is noted with the answer."""
        return note(q.words for q in self.quotes)


@dataclass(frozen=True)
class Taken:
    """A suggestion that was accepted. `quotes` is empty when the text no longer says so."""

    fact: str
    question: str
    value: Any
    words: str
    quotes: tuple[Quoted, ...]


@dataclass(frozen=True)
class Decisions:
    """What somebody accepted (fact → value) and left (fact → values)."""

    accepted: Mapping[str, Any] = field(default_factory=dict)
    left: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Decisions:
        """From a form's `{"yes": {fact: value}, "no": {fact: [value]}}`.

        Raises ValueError for anything else, FactError for a value that the fact cannot have.
        """
        if not text:
            return cls()
        sent = json.loads(text) if len(text) <= LONGEST else None
        yes, no = (sent.get("yes", {}), sent.get("no", {})) if isinstance(sent, dict) else (0, 0)
        if not isinstance(yes, dict) or not isinstance(no, dict) or len(yes) > MOST:
            raise ValueError("no decisions")
        left = {str(f): v for f, v in no.items() if isinstance(v, list)}
        return cls({f: check_value(f, value) for f, value in yes.items()}, left)

    @classmethod
    def readable(cls, text: str) -> Decisions:
        """As `read`; what cannot be read counts as nothing decided."""
        try:
            return cls.read(text)
        except (ValueError, RecursionError):
            return cls()

    def after(self, button: str, sent: str) -> Decisions:
        """With one more decision; itself when nothing was meant that there is.

        `sent`: `{"fact", "value"}` of the row for TAKE and LEAVE, the fact for RETRACT.
        """
        if button == RESTORE:
            return Decisions(self.accepted, {})
        if button == RETRACT:
            return Decisions({f: v for f, v in self.accepted.items() if f != sent}, self.left)
        try:
            row = json.loads(sent)
            fact, value = row["fact"], check_value(row["fact"], row["value"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return self
        if button == TAKE:
            return Decisions({**self.accepted, fact: value}, self.left)
        new = [v for v in _values(value) if v not in _values(self.accepted.get(fact))]
        return Decisions(self.accepted, {**self.left, fact: [*self.left.get(fact, ()), *new]})

    @property
    def text(self) -> str:
        """As a form carries them; `read` takes it again."""
        return json.dumps({"yes": self.accepted, "no": self.left}, ensure_ascii=False)


class Narrated:
    """A text and what it suggests, worked out when first asked."""

    def __init__(self, text: str, on: date, category: str | None) -> None:
        self.text, self.on, self.category = text, on, category
        self.lang = get_language() or "zh-hans"

    @classmethod
    def of(cls, complaint: Complaint) -> Narrated:
        """The words of a case, read on the day on which they came."""
        text = together(complaint.title, complaint.narrative)
        received = timezone.localdate(complaint.received_at)
        return cls(text, received, complaint.category or None)

    @cached_property
    def _suggested(self) -> list[Suggestion]:
        return suggest(self.text, self.on, self.category)

    def offers(self, settled: Container[str] = (), decided: Decisions | None = None) -> list[Offer]:
        """One row for each value, one for all values of a fact that may have several.

        Without facts that are `settled` and what was `decided`.
        """
        decided = decided or Decisions()
        rows: dict[str, list[Suggestion]] = {}
        for one in self._suggested:
            if one.fact_id not in settled and not _is_decided(one, decided):
                several = FACTS[one.fact_id].type == "multi"
                rows.setdefault(one.fact_id if several else repr(one), []).append(one)
        return [self._offer(row, decided) for row in rows.values()]

    def _offer(self, row: list[Suggestion], decided: Decisions) -> Offer:
        first, fact = row[0], FACTS[row[0].fact_id]
        value = first.value
        if fact.type == "multi":
            new = [v for one in row for v in _values(one.value)]
            value = check_value(fact.id, [*decided.accepted.get(fact.id, []), *new])
        return Offer(
            fact.id,
            fact.question_for(self.lang),
            value,
            fact.value_for(value, self.lang),
            self._quoted_once(row),
            first.confidence < UNSURE,
            first.judgement,
        )

    def taken(self, decided: Decisions) -> list[Taken]:
        """What was accepted, in the order in which it was."""
        return [
            Taken(
                fact,
                FACTS[fact].question_for(self.lang),
                value,
                FACTS[fact].value_for(value, self.lang),
                self.quotes(fact, value),
            )
            for fact, value in decided.accepted.items()
        ]

    def quotes(self, fact: str, value: Any) -> tuple[Quoted, ...]:
        """The words that speak for a value, none when the text says it no longer."""
        wanted = _values(value)
        return self._quoted_once(
            one
            for one in self._suggested
            if one.fact_id == fact and all(v in wanted for v in _values(one.value))
        )

    def _quoted_once(self, row: Iterable[Suggestion]) -> tuple[Quoted, ...]:
        """In the order of the text; the same words may speak for two values."""
        in_order = sorted(row, key=lambda s: s.start)
        return tuple(dict.fromkeys(self._quoted(one) for one in in_order))

    def _quoted(self, one: Suggestion) -> Quoted:
        before = self.text[max(0, one.start - AROUND) : one.start].rpartition("\n")[2]
        after = self.text[one.end : one.end + AROUND].partition("\n")[0]
        return Quoted(before, one.quote, after)

    def answers(self, decided: Decisions) -> dict[str, dict[str, Any]]:
        """The accepted ones as answers to record: the consumer's report, with the words."""
        return {
            one.fact: {
                "value": one.value,
                "source": FactSource.CONSUMER,
                "note": note(q.words for q in one.quotes),
            }
            for one in self.taken(decided)
        }


def together(title: str, narrative: str) -> str:
    """Both as one text; a title that the narrative repeats is not read twice."""
    title = title.strip().rstrip("…")
    return narrative if narrative.startswith(title) else f"{title}\n{narrative}"


def for_case(complaint: Complaint, answers: Sequence[FactAnswer]) -> list[Offer]:
    """What the narrative of a case suggests about facts that nobody answered and that do not stand
    in its own fields; judgements last.
    """
    settled = {a.fact for a in answers} | set(facts.from_the_record(complaint))
    rows = Narrated.of(complaint).offers(settled)
    return sorted(rows, key=lambda o: o.judgement)


def note(quotes: Any) -> str:
    """The note of an answer that was read from the narrative; Chinese, as it becomes part of the
    file.
    """
    with translation.override("zh-hans"):
        words = "、".join(f"“{' '.join(q.split())}”" for q in dict.fromkeys(quotes))
        return _("来自叙述：{words}").format(words=words) if words else _("来自登记时的叙述")


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_decided(one: Suggestion, decided: Decisions) -> bool:
    known = [*_values(decided.accepted.get(one.fact_id)), *decided.left.get(one.fact_id, ())]
    return all(v in known for v in _values(one.value))


__all__ = ["Decisions", "FactError", "Narrated", "Offer", "Taken", "for_case", "note", "together"]

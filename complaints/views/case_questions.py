"""One question of the facts pane: its control, what was sent to it, and why it matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.choices import FactSource
from complaints.models import FactAnswer
from legal_rules.terms import Fact
from legal_rules.vocabulary import FACTS

BUTTONS = 4  # as many values of a choice stand as buttons


def lang() -> str:
    """The page's language as the vocabulary names it."""
    return get_language() or "zh-hans"


@dataclass(frozen=True)
class Option:
    """One possible answer."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Given:
    """What the person sent and why it was not taken; kept in the form."""

    fact: str = ""
    value: Any = None
    source: str = ""
    evidence: str = ""
    note: str = ""
    errors: tuple[str, ...] = ()
    unknown: bool = False


@dataclass(frozen=True)
class Question:
    """One fact to be answered: `control` is buttons, select, picks, money, number, date, datetime
    or text; `kind` what the answer does: decides, amount, duty, defence.

    `stake`: the sum that hangs on it. `finding`: this person finds a judgement; `report`: this
    person may only report on one. `reported`: what was reported so far, in words.
    """

    fact: str
    question: str
    control: str
    kind: str = ""
    options: tuple[Option, ...] = ()
    why: str = ""
    stake: Decimal | None = None
    clue: str = ""
    standing: int | str = ""
    value: str = ""
    source: str = FactSource.CONSUMER
    evidence: str = ""
    note: str = ""
    errors: tuple[str, ...] = ()
    open: bool = False
    finding: bool = False
    report: bool = False
    reported: str = ""

    @property
    def sources(self) -> list[tuple[str, Any]]:
        """Where an answer may come from."""
        return list(FactSource.choices)


def asked(
    row: Mapping[str, Any],
    standing: Mapping[str, FactAnswer],
    given: Given | None,
    stakes: Mapping[str, Decimal],
    *,
    counsel: bool,
) -> Question:
    """The question for a row of `missing_facts`."""
    fact = FACTS[row["fact"]]
    previous = standing.get(fact.id)
    judgement = row["found_by"] == "counsel"
    sums = [stakes[name] for name in row["decides"] if name in stakes]
    return form(
        fact,
        given if given and given.fact == fact.id else None,
        kind=row["kind"],
        why=row["why"],
        stake=max(sums, default=None),
        clue=row["evidence"],
        standing=previous.pk if previous else "",
        finding=judgement and counsel,
        report=judgement and not counsel,
        reported=in_words(fact, previous) if previous and judgement else "",
    )


def form(fact: Fact, given: Given | None, **about: Any) -> Question:
    """The form of one fact, filled with what was sent."""
    value = given.value if given else None
    chosen = value if isinstance(value, list) else [value]
    return Question(
        fact.id,
        fact.question_for(lang()),
        _control(fact),
        options=tuple(Option(o.value, o.label, o.value in chosen) for o in _options(fact)),
        value="" if value is None or isinstance(value, list) else str(value),
        source=(given.source if given else "") or FactSource.CONSUMER,
        evidence=given.evidence if given else "",
        note=given.note if given else "",
        errors=given.errors if given else (),
        open=bool(given),
        **about,
    )


def in_words(fact: Fact, answer: FactAnswer) -> str:
    """陈晓雨：有证据（已核实）."""
    words = fact.value_for(answer.value, lang()) if answer.established else _("无法查明")
    source = answer.get_source_display()
    return _("{name}：{words}（{source}）").format(name=answer.by.name, words=words, source=source)


def as_given(answer: FactAnswer) -> Given:
    """A standing answer as its form holds it."""
    value = answer.value
    if isinstance(value, bool):
        value = "yes" if value else "no"
    elif value is not None and not isinstance(value, list):
        value = str(value)
    return Given(answer.fact, value, answer.source, str(answer.evidence_number or ""), answer.note)


def value_sent(fact: Fact, sent: list[str]) -> Any:
    """The plain value of a form's strings; the vocabulary judges it afterwards.

    None when nothing was given.
    """
    if fact.type == "multi":
        return [v for v in sent if v] or None
    value = next((v for v in sent if v.strip()), None)
    if fact.type == "boolean":
        return {"yes": True, "no": False}.get(value or "", value)
    return value


def _control(fact: Fact) -> str:
    if fact.type == "boolean":
        return "buttons"
    if fact.type == "enum":
        short = len(_options(fact)) <= BUTTONS
        return "buttons" if short else "select"
    return {"multi": "picks", "integer": "number"}.get(fact.type, fact.type)


def _options(fact: Fact) -> list[Option]:
    if fact.type == "boolean":
        return [
            Option("yes", fact.value_for(True, lang())),
            Option("no", fact.value_for(False, lang())),
        ]
    return [Option(v, fact.value_for(v, lang())) for v in fact.values if v not in fact.unknown]

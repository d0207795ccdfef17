"""The facts pane: what still decides the case, what was answered, what only counsel may find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from complaints import facts
from complaints.choices import FactSource
from complaints.models import FactAnswer
from complaints.views.case_page import CasePage
from legal_rules.terms import Fact
from legal_rules.vocabulary import FACTS

FIRST = 6  # questions shown at once; the rest behind "其余"
BUTTONS = 4  # as many values of a choice stand as buttons


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
    """One fact to be answered: `kind` of control is buttons, select, picks, money, number, date,
    datetime or text.
    """

    fact: str
    question: str
    kind: str
    options: tuple[Option, ...] = ()
    why: str = ""
    clue: str = ""
    standing: int | str = ""
    value: str = ""
    source: str = FactSource.CONSUMER
    evidence: str = ""
    note: str = ""
    errors: tuple[str, ...] = ()
    open: bool = False
    by_counsel: bool = False

    @property
    def sources(self) -> list[tuple[str, Any]]:
        """Where an answer may come from."""
        return list(FactSource.choices)


@dataclass(frozen=True)
class Answered:
    """One answer that stands, and the form that supersedes it."""

    answer: FactAnswer
    question: str
    words: str
    report_only: bool
    form: Question | None


@dataclass(frozen=True)
class FactsPane:
    """Everything of the pane.

    Without a category every rule could apply and everything would be asked, so nothing is.
    `rest` are the less decisive questions, `counsels` those that counsel decides.
    """

    first: list[Question]
    rest: list[Question]
    counsels: list[Question]
    answered: list[Answered]
    on_record: list[tuple[str, str]]
    editable: bool
    counsel: bool
    needs_category: bool
    may_categorise: bool

    @property
    def asked(self) -> int:
        """Questions still open."""
        return len(self.first) + len(self.rest) + len(self.counsels)

    @property
    def answered_open(self) -> bool:
        """A change of an answer was refused, so its form has to be in sight."""
        return any(a.form is not None and a.form.open for a in self.answered)

    @property
    def known(self) -> int:
        """Facts that stand."""
        return len(self.answered) + len(self.on_record)


def lang() -> str:
    """The page's language as the vocabulary names it."""
    return get_language() or "zh-hans"


def facts_pane(page: CasePage, given: Given | None = None) -> FactsPane:
    """The pane as this person sees it; `given` is an answer that was refused."""
    counsel, editable = page.user.may("find_facts"), page.may("answer_facts")
    standing = {a.fact: a for a in page.answers}
    uncategorised = not page.complaint.category
    missing = [] if uncategorised else page.analysis["missing_facts"]
    asked = [_question(m, standing, given) for m in missing]
    mine = [q for q in asked if counsel or not q.by_counsel]
    counsels = [q for q in asked if not counsel and q.by_counsel]
    if counsel:
        mine.sort(key=lambda q: not q.by_counsel)
    first = mine[:FIRST] + [q for q in mine[FIRST:] if q.errors]
    return FactsPane(
        first,
        [q for q in mine[FIRST:] if not q.errors],
        counsels,
        [_answered(a, page, given) for a in page.answers],
        _on_record(page, standing),
        editable,
        counsel,
        uncategorised,
        page.may("edit_complaints"),
    )


def _question(
    row: dict[str, Any], standing: dict[str, FactAnswer], given: Given | None
) -> Question:
    fact = FACTS[row["fact"]]
    previous = standing.get(fact.id)
    return _form(
        fact,
        given if given and given.fact == fact.id else None,
        why=row["why"],
        clue=row["evidence"],
        standing=previous.pk if previous else "",
        by_counsel=row["found_by"] == "counsel",
    )


def _form(fact: Fact, given: Given | None, **about: Any) -> Question:
    value = given.value if given else None
    chosen = value if isinstance(value, list) else [value]
    return Question(
        fact.id,
        fact.question_for(lang()),
        _kind(fact),
        tuple(Option(o.value, o.label, o.value in chosen) for o in _options(fact)),
        value="" if value is None or isinstance(value, list) else str(value),
        source=(given.source if given else "") or FactSource.CONSUMER,
        evidence=given.evidence if given else "",
        note=given.note if given else "",
        errors=given.errors if given else (),
        open=bool(given),
        **about,
    )


def _kind(fact: Fact) -> str:
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


def _answered(answer: FactAnswer, page: CasePage, given: Given | None) -> Answered:
    fact = FACTS.get(answer.fact)
    if fact is None:  # a word that the vocabulary has dropped since
        return Answered(answer, answer.fact, str(answer.value), False, None)
    words = fact.value_for(answer.value, lang()) if answer.established else ""
    judgement = facts.is_judgement(answer.fact)
    mine = given if given and given.fact == fact.id else _as_given(answer)
    change = _form(fact, mine, standing=answer.pk, by_counsel=judgement)
    refused = bool(given and given.fact == fact.id)
    if not refused:
        change = _closed(change)
    may_change = not judgement or page.user.may("find_facts")
    report = judgement and not answer.by.may("find_facts")
    return Answered(
        answer, fact.question_for(lang()), words, report, change if may_change else None
    )


def _closed(question: Question) -> Question:
    return Question(**{**vars(question), "open": False})


def _as_given(answer: FactAnswer) -> Given:
    value = answer.value
    if isinstance(value, bool):
        value = "yes" if value else "no"
    elif value is not None and not isinstance(value, list):
        value = str(value)
    return Given(answer.fact, value, answer.source, str(answer.evidence_number or ""), answer.note)


def _on_record(page: CasePage, standing: dict[str, FactAnswer]) -> list[tuple[str, str]]:
    return [
        (FACTS[f].question_for(lang()), FACTS[f].value_for(v, lang()))
        for f, v in facts.from_the_record(page.complaint).items()
        if f not in standing
    ]


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

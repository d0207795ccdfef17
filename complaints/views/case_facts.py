"""The facts pane: what still decides the case, what was answered, what only counsel may find."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from complaints import facts, told_facts
from complaints.models import FactAnswer
from complaints.told_facts import Offer
from complaints.views import case_questions
from complaints.views.case_page import CasePage
from complaints.views.case_questions import Given, Question, lang
from legal_rules.reasoning.ask import RANK
from legal_rules.vocabulary import FACTS

FIRST = 4  # questions shown at once; the rest in groups behind a click
OFFERS = 3  # suggestions from the narrative shown at once


@dataclass(frozen=True)
class Earlier:
    """An answer that another one superseded."""

    answer: FactAnswer
    words: str


@dataclass(frozen=True)
class Answered:
    """One answer that stands, and those before it. `may_change`: this person may supersede it;
    `form`, by which that is done, only where it is in sight: a page has dozens of answers.
    """

    answer: FactAnswer
    question: str
    words: str
    report_only: bool
    earlier: list[Earlier]
    may_change: bool = False
    finds: bool = False  # by a finding of this person's
    form: Question | None = None
    withdrawn: bool = False  # the evidence that it names


@dataclass(frozen=True)
class Group:
    """Questions behind one click: those that decide, fix a sum or a duty, or are defences."""

    code: str
    title: str | Promise
    questions: list[Question]

    @property
    def open(self) -> bool:
        """An answer was refused here, so its form has to be in sight."""
        return any(q.errors for q in self.questions)


@dataclass(frozen=True)
class FactsPane:
    """Everything of the pane.

    Without a category every rule could apply and everything would be asked, so nothing is.
    `groups` hold the less decisive questions; `deciding` and `further` count what is open. `stray`:
    a refused answer whose question is not asked here any more, so that its words are not lost.
    `offers`: what the narrative suggests about facts that nobody answered. `evidence`: number and
    title of what an answer can rest on.
    """

    first: list[Question]
    groups: list[Group]
    answered: list[Answered]  # [] until they are asked for
    on_record: list[tuple[str, str]]  # likewise
    known: int  # facts that stand
    deciding: int
    further: int
    editable: bool
    needs_category: bool
    may_categorise: bool
    stray: Question | None
    offers: list[Offer]
    evidence: tuple[tuple[str, str], ...]

    @property
    def first_offers(self) -> list[Offer]:
        """Those that are shown at once."""
        return self.offers[:OFFERS]

    @property
    def more_offers(self) -> list[Offer]:
        """The rest."""
        return self.offers[OFFERS:]

    @property
    def asked(self) -> int:
        """Questions still open."""
        return self.deciding + self.further

    @property
    def answered_open(self) -> bool:
        """They were asked for, or a change of one was refused."""
        return bool(self.answered or self.on_record)


def facts_pane(page: CasePage, given: Given | None = None, known: str | None = None) -> FactsPane:
    """The pane as this person sees it; `given` is an answer that was refused. `known`: show what is
    answered too, with the form by which the answer to this fact is changed ("": none).
    """
    counsel, standing = page.user.may("find_facts"), {a.fact: a for a in page.answers}
    uncategorised, stakes = not page.complaint.category, _stakes(page.analysis)
    rows = [] if uncategorised else page.analysis["missing_facts"]
    asked = [case_questions.asked(m, standing, given, stakes, counsel=counsel) for m in rows]
    mine = [q for q in asked if not q.report]
    if counsel:
        mine.sort(key=lambda q: (RANK[q.kind], not q.finding))
    first = _first(mine)
    on_record = _on_record(page, standing)
    shows = known is not None or (given is not None and given.fact in standing)
    answered = [_answered(a, page, given, known or "") for a in page.answers] if shows else []
    return FactsPane(
        first,
        _groups([q for q in asked if q not in first]),
        answered,
        on_record if shows else [],
        len(page.answers) + len(on_record),
        sum(RANK[q.kind] == 0 for q in asked),
        sum(RANK[q.kind] > 0 for q in asked),
        page.may("answer_facts"),
        uncategorised,
        page.may("edit_complaints"),
        _stray(given, {*(q.fact for q in asked), *(a.form.fact for a in answered if a.form)}),
        _offers(page, {q.fact for q in asked}),
        evidence_of(page),
    )


def evidence_of(page: CasePage) -> tuple[tuple[str, str], ...]:
    """Number and title of what an answer can rest on."""
    return tuple((str(i.number), i.title) for i in page.items if not i.is_withdrawn)


def change_of(page: CasePage, fact: str) -> Answered | None:
    """The answer to a fact with the form that supersedes it; None where nobody answered, or this
    person may not change it.
    """
    answer = next((a for a in page.answers if a.fact == fact), None)
    found = _answered(answer, page, None, fact) if answer else None
    return found if found and found.form else None


def _offers(page: CasePage, asked: Container[str]) -> list[Offer]:
    """What the rules ask for first, judgements last; nothing for those who may not answer."""
    if not page.may("answer_facts"):
        return []
    offers = told_facts.for_case(page.complaint, page.answers)
    return sorted(offers, key=lambda offer: (offer.judgement, offer.fact not in asked))


def _stray(given: Given | None, asked: Container[str]) -> Question | None:
    if given is None or given.fact in asked:
        return None
    return case_questions.form(FACTS[given.fact], given)


def _first(mine: Sequence[Question]) -> list[Question]:
    """The next best questions: what decides, as long as anything does."""
    best = min((RANK[q.kind] for q in mine), default=0)
    return [q for q in mine if RANK[q.kind] == best][:FIRST]


def _groups(rest: Iterable[Question]) -> list[Group]:
    titles = {
        "decides": _("其余决定结论的"),
        "measure": _("影响金额和履行的"),
        "exposure": _("关系到我方风险的"),
        "defence": _("可能的抗辩"),
        "counsel": _("由法务认定的"),
    }
    found: dict[str, list[Question]] = {code: [] for code in titles}
    for q in rest:
        kinds = ("decides", "measure", "exposure", "defence")
        found["counsel" if q.report else kinds[RANK[q.kind]]].append(q)
    return [Group(code, titles[code], each) for code, each in found.items() if each]


def _stakes(analysis: dict[str, Any]) -> dict[str, Decimal]:
    """Remedy → what it comes to or would come to."""
    both = [*analysis["possible_remedies"], *analysis["remedies"]]
    return {r["remedy"]: Decimal(r["amount"]) for r in both if r["amount"]}


def _answered(answer: FactAnswer, page: CasePage, given: Given | None, changes: str) -> Answered:
    fact = FACTS.get(answer.fact)
    if fact is None:  # a word that the vocabulary has dropped since
        return Answered(answer, answer.fact, str(answer.value), False, [])
    words = fact.value_for(answer.value, lang()) if answer.established else ""
    judgement, finds = facts.is_judgement(answer.fact), page.user.may("find_facts")
    report = judgement and not answer.by.may("find_facts")
    earlier = [
        Earlier(a, fact.value_for(a.value, lang()) if a.established else _("无法查明"))
        for a in page.earlier_answers.get(answer.fact, [])
    ]
    may_change = page.may("answer_facts") and (report or finds or not judgement)
    return Answered(
        answer,
        fact.question_for(lang()),
        words,
        report,
        earlier,
        may_change,
        judgement and finds,
        _change(answer, page, given, changes) if may_change else None,
        answer.evidence_number in page.withdrawn,
    )


def _change(
    answer: FactAnswer, page: CasePage, given: Given | None, changes: str
) -> Question | None:
    """The form that supersedes an answer, where one was refused or is asked for."""
    refused = given if given and given.fact == answer.fact else None
    if refused is None and answer.fact != changes:
        return None
    judgement, finds = facts.is_judgement(answer.fact), page.user.may("find_facts")
    form = case_questions.form(
        FACTS[answer.fact],
        refused or case_questions.as_given(answer),
        standing=answer.pk,
        finding=judgement and finds,
        report=judgement and not finds,
    )
    return replace(form, open=refused is not None)


def _on_record(page: CasePage, standing: dict[str, FactAnswer]) -> list[tuple[str, str]]:
    return [
        (FACTS[f].question_for(lang()), FACTS[f].value_for(v, lang()))
        for f, v in facts.from_the_record(page.complaint).items()
        if f not in standing
    ]

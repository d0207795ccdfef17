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
    """One answer that stands, those before it, and the form that supersedes it."""

    answer: FactAnswer
    question: str
    words: str
    report_only: bool
    earlier: list[Earlier]
    form: Question | None
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
    answered: list[Answered]
    on_record: list[tuple[str, str]]
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
        """A change of an answer was refused, so its form has to be in sight."""
        return any(a.form is not None and a.form.open for a in self.answered)

    @property
    def known(self) -> int:
        """Facts that stand."""
        return len(self.answered) + len(self.on_record)


def facts_pane(page: CasePage, given: Given | None = None) -> FactsPane:
    """The pane as this person sees it; `given` is an answer that was refused."""
    counsel, standing = page.user.may("find_facts"), {a.fact: a for a in page.answers}
    uncategorised, stakes = not page.complaint.category, _stakes(page.analysis)
    rows = [] if uncategorised else page.analysis["missing_facts"]
    asked = [case_questions.asked(m, standing, given, stakes, counsel=counsel) for m in rows]
    mine = [q for q in asked if not q.report]
    if counsel:
        mine.sort(key=lambda q: (RANK[q.kind], not q.finding))
    first = _first(mine)
    answered = [_answered(a, page, given) for a in page.answers]
    return FactsPane(
        first,
        _groups([q for q in asked if q not in first]),
        answered,
        _on_record(page, standing),
        sum(RANK[q.kind] == 0 for q in asked),
        sum(RANK[q.kind] > 0 for q in asked),
        page.may("answer_facts"),
        uncategorised,
        page.may("edit_complaints"),
        _stray(given, [*asked, *(a.form for a in answered if a.form)]),
        _offers(page, {q.fact for q in asked}),
        tuple((str(i.number), i.title) for i in page.items if not i.is_withdrawn),
    )


def _offers(page: CasePage, asked: Container[str]) -> list[Offer]:
    """What the rules ask for first, judgements last; nothing for those who may not answer."""
    if not page.may("answer_facts"):
        return []
    offers = told_facts.for_case(page.complaint, page.answers)
    return sorted(offers, key=lambda offer: (offer.judgement, offer.fact not in asked))


def _stray(given: Given | None, forms: Sequence[Question]) -> Question | None:
    if given is None or any(q.fact == given.fact for q in forms):
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


def _answered(answer: FactAnswer, page: CasePage, given: Given | None) -> Answered:
    fact = FACTS.get(answer.fact)
    if fact is None:  # a word that the vocabulary has dropped since
        return Answered(answer, answer.fact, str(answer.value), False, [], None)
    words = fact.value_for(answer.value, lang()) if answer.established else ""
    judgement, finds = facts.is_judgement(answer.fact), page.user.may("find_facts")
    refused = bool(given and given.fact == fact.id)
    change = case_questions.form(
        fact,
        given if refused else case_questions.as_given(answer),
        standing=answer.pk,
        finding=judgement and finds,
        report=judgement and not finds,
    )
    report = judgement and not answer.by.may("find_facts")
    earlier = [
        Earlier(a, fact.value_for(a.value, lang()) if a.established else _("无法查明"))
        for a in page.earlier_answers.get(answer.fact, [])
    ]
    return Answered(
        answer,
        fact.question_for(lang()),
        words,
        report,
        earlier,
        replace(change, open=refused) if report or finds or not judgement else None,
        answer.evidence_number in page.withdrawn,
    )


def _on_record(page: CasePage, standing: dict[str, FactAnswer]) -> list[tuple[str, str]]:
    return [
        (FACTS[f].question_for(lang()), FACTS[f].value_for(v, lang()))
        for f, v in facts.from_the_record(page.complaint).items()
        if f not in standing
    ]

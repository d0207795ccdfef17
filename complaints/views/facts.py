"""Answering one fact: posted once, the facts, the law, the sum and the buttons change together."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from complaints.actions import facts as fact_actions
from complaints.errors import CaseError, Invalid, NotAllowed, StaleVersion
from complaints.models import Complaint
from complaints.views import own_drafts
from complaints.views.case import head, load, panes, whole
from complaints.views.case_facts import change_of, evidence_of, facts_pane
from complaints.views.case_page import CasePage
from complaints.views.case_questions import Given, lang, value_sent
from complaints.views.case_timeline import timeline
from config.tags import when
from legal_rules.values import FactError
from legal_rules.vocabulary import FACTS, check_value


@require_POST
@needs("answer_facts")
def answer_fact(request: HttpRequest, number: str, fact: str) -> HttpResponse:
    """Record one answer `{value, source, evidence, note}` or `unknown` with a reason."""
    if fact not in FACTS:
        raise Http404
    given = _given(request, fact)
    try:
        sent = {fact: _answer(request, fact, given)}
        seen = request.POST.get("standing", "")
        standing = {fact: int(seen) if seen.isdecimal() and len(seen) < 18 else None}
        fact_actions.answer(number, sent, by=person(request), standing=standing)
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return _refused(request, number, given, error)
    own_drafts.drop(request)
    return _changed(request, number, fact)


@require_GET
@needs("see_complaints")
def known_facts(request: HttpRequest, number: str) -> HttpResponse:
    """What is answered, swapped into the page; without scripts the page with it open."""
    page = load(request, number)
    if request.headers.get("HX-Request"):
        context = {"facts": facts_pane(page, known=""), "case": page.complaint}
        return render(request, "case/known.html", context)
    return render(request, "case/case.html", whole(page, request, known=""))


@require_GET
@needs("answer_facts")
def change_fact(request: HttpRequest, number: str, fact: str) -> HttpResponse:
    """The form that supersedes an answer, swapped into the page; without scripts the page with it
    open.
    """
    page = load(request, number)
    found = change_of(page, fact)
    if found is None:
        raise Http404
    if request.headers.get("HX-Request"):
        context = {"a": found, "case": page.complaint, "items": evidence_of(page)}
        return render(request, "case/change.html", context)
    return render(request, "case/case.html", whole(page, request, known=fact))


def _given(request: HttpRequest, fact: str) -> Given:
    values = request.POST.getlist("value")
    multi = FACTS[fact].type == "multi"
    return Given(
        fact,
        values if multi else next(iter(values), ""),
        request.POST.get("source", ""),
        request.POST.get("evidence", ""),
        request.POST.get("note", ""),
        unknown="unknown" in request.POST,
    )


def _answer(request: HttpRequest, fact: str, given: Given) -> dict[str, Any]:
    about: dict[str, Any] = {"source": given.source, "note": given.note}
    if given.evidence:
        about["evidence"] = given.evidence
    if given.unknown:
        return {**about, "cannot_be_established": True}
    value = value_sent(FACTS[fact], request.POST.getlist("value"))
    try:
        return {**about, "value": None if value is None else check_value(fact, value)}
    except FactError as error:
        raise Invalid({fact: [error.sentence_for(lang())]}) from error


def _refused(request: HttpRequest, number: str, given: Given, error: CaseError) -> HttpResponse:
    page = load(request, number)
    stale = isinstance(error, StaleVersion)
    sentences = [_by_whom(page, given)] if stale else [error.message]
    shown = Given(**{**vars(given), "errors": tuple(sentences)})
    status = 409 if stale else 422
    if request.headers.get("HX-Request"):
        return _pane(request, page, shown, status)
    context = {**whole(page, request), **panes(page, shown)}
    return render(request, "case/case.html", context, status=status)


def _by_whom(page: CasePage, given: Given) -> str:
    """Who answered the same question meanwhile, and how."""
    standing = next((a for a in page.answers if a.fact == given.fact), None)
    if standing is None:
        return _("这一项的回答刚被撤下；您填写的内容还在，请核对后再提交")
    fact = FACTS[given.fact]
    words = fact.value_for(standing.value, lang()) if standing.established else _("无法查明")
    return _(
        "{name} 在 {at} 答了“{words}”（{source}）；您填写的内容还在下面，请核对后再提交"
    ).format(
        name=standing.by.name,
        at=when(standing.at),
        words=words,
        source=standing.get_source_display(),
    )


def _changed(request: HttpRequest, number: str, fact: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = _pane(request, load(request, number), None, 200)
        said = {"kesu:answered": fact, "announce": _("已记录")}
        response["HX-Trigger-After-Settle"] = json.dumps(said)
        return response
    return HttpResponseRedirect(reverse("case", args=[number]) + "#facts")


def _shows_the_newest(request: HttpRequest) -> bool:
    """Whether the page in the browser shows the newest entries of the whole story."""
    asked = parse_qs(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    return not asked.keys() & {"show", "before"}


def _pane(request: HttpRequest, page: CasePage, given: Given | None, status: int) -> HttpResponse:
    """Facts, and beside them out of band whatever follows from facts."""
    known = "" if request.POST.get("known") else None
    context = {**head(page), **panes(page, given, known=known), "oob": True}
    if given is None and _shows_the_newest(request):
        context["timeline"] = timeline(page, "", "")
    return render(request, "case/panes.html", context, status=status)

"""试算: counsel tries rule files on the open cases before anything is enabled."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from complaints.actions import half_typed, trials
from complaints.errors import Invalid
from complaints.models import Trial
from complaints.views.trial_page import TrialPage, files_of
from legal_rules import candidate, rulebook
from legal_rules.reasoning.source import LawError

DRAFT = "rules-try"
SHOWN = 20  # earlier trials
MOST_MISTAKES = 100


def _lang() -> str:
    return get_language() or "zh-hans"


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
@needs("sign_rules")
def rules_try(request: HttpRequest) -> HttpResponse:
    """The way in: a file or a text; its mistakes, or on to what it changes."""
    if request.method == "GET":
        return _form(request)
    text = request.POST.get("text", "")
    files = files_of(text, request.FILES.getlist("files"))
    found = candidate.read(files, rulebook.current())
    if not found.sound:
        return _form(request, text, [*found.mistakes, *found.failures])
    try:
        kept = {name: content.decode("utf-8-sig") for name, content in files.items()}
        trial = trials.keep(found, kept, by=person(request))
    except Invalid as refused:
        return _form(request, text, refused=refused.message)
    half_typed.drop_draft(person(request), DRAFT)
    return redirect("trial", trial.pk)


def _form(
    request: HttpRequest,
    text: str = "",
    mistakes: list[LawError] | None = None,
    refused: str = "",
) -> HttpResponse:
    lang, found = _lang(), mistakes or []
    context = {
        "text": text,
        "refused": refused,
        "mistakes": [
            (m.file, m.line, m.sentence_for(lang), m.remedy_for(lang))
            for m in found[:MOST_MISTAKES]
        ],
        "count": len(found),
        "trials": Trial.objects.select_related("by").order_by("-id")[:SHOWN],
        "draft_key": DRAFT,
        "fresh": request.method == "POST",
    }
    return render(request, "rules/try.html", context, status=422 if found or refused else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("sign_rules")
def trial(request: HttpRequest, trial: int) -> HttpResponse:
    """One trial, wherever it stands; POST starts or stops it."""
    found = get_object_or_404(Trial.objects.select_related("by"), pk=trial)
    if request.method == "POST":
        return _act(request, found)
    desk = TrialPage(found, person(request), _lang(), request.GET)
    return render(request, "rules/trial.html", {"desk": desk})


def _act(request: HttpRequest, found: Trial) -> HttpResponse:
    action = request.POST.get("action", "")
    if action == "stop":
        trials.stop(found, trials.BY_HAND, by=person(request))
    elif action == "start":
        try:
            trials.start(found, by=person(request))
        except Invalid as refused:
            messages.error(request, refused.message)
    else:
        raise BadRequest
    return redirect("trial", found.pk)


@never_cache
@require_GET
@needs("sign_rules")
def trial_progress(request: HttpRequest, trial: int) -> HttpResponse:
    """How far it is, for the page that waits; when it is over the page is drawn anew."""
    found = get_object_or_404(Trial, pk=trial)
    if not request.headers.get("HX-Request"):
        return redirect("trial", found.pk)
    if found.state != Trial.State.RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    desk = TrialPage(found, person(request), _lang(), {})
    return render(request, "rules/trial_progress.html", {"desk": desk})

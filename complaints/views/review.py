"""法务审核: what waits for counsel, and one proposal with everything that a signature covers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from complaints import points
from complaints.actions import facts as fact_actions
from complaints.actions import half_typed, reading
from complaints.errors import Invalid, StaleVersion
from complaints.models import Resolution
from complaints.views import changes, findings_form, signing
from complaints.views.lookup import case_of
from complaints.views.queue_rows import BY_DUE, BadCursor, Cursor, page
from complaints.views.review_desk import Review, void_offers, waiting
from config.fresh import read_anew
from config.kept import forget

TABS = ("proposal", "facts", "law", "history")


@require_GET
@needs("sign_resolutions")
def review(request: HttpRequest) -> HttpResponse:
    """What waits for counsel, soonest due first."""
    user, now, text = person(request), timezone.now(), request.GET.get("cursor", "")
    try:
        cursor = Cursor.read(text) if text else None
    except BadCursor:
        cursor = None
        messages.warning(request, _("分页位置无效，已从第一页开始。"))
    found = page(waiting(user), BY_DUE, cursor, now)
    again = [] if cursor else page(void_offers(user), BY_DUE, None, now).rows
    context = {"page": found, "again": again, "now": now, "me": user}
    return render(request, "review/list.html", context)


@read_anew
@require_http_methods(["GET", "POST"])
@needs("sign_resolutions")
def review_case(request: HttpRequest, number: str) -> HttpResponse:
    """One proposal; posting is counsel's word on it (`signing.py`)."""
    desk = Review(case_of(request, number), person(request))
    if request.method == "POST":
        return decide(request, desk)
    draft = half_typed.load_draft(desk.user, desk.draft_key) if desk.returnable else None
    typed = draft[0] if draft else {}
    return shown(request, desk, signing.Word.drafted(typed))


def decide(request: HttpRequest, desk: Review) -> HttpResponse:
    """Sign, send back, or only look again; a refusal shows the page with everything typed."""
    word = signing.Word.posted(request.POST)
    act = signing.ACTS.get(request.POST.get("action", ""))
    if act is None:
        return shown(request, desk, word)
    outcome = act(request, desk, word)
    if outcome.done:
        half_typed.drop_draft(desk.user, desk.draft_key)
        forget(f"badges:{desk.user.pk}")  # so that a signed case leaves the rail at once
        messages.success(request, outcome.done)
        return redirect(*outcome.to)
    fresh = Review(case_of(request, desk.complaint.number), desk.user)
    if outcome.changed:
        fresh.happened = changes.since(fresh.complaint, word.seen)
        fresh.read_before = (
            int(word.version) if word.version.isdecimal() and len(word.version) < 10 else None
        )
    return shown(request, fresh, word, outcome=outcome, status=outcome.status)


@require_POST
@needs("sign_resolutions")
def read_to_the_end(request: HttpRequest, number: str) -> HttpResponse:
    """已读完: said by a script at the end of the letter, or by the button there."""
    case_of(request, number)
    refused = ""
    try:
        reading.mark_read(number, request.POST.get("read", ""), by=person(request))
    except (Invalid, StaleVersion) as error:
        refused = error.message
    if request.headers.get("HX-Request"):
        return HttpResponse(refused, status=200 if refused else 204, content_type="text/plain")
    if refused:
        messages.warning(request, refused)
    return redirect("review_case", number)


@require_POST
@needs("find_facts")
def findings(request: HttpRequest, number: str) -> HttpResponse:
    """Counsel's own findings; the analysis is frozen anew with them."""
    desk = Review(case_of(request, number), person(request))
    form = findings_form.questions(desk.result.get("missing_facts", []), desk.answered, desk.lang)
    answers = findings_form.read(form, request.POST)
    seen = findings_form.standing(request.POST, answers)
    try:
        fact_actions.answer(number, answers, by=desk.user, standing=seen)
    except StaleVersion as stale:
        fresh = Review(case_of(request, number), desk.user)
        return shown(request, fresh, None, "facts", 409, form=form, refused=[stale.message])
    except Invalid as invalid:
        for q in form:
            q.errors = invalid.errors.get(q.id, [])
        rest = [m for f, ms in invalid.errors.items() if f not in answers for m in ms]
        return shown(request, desk, None, "facts", 422, form=form, refused=rest)
    count = len(answers)
    words = ngettext("已记录 %(n)s 项认定", "已记录 %(n)s 项认定", count) % {"n": count}
    messages.success(request, words)
    return redirect("review_case", number)


def shown(
    request: HttpRequest,
    desk: Review,
    word: signing.Word | None,
    tab: str = "",
    status: int = 200,
    *,
    form: list[findings_form.Question] | None = None,
    **more: Any,
) -> HttpResponse:
    """The page of one case, on the tab that the address names."""
    tab = tab or request.GET.get("tab", "")
    missing = desk.result.get("missing_facts", [])
    form = form or findings_form.questions(missing, desk.answered, desk.lang)
    context = {
        "desk": desk,
        "points": points.shown(desk.resolution, desk.result, desk.lang),
        "word": (word := word or signing.Word()),
        "checklist": desk.checklist(word.checklist) if desk.open else [],
        "takes_over": desk.takes_over(word.take_over) if desk.open else [],
        "tab": tab if tab in TABS else TABS[0],
        "clean": request.GET.get("view") == "clean",
        "fingerprint": desk.fingerprint,
        "confirmed_until": signing.confirmed_until(request),
        "form": form,
        "to_find": sum(1 for q in form if not q.found),
        "signed": Resolution.Status.SIGNED,
        **more,
    }
    return render(request, "review/case.html", context, status=status)

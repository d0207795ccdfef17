"""拟定方案: measures, explanation, basis and letter of one proposal, saved and sent to counsel."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import needs, person
from complaints import quick_values, suggestion, wording_check
from complaints.actions import half_typed, steps
from complaints.actions import resolution as resolutions
from complaints.errors import Invalid, NotAllowed, StaleVersion, StepRefused
from complaints.views.lookup import case_of
from complaints.views.resolution_desk import Desk
from complaints.views.resolution_form import Proposal, blank


@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def resolution(request: HttpRequest, number: str) -> HttpResponse:
    """The page; posting needs the permission to draft."""
    return act(request, number) if request.method == "POST" else show(request, number)


def show(request: HttpRequest, number: str) -> HttpResponse:
    """The saved version, or what the person was typing when the page was left."""
    desk = Desk(case_of(request, number), person(request))
    return _page(request, desk, desk.as_left())


@needs("draft_resolutions")
def act(request: HttpRequest, number: str) -> HttpResponse:
    """One button of the page: `action` is its name and perhaps a row's number."""
    desk = Desk(case_of(request, number), person(request))
    form = Proposal.posted(request.POST)
    form.number = number
    name, _dash, row = request.POST.get("action", "").partition("-")
    if name in CHANGES:
        CHANGES[name](desk, form, row)
        return _page(request, desk, form)
    try:
        return ACTS.get(name, save)(request, desk, form)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error


# --- buttons that only change what stands on the page


def _add(desk: Desk, form: Proposal, row: str) -> None:
    if len(form.rows) < resolutions.MOST_MEASURES:
        form.rows.append(blank())


def _remove(desk: Desk, form: Proposal, row: str) -> None:
    if row.isdecimal() and len(row) < 4 and int(row) < len(form.rows):
        del form.rows[int(row)]


def _take(desk: Desk, form: Proposal, rule: str) -> None:
    """What the law says is owed becomes rows, and its articles are ticked.

    With a rule: what that one would give if counsel finds what it asks for.
    """
    today = timezone.localdate()
    if not rule:
        form.add(suggestion.measures(desk.in_chinese, today))
        form.basis = list(dict.fromkeys([*form.basis, *(b.text for b in desk.bases)]))
    for one in suggestion.awaiting_counsel(desk.in_chinese):
        if one.rule == rule:
            form.add([suggestion.row_of(one.remedy, one.citation, today)])
            form.cite(one.citation)


def _propose_points(desk: Desk, form: Proposal, row: str) -> None:
    """A point for everything disputed of which none stands there yet."""
    form.points.propose(desk.disputed)


def _letter(desk: Desk, form: Proposal, row: str) -> None:
    """A starting text with what there is something to say about, where nothing stands yet."""
    if not form.letter.strip():
        form.write(desk.fresh_letter(form, row or "zh"))


def _rewrite(desk: Desk, form: Proposal, row: str) -> None:
    """The letter anew with the options that are ticked; what stood there can be put back."""
    form.write(desk.fresh_letter(form, desk.letter_language(form), form.options))


def _restore(desk: Desk, form: Proposal, row: str) -> None:
    """What stood there before it was written anew."""
    if form.letter_was.strip():
        form.letter, form.letter_was = form.letter_was, form.letter


def _refresh(desk: Desk, form: Proposal, row: str) -> None:
    """Only the total is worked out again."""


CHANGES: dict[str, Callable[[Desk, Proposal, str], None]] = {
    "add": _add,
    "remove": _remove,
    "take": _take,
    "letter": _letter,
    "rewrite": _rewrite,
    "restore": _restore,
    "propose": _propose_points,
    "pointadd": lambda desk, form, row: form.points.add(),
    "pointremove": lambda desk, form, row: form.points.remove(row),
    "pointup": lambda desk, form, row: form.points.up(row),
    "pointdown": lambda desk, form, row: form.points.down(row),
    "refresh": _refresh,
}

# --- buttons that act on the case


def save(request: HttpRequest, desk: Desk, form: Proposal) -> HttpResponse:
    """Store the proposal."""
    refused = _store(request, desk, form)
    if refused is not None:
        return refused
    messages.success(request, _("方案已保存"))
    return redirect("resolution", desk.complaint.number)


def submit(request: HttpRequest, desk: Desk, form: Proposal) -> HttpResponse:
    """Store the proposal and send it to counsel; what keeps it from going is said on the page."""
    refused = _store(request, desk, form)
    if refused is not None:
        return refused
    number, anyway = desk.complaint.number, request.POST.get("anyway", "").strip()[:500]
    letter = form.paper.letter
    asked = [] if anyway else _questions(letter.text, letter.language)
    fresh = Desk(case_of(request, number), desk.user)
    if asked and not fresh.missing:
        return _page(request, fresh, form, status=422, asked=asked)
    try:
        steps.take(number, "submit", {"anyway": anyway} if anyway else {}, by=desk.user)
    except StepRefused as unmet:
        reasons = [u.message for u in unmet.unmet]
        return _page(request, fresh, form, status=422, not_sent=reasons)
    messages.success(request, _went_where(desk))
    return redirect("case", number)


def _questions(text: str, lang: str) -> list[str]:
    """What to look at once more in the letter before counsel reads it."""
    return quick_values.still_open(text) + wording_check.questions(text, lang, decides=True)


def _went_where(desk: Desk) -> str:
    """That it lies with counsel, and who has to approve its sum first."""
    sent = resolutions.current(desk.complaint)
    asked = sent.approvals.filter(decided_at=None).last() if sent else None
    if asked is None:
        return _("方案已送法务审核")
    words = _("方案已送法务审核；金额超出权限 {limit} 元，已同时请{level}审批")
    return words.format(limit=f"{asked.limit:,.2f}", level=asked.get_level_display())


def discard(request: HttpRequest, desk: Desk, form: Proposal) -> HttpResponse:
    """Forget what was typed since the last save."""
    half_typed.drop_draft(desk.user, desk.draft_key)
    return redirect("resolution", desk.complaint.number)


ACTS: dict[str, Callable[[HttpRequest, Desk, Proposal], HttpResponse]] = {
    "save": save,
    "submit": submit,
    "discard": discard,
}


def _store(request: HttpRequest, desk: Desk, form: Proposal) -> HttpResponse | None:
    """Save the proposal; when refused, the page with the reason and everything typed."""
    number, version = desk.complaint.number, request.POST.get("version", "")
    try:
        resolutions.save_draft(
            number,
            form.values(),
            by=desk.user,
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
        )
    except StaleVersion as stale:
        desk = Desk(case_of(request, number), desk.user)  # as it stands now
        desk.compare(form, seen=request.POST.get("seen", ""), base=request.POST.get("base", ""))
        return _page(request, desk, form, status=409, stale=stale.message)
    except Invalid as invalid:
        form.refuse(invalid.errors)
        return _page(request, desk, form, status=422)
    half_typed.drop_draft(desk.user, desk.draft_key)
    return None


def _page(
    request: HttpRequest, desk: Desk, form: Proposal, *, status: int = 200, **more: Any
) -> HttpResponse:
    template = "resolution/draft.html" if desk.editable else "resolution/read.html"
    short = max(desk.owed - form.total, Decimal(0))
    rows, paper = desk.rows(form), form.paper
    context = {
        "desk": desk,
        "form": form,
        "rows": rows,
        "points": desk.points_in(form) if desk.editable else [],
        "short": short,
        "paper": paper,
        **more,
    }
    return render(request, template, context, status=status)

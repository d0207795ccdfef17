"""案件工作台: the whole case on one page, its panes by themselves, and what they post."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.roles import Role
from complaints import clock_words, extending, reopening
from complaints.advance import refuse_destroyed
from complaints.choices import Claim, Risk
from complaints.models import Complaint, Deadline, Extension
from complaints.views import clock_list, clock_shown, list_places
from complaints.views.case_answer import waiting
from complaints.views.case_calc import calc_pane
from complaints.views.case_composer import composer
from complaints.views.case_consults import consults_of
from complaints.views.case_facts import facts_pane
from complaints.views.case_head import actions_of
from complaints.views.case_law import law_pane, rule_shown
from complaints.views.case_outgoing import leaving, withheld
from complaints.views.case_page import CasePage
from complaints.views.case_phases import phases_of
from complaints.views.case_promises import promises_of
from complaints.views.case_questions import Given, lang
from complaints.views.case_timeline import FILTERS, timeline
from complaints.views.queue_row import risk_level
from complaints.views.urged import urged
from config.fresh import read_anew
from legal_rules.vocabulary import CATEGORIES


def load(request: HttpRequest, number: str) -> CasePage:
    """The case before this person. Raises Http404, the same for a missing and for a foreign one,
    Gone for one whose file was destroyed: its tombstone is shown instead (`views/gone.py`).
    """
    page = found(request, number)
    refuse_destroyed(page.complaint)
    return page


def found(request: HttpRequest, number: str) -> CasePage:
    """The same, also where the file was destroyed. Raises Http404."""
    try:
        return CasePage.load(person(request), number)
    except Complaint.DoesNotExist as error:
        raise Http404 from error


@read_anew
@require_GET
@needs("see_complaints")
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The workspace. Eleven statements at most, whatever the case holds."""
    page = found(request, number)
    if page.complaint.destroyed_at is not None:
        return redirect("archive_case", number)
    context = whole(page, request)
    answer = render(request, "case/case.html", context)
    list_places.keep(request, answer, number, context["in_list"])
    return answer


@require_GET
@needs("see_complaints")
def timeline_pane(request: HttpRequest, number: str) -> HttpResponse:
    """Earlier entries, or those of another filter, swapped into the page."""
    page = load(request, number)
    return render(request, "case/timeline.html", _timeline(page, request))


@require_GET
@needs("see_complaints")
def rule_pane(request: HttpRequest, number: str, rule: str) -> HttpResponse:
    """What one paragraph of law asks and says, swapped into the page; without scripts the page with
    it open.
    """
    page = load(request, number)
    shown = rule_shown(page, rule)
    if shown is None:
        raise Http404
    if request.headers.get("HX-Request"):
        context = {"rule": shown, "case": page.complaint}
        return render(request, "case/rule_body.html", context)
    return render(request, "case/case.html", whole(page, request, rule=rule))


def whole(
    page: CasePage, request: HttpRequest, *, known: str | None = None, rule: str = ""
) -> dict[str, Any]:
    """Everything that the page shows. `known` and `rule`: as for the panes, for whoever has no
    scripts.
    """
    return {
        **head(page),
        **panes(page, known=known, rule=rule),
        **_timeline(page, request),
        **_left(page),
        "composer": composer(page, request.GET.get("compose", "")),
        "back": list_places.back(request, page.complaint),
        "in_list": list_places.arrived(request, page.complaint),
    }


def head(page: CasePage) -> dict[str, Any]:
    """Title, phases, clocks and buttons."""
    complaint = page.complaint
    return {
        "page": page,
        "case": complaint,
        "actions": actions_of(page),
        "phases": phases_of(page),
        **_clocks(page),
        "consults": consults_of(page),
        "leaving": leaving(page),
        "withheld": withheld(page),
        "wait": waiting(page),
        "reopened": reopening.in_words(
            reopening.times(row["step"] for row in complaint.steps_taken)
        ),
        "risks": [Risk(r).label for r in complaint.risk_flags],
        "risk": risk_level(complaint),
        "read_only": page.user.is_(Role.AUDITOR) or page.user.reads_only,
        "handover": _handover(page),
        "urged": urged(page),
    }


def _clocks(page: CasePage) -> dict[str, Any]:
    """Every clock of the case, the most pressing first; the head shows two of them. No
    statement of its own beside that of the running clocks.
    """
    complaint = page.complaint
    clocks = [
        clock_shown.shown(deadline, page.now, complaint.open_holds)
        for deadline in clock_shown.by_pressure(page.clocks)
    ]
    in_head, more = clock_shown.in_head(clocks)
    return {
        "clocks": clocks,
        "head_clocks": in_head,
        "more_clocks": more,
        "ended": [clock_list.ended(Deadline(**row)) for row in complaint.ended_clocks],
        "waits": [
            (h, clock_shown.reasons([h]), _stopped(h, page.clocks)) for h in complaint.open_holds
        ],
        "asked": [_asked(row, page) for row in complaint.extensions_asked],
    }


def _stopped(hold: dict[str, Any], clocks: list[Deadline]) -> str:
    """The names of the clocks that stand still for it."""
    held = [clock_words.title_of(d) for d in clocks if d.kind in hold["pauses"]]
    return _("、").join(held)


def _asked(row: dict[str, Any], page: CasePage) -> dict[str, Any]:
    """A request for a longer term that waits, and whether this person decides about it."""
    deadline = next((d for d in page.clocks if d.pk == row["deadline"]), None)
    waiting = Extension(requested_by_id=row["by_id"])
    if deadline is not None:
        deadline.complaint = page.complaint
    may = deadline is not None and not extending.may_decide(deadline, waiting, page.user)
    return {
        **row,
        "clock": clock_words.title_of_row(row["entry"] or row["kind"]),
        "words": extending.in_words(row["terms"]),
        "may_decide": may,
    }


def panes(
    page: CasePage, given: Given | None = None, *, known: str | None = None, rule: str = ""
) -> dict[str, Any]:
    """Facts, law and sum, which change together. `known`: with what is answered, and the form that
    changes this one; `rule`: the paragraph that is open.
    """
    return {
        "page": page,
        "case": page.complaint,
        "facts": facts_pane(page, given, known),
        "law": law_pane(page, rule),
        "calc": calc_pane(page),
        "items": page.items,
    }


def _timeline(page: CasePage, request: HttpRequest) -> dict[str, Any]:
    counts = {
        "talk": page.complaint.n_talk,
        "evidence": page.complaint.n_evidence,
        "internal": page.complaint.n_internal,
    }
    shown = timeline(page, request.GET.get("show", ""), request.GET.get("before", ""))
    return {
        "page": page,
        "case": page.complaint,
        "timeline": shown,
        "tabs": [(f, counts.get(f.code), f is shown.current) for f in FILTERS],
        "items": page.items,
        "may_add_evidence": page.may("add_evidence"),
    }


def _left(page: CasePage) -> dict[str, Any]:
    complaint = page.complaint
    category = CATEGORIES.get(complaint.category)
    return {
        "category": category.name_for(lang()) if category else "",
        "claims": [Claim(c).label for c in complaint.claims],
        "promises": promises_of(page),
    }


def _handover(page: CasePage) -> dict[str, Any] | None:
    """The note of whoever handed the case over, until the new owner did something with it."""
    note, complaint = page.complaint.handover, page.complaint
    if not note or complaint.owner_id != page.user.pk or note["by_id"] == page.user.pk:
        return None
    if note["owner"] != page.user.username or note["id"] < (complaint.owner_acted or 0):
        return None
    return note if complaint.is_open else None

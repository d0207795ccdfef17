"""档案: finished cases, what each file holds, archiving and reopening."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import needs, person
from complaints import search
from complaints.actions import archiving, steps
from complaints.errors import CaseError, NotAllowed
from complaints.finding.terms import TOO_LONG
from complaints.lifecycle import Outcome
from complaints.models import Complaint, Destroyed
from complaints.models.person_search import Door
from complaints.views.archive_file import ArchiveFile
from complaints.views.keeping_words import class_name
from complaints.views.lookup import case_of
from complaints.views.queue_filters import CLOSED_STATES
from complaints.views.queue_rows import BY_CLOSING, BadCursor, Cursor, page
from complaints.views.signing import confirmed_until

TABS = ("chain", "story", "resolution", "evidence")
STATES = [(state.value, state.label) for state in CLOSED_STATES]


@require_GET
@needs("see_complaints")
def archive(request: HttpRequest) -> HttpResponse:
    """Closed and archived cases, the latest first."""
    chosen, problems = _chosen(request)
    unlooked = False
    cases = Complaint.objects.visible_to(person(request)).filter(state__in=CLOSED_STATES)
    cases = cases.filter(**{k: v for k, v in chosen.items() if k != "q"})
    if "q" in chosen:
        answer = search.matching(cases, chosen["q"], by=person(request), door=Door.ARCHIVE)
        cases = answer.cases
        problems += [*answer.problems, *answer.hits.problems]
        unlooked = answer.hits.free is not None
    cursor = _cursor(request, problems)
    context = {
        "page": page(cases, BY_CLOSING, cursor, timezone.now()),
        "chosen": chosen,
        "problems": problems,
        "unlooked": unlooked,
        "states": STATES,
        "outcomes": Outcome.choices,
        "sees_satisfaction": person(request).may("see_satisfaction"),
        "sees_retention": person(request).may("see_retention"),
    }
    return render(request, "archive/list.html", context)


def _chosen(request: HttpRequest) -> tuple[dict[str, str], list[str]]:
    """The filters of the address; what is not known is left out and said."""
    known = {"state": dict(STATES), "outcome": dict(Outcome.choices)}
    chosen, problems = {}, []
    text = request.GET.get("q", "").strip()[:TOO_LONG]
    if text:
        chosen["q"] = text
    for name, values in known.items():
        value = request.GET.get(name, "")
        if value in values:
            chosen[name] = value
        elif value:
            problems.append(_("没有“%(value)s”这一项，已忽略。") % {"value": value[:40]})
    return chosen, problems


def _cursor(request: HttpRequest, problems: list[str]) -> Cursor | None:
    text = request.GET.get("cursor", "")
    try:
        return Cursor.read(text) if text else None
    except BadCursor:
        problems.append(_("分页位置无效，已从第一页开始。"))
        return None


@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def archive_case(request: HttpRequest, number: str) -> HttpResponse:
    """The file of one finished case; posting archives or reopens it."""
    complaint = case_of(request, number)
    if complaint.destroyed_at is not None:
        return tombstone(request, complaint)
    if request.method == "POST":
        return act(request, complaint)
    if complaint.is_open:
        return redirect("case", number)
    return shown(request, complaint)


def act(request: HttpRequest, complaint: Complaint) -> HttpResponse:
    """Take one of the two steps that a file knows; what stands in the way is said on the page."""
    code = request.POST.get("action", "")
    if code not in ("archive", "reopen"):
        raise BadRequest
    names = ("reason", "ground") if code == "reopen" else ()
    fields = {name: request.POST.get(name, "") for name in names}
    try:
        steps.take(complaint.number, code, fields, by=person(request))
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    except CaseError as refused:
        fresh = case_of(request, complaint.number)
        return shown(request, fresh, refused=refused.message, status=422, **fields)
    if code == "reopen":
        messages.success(request, _("案件已重新启动，回到调查阶段"))
        return redirect("case", complaint.number)
    messages.success(request, _("案卷已归档"))
    return redirect("archive_case", complaint.number)


def tombstone(request: HttpRequest, complaint: Complaint) -> HttpResponse:
    """What is left of a file that was destroyed: the entry in the register, and the chain."""
    gone = Destroyed.objects.get(complaint=complaint)
    context = {
        "file": ArchiveFile(complaint, person(request), everything=request.GET.get("all") == "1"),
        "gone": gone,
        "class": class_name(gone.code),
        "items": [one["number"] for one in gone.files if isinstance(one["number"], int)],
    }
    return render(request, "keeping/tombstone.html", context)


def shown(
    request: HttpRequest, complaint: Complaint, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of one file, on the tab that the address names."""
    everything = request.GET.get("all") == "1"
    tab = request.GET.get("tab", "")
    context = {
        "file": ArchiveFile(complaint, person(request), everything=everything),
        "tab": tab if tab in TABS else TABS[0],
        "quiet_days": archiving.QUIET.days,
        "confirmed_until": confirmed_until(request),
        "checked": "checked" in request.GET,
        **more,
    }
    return render(request, "archive/file.html", context, status=status)

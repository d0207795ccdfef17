"""The clocks of a case: all of them, one with its reasons, and asking for and deciding about a
longer term.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from complaints import clock_words, deadlines, extending
from complaints.actions import extensions
from complaints.advance import find
from complaints.clock import ClockError
from complaints.models import Complaint, Deadline, Extension
from complaints.views.acting import act, posted_of
from complaints.views.clock_forms import DecideForm, ExtendForm
from complaints.views.clock_list import list_of
from complaints.views.clock_page import page_of
from complaints.views.sheets import Mark, Sheet, show


def load(request: HttpRequest, number: str) -> Complaint:
    """The case before this person. Raises Http404, the same for a missing and a foreign one."""
    try:
        return find(number, person(request))
    except Complaint.DoesNotExist as error:
        raise Http404 from error


def _clock(complaint: Complaint, pk: int) -> Deadline:
    deadline = Deadline.objects.filter(complaint=complaint, pk=pk).first()
    if deadline is None:
        raise Http404
    deadline.complaint = complaint
    return deadline


def _reading(complaint: Complaint, title: str, template: str, shown: dict[str, Any]) -> Sheet:
    """A sheet that is only read."""
    sheet = Sheet(complaint, title, "", None, "", template=template, always=True)
    sheet.extra = shown
    return sheet


@require_GET
@needs("see_complaints")
def clocks(request: HttpRequest, number: str) -> HttpResponse:
    """Every clock of the case, its holds and its moments."""
    complaint = load(request, number)
    shown = list_of(complaint, person(request), timezone.now())
    return show(request, _reading(complaint, _("期限与时间节点"), "case/clock_list.html", shown))


@require_GET
@needs("see_complaints")
def clock(request: HttpRequest, number: str, deadline: int) -> HttpResponse:
    """Why this date."""
    complaint = load(request, number)
    found = _clock(complaint, deadline)
    shown = page_of(found, complaint, person(request), timezone.now())
    title = _("期限：{clock}").format(clock=clock_words.title_of(found))
    return show(request, _reading(complaint, title, "case/clock.html", shown))


@require_http_methods(["GET", "POST"])
@needs("edit_complaints")
@keeps_what_was_typed
def extend(request: HttpRequest, number: str, deadline: int) -> HttpResponse:
    """申请延长."""
    complaint = load(request, number)
    found = _clock(complaint, deadline)
    offer, title = extending.offer(found), clock_words.title_of(found)
    form = ExtendForm(offer, posted_of(request)) if offer else None
    sheet = Sheet(complaint, _("申请延长：{clock}").format(clock=title), request.path, form, "")
    sheet.button, sheet.draft = _("提交申请"), f"extend:{number}:{deadline}"
    sheet.template = "case/extend.html"
    sheet.extra = {"deadline": found, "offer": offer, "explained": clock_words.explain(found)}
    if request.method == "GET" and (refusal := extending.why_not(found, timezone.now())):
        sheet.form, sheet.problems = None, [refusal]
    values = {name: request.POST.get(name, "") for name in ("reason", "length")}
    mark, by = Mark.read(request.POST.get("version", "")), person(request)
    return act(
        request,
        sheet,
        lambda: extensions.request(number, deadline, values, by=by, version=mark.version),
        _("已提交延长申请，等待批准"),
    )


@require_http_methods(["GET", "POST"])
@needs("see_complaints")
@keeps_what_was_typed
def decide(request: HttpRequest, number: str, deadline: int, extension: int) -> HttpResponse:
    """批准或不批准延长."""
    complaint, by = load(request, number), person(request)
    found = _clock(complaint, deadline)
    asked = found.extension_requests.select_related("requested_by").filter(pk=extension).first()
    if asked is None:
        raise Http404
    if refusal := extending.may_decide(found, asked, by):
        raise PermissionDenied(refusal)
    title = _("延长申请：{clock}").format(clock=clock_words.title_of(found))
    sheet = Sheet(complaint, title, request.path, DecideForm(posted_of(request)), _("提交决定"))
    sheet.draft, sheet.template = f"decide:{number}:{extension}", "case/decide.html"
    rule = extending.rule_of(found)
    sheet.extra = {
        "deadline": found,
        "asked": asked,
        "terms": extending.in_words(asked.terms),
        "explained": clock_words.explain(found),
        "tells_consumer": bool(rule and rule.tell_consumer),
        "then": _due_then(found, asked),
    }
    if request.method == "GET" and asked.decision != Extension.Decision.WAITING:
        sheet.form, sheet.problems = None, [_("这项申请已经有决定了")]
    values = {name: request.POST.get(name, "") for name in ("decision", "note")}
    mark = Mark.read(request.POST.get("version", ""))
    return act(
        request,
        sheet,
        lambda: extensions.decide(number, deadline, extension, values, by=by, version=mark.version),
        _("已登记决定"),
    )


def _due_then(deadline: Deadline, asked: Extension) -> datetime | None:
    """When the clock is due once this is approved; None when that cannot be any more."""
    if asked.decision != Extension.Decision.WAITING:
        return None
    try:
        return deadlines.due_if_extended(deadline, asked.terms, timezone.now())
    except ClockError:  # it has ended
        return None

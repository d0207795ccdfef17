"""修改案件资料: the fields of the intake over a case that exists."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.models import User
from complaints import legal_hold
from complaints.actions import half_typed, intake
from complaints.advance import find
from complaints.errors import Invalid, StaleVersion
from complaints.lifecycle import STEPS
from complaints.models import Complaint, Event
from complaints.views.edit_form import EditForm

CHANGES = 8  # of others, that a stale save lists


@never_cache
@require_http_methods(["GET", "POST"])
@needs("edit_complaints")
@keeps_what_was_typed
def edit_case(request: HttpRequest, number: str) -> HttpResponse:
    """The form. A stale save is 409: what changed, own text kept, ready to be saved merged."""
    user = person(request)
    complaint = _found(number, user)
    if request.method == "GET":
        if not complaint.is_open:
            messages.error(request, _("案件已经办结，不能再修改；如需更正请先重新启动"))
            return redirect("case", number)
        if held := legal_hold.why(complaint):
            messages.error(request, held)
            return redirect("case", number)
        return _page(request, complaint, EditForm(None, complaint))
    form = EditForm(request.POST, complaint)
    try:
        saved = _save(number, form, user)
    except StaleVersion:
        merged, conflicts = form.merge(complaint)
        changes = _changes(complaint, form)
        more = {"stale": True, "conflicts": conflicts, "changes": changes}
        return _page(request, complaint, merged, status=409, **more)
    except Invalid as refused:
        form.refuse(refused.errors)
        return _page(request, complaint, form, status=422)
    half_typed.drop_draft(user, draft_key(number))
    same = saved.version == form.version
    messages.success(
        request, _("没有改动") if same else _("已保存 %(number)s") % {"number": number}
    )
    return redirect("case", number)


def draft_key(number: str) -> str:
    """Where what is typed over this case is kept."""
    return f"edit:{number}"


def _found(number: str, user: User) -> Complaint:
    try:
        return find(number, user)
    except Complaint.DoesNotExist as error:
        raise Http404 from error


def _save(number: str, form: EditForm, user: User) -> Complaint:
    if form.unreadable:
        sentence = _("有看不见的控制字符，已经去掉；请核对后再提交")
        raise Invalid({name: [sentence] for name in form.unreadable})
    return intake.edit(number, form.values(), by=user, version=form.version)


def _page(
    request: HttpRequest, complaint: Complaint, form: EditForm, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"case": complaint, "form": form, "draft": draft_key(complaint.number), **more}
    return render(request, "intake/edit.html", context, status=status)


def _changes(complaint: Complaint, form: EditForm) -> list[tuple[Event, str]]:
    """What others did since the page was drawn, newest first: (event, in words)."""
    since = complaint.events.select_related("by").order_by("-at", "-id")
    if form.seen_at is not None:
        since = since.filter(at__gt=form.seen_at)
    return [(event, _in_words(event, form)) for event in since[:CHANGES]]


def _in_words(event: Event, form: EditForm) -> str:
    changed = event.detail.get("fields") if event.kind == Event.Kind.CHANGE else None
    if isinstance(changed, list):
        return _("、").join(form.label_of(name) for name in changed)
    step = STEPS.get(event.code) if event.kind == Event.Kind.STEP else None
    return str(step.title) if step else event.get_kind_display()

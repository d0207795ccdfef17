"""个人信息权利请求: the list, one request, and what is done about it. A POST each; refused, the
page again with the sentences and what was typed.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import reauthentication
from accounts.access import needs, person
from complaints import rights, rights_words
from complaints.actions import half_typed, rights_copy
from complaints.actions import rights as acts
from complaints.actions.revealing import Unrecorded
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Complaint, RightsRequest
from complaints.models.rights import Outcome
from complaints.reading_words import CLEAR
from complaints.seen import saw_cases
from complaints.views import rights_forms as forms
from complaints.views import rights_papers
from complaints.views.archive_package import attached
from complaints.views.lookup import case_of
from complaints.views.mass import page as one_page
from complaints.views.queue_rows import BadCursor, Cursor, Order
from complaints.views.rights_desks import WAYS, Desk, desk_of, open_desks
from complaints.views.sheets import Sheet, readable, refused, show
from complaints.views.signing import confirmed_until
from config import errors


@require_GET
@needs("see_rights_requests")
def requests(request: HttpRequest) -> HttpResponse:
    """Those of the cases that the person sees: open, the longest waiting first, or the others."""
    user, problems = person(request), []
    over = request.GET.get("show") == "done"
    text = request.GET.get("cursor", "")
    try:
        cursor = Cursor.read(text) if text else None
    except BadCursor:
        cursor = None
        problems.append(_("分页位置无效，已从第一页开始。"))
    rows = rights.visible_to(user)
    rows = rows.exclude(rights.is_open()) if over else rows.filter(rights.is_open())
    rows = rights.with_due(rows).select_related(*rights.RELATED).prefetch_related("checks", "acts")
    page = one_page(rows, Order("at", newest_first=over), cursor)
    saw_cases(*(row.complaint.number for row in page.rows))
    now = timezone.now()
    context = {
        "over": over,
        "page": page,
        "rows": [(row, rights.stage(row)) for row in page.rows],
        "problems": problems,
        "now": now,
    }
    return render(request, "rights/list.html", context)


@require_http_methods(["GET", "POST"])
@needs("take_rights_requests")
def new(request: HttpRequest, number: str) -> HttpResponse:
    """登记权利请求, from the case."""
    case = case_of(request, number)
    posted, unreadable = readable(request.POST)
    form = forms.NewForm(posted if request.method == "POST" else None)
    sheet = Sheet(case, _("登记个人信息权利请求"), request.path, form, _("登记"))
    sheet.draft = f"rights:{number}"
    sheet.intro = _("先核验请求人的身份，再由法务决定。内部目标：收到后 15 个工作日内答复。")
    if request.method != "POST":
        return show(request, sheet)
    try:
        if unreadable:
            raise Invalid(unreadable)
        sent: dict[str, Any] = {n: posted.get(n, "") for n in form.fields}
        row = acts.ask(number, {**sent, "kinds": posted.getlist("kinds")}, by=person(request))
    except Complaint.DoesNotExist as missing:
        raise Http404 from missing
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return refused(request, sheet, error)
    half_typed.drop_draft(person(request), sheet.draft)
    messages.success(request, _("已登记，请核验请求人的身份"))
    if request.headers.get("HX-Request"):
        return HttpResponse(
            status=204, headers={"HX-Redirect": reverse("rights_request", args=[row.pk])}
        )
    return redirect("rights_request", row.pk)


@never_cache
@require_GET
@needs("see_rights_requests")
def one(request: HttpRequest, rights_request: int) -> HttpResponse:
    """One request."""
    return _shown(request, rights_papers.find(request, rights_request))


def _shown(
    request: HttpRequest,
    row: RightsRequest,
    status: int = 200,
    bound: Desk | None = None,
    problems: tuple[str, ...] = (),
) -> HttpResponse:
    user, consumer = person(request), row.complaint.consumer
    desks = [
        bound if bound and bound.code == code else desk_of(code, row)
        for code in open_desks(row, user)
    ]
    at = rights.stage(row)
    about = rights.obstacles(consumer, timezone.now()) if at != rights.DONE else []
    visible = Complaint.objects.visible_to(user).filter(pk__in=[o.complaint.pk for o in about])
    numbers = set(visible.values_list("number", flat=True))
    saw_cases(*sorted(numbers))
    waits = at in (rights.CHECKING, rights.DECIDING) and user.may("decide_rights_requests")
    context = {
        "row": row,
        "stage": at,
        "due": rights.due(row),
        "law": rights_words.to_look_at(row),
        "desks": desks,
        "about": [o for o in about if o.complaint.number in numbers],
        "hidden": len(about) - len(numbers),
        "held_data": consumer.as_masked(),
        "against": acts.against_deciding(row, user) if waits else "",
        "problems": problems,
        "confirmed_until": confirmed_until(request),
        "letters": rights_papers.told(row),
        "paper": rights_papers.answer(row) if any(d.code == "answer" for d in desks) else None,
    }
    return render(request, "rights/request.html", context, status=status)


def _reached_for(request: HttpRequest, pk: int, what: str) -> RightsRequest:
    """As `find`; who reached for somebody else's copy stands in the record. Raises Http404."""
    try:
        row = rights_papers.find(request, pk)
    except Http404:
        if what == "copy":
            rights_copy.refused(pk, person(request), "foreign")
        raise
    if what not in WAYS:
        raise Http404
    return row


def _sent(
    request: HttpRequest, row: RightsRequest, what: str
) -> tuple[Desk, dict[str, Any], dict[str, list[str]]]:
    """The form as it was sent, its values, and what could not be read."""
    posted, unreadable = readable(request.POST)
    desk = desk_of(what, row, posted)
    sent: dict[str, Any] = {name: posted.get(name, "") for name in desk.form.fields}
    sent |= {name: posted.getlist(name) for name in WAYS[what].lists}
    if what == "withdraw":
        sent["outcome"] = Outcome.WITHDRAWN.value
    return desk, sent, unreadable


@never_cache
@require_POST
@needs("see_rights_requests")
def act(request: HttpRequest, rights_request: int, what: str) -> HttpResponse:
    """One of `WAYS`."""
    row = _reached_for(request, rights_request, what)
    desk, sent, unreadable = _sent(request, row, what)
    try:
        if unreadable:
            raise Invalid(unreadable)
        return _done(request, row, what, sent)
    except RightsRequest.DoesNotExist as error:
        raise Http404 from error
    except Unrecorded as error:
        return errors.unavailable(request, error.message)
    except CaseError as error:
        named = dict(error.errors) if isinstance(error, Invalid) else {"": [error.message]}
        loose = tuple(desk.form.refuse(named))
        return _again(request, row.pk, desk, error, loose)


def _again(
    request: HttpRequest, pk: int, desk: Desk, error: CaseError, loose: tuple[str, ...]
) -> HttpResponse:
    """The page with the sentences; what may not be done any more is said above it."""
    fresh = rights_papers.find(request, pk)
    if desk.code not in open_desks(fresh, person(request)):
        if type(error) is NotAllowed:
            raise PermissionDenied(error.message) from error
        loose = loose or (error.message,)
    return _shown(request, fresh, 422, desk, loose)


def _done(
    request: HttpRequest, row: RightsRequest, what: str, sent: dict[str, Any]
) -> HttpResponse:
    by = person(request)
    if what != "copy":
        WAYS[what].does(row.pk, sent, by=by)
        messages.success(request, str(WAYS[what].done))
        return redirect("rights_request", row.pk)
    if confirmed_until(request) is None and by.may("carry_out_rights"):
        undone = _("%(what)s，没有下载。%(left)s")
        wrong = reauthentication.confirm(request, request.POST.get("password", ""), undone)
        if wrong is not None:
            rights_copy.refused(row.pk, by, "not_confirmed")
            raise Invalid({"": [wrong.message]})
    at = reauthentication.confirmed_at(request)
    found = rights_copy.fetch(row.pk, sent, by=by, confirmed_at=at)
    response = attached(found.content, found.name, "application/zip")
    saw_cases(*found.cases)
    response.shown_fields = [f"{CLEAR}:{name}" for name in found.fields]  # type: ignore[attr-defined]
    return response

"""案件查阅: what one asked for, what one decides, what is to be reviewed, and each request."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.roles import refusal
from complaints.actions import access
from complaints.actions import access_decision as decisions
from complaints.actions.access_list import PERMISSIONS, RELATED, Seen, rows_of, tabs_of
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import AccessRequest
from complaints.seen import saw_cases
from complaints.views.access_forms import AskForm, DecideForm, ReviewForm
from complaints.views.mass import page as one_page
from complaints.views.queue_rows import BadCursor, Cursor, Order
from complaints.views.sheets import SheetForm, readable

_CASE_PAGE = re.compile(r"/complaints/(TS[0-9]{2}-[0-9]{6,9})/")
_ORDERS = {
    "mine": Order("at", newest_first=True),
    "decide": Order("expires_at"),
    "review": Order("at"),
}


@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """The lists, of which each role has its own."""
    user, now, problems = person(request), timezone.now(), []
    tabs = tabs_of(user)
    if not tabs:
        raise PermissionDenied(refusal("ask_access"))
    tab = request.GET.get("show", "")
    tab = tab if tab in tabs else tabs[0]
    text = request.GET.get("cursor", "")
    try:
        cursor = Cursor.read(text) if text else None
    except BadCursor:
        cursor = None
        problems.append(_("分页位置无效，已从第一页开始。"))
    rows = rows_of(user, tab, now).select_related(*RELATED)
    page = one_page(rows, _ORDERS[tab], cursor)
    if tab != "mine":  # what one typed oneself shows nothing
        saw_cases(*(row.number for row in page.rows))
    context = {
        "tab": tab,
        "tabs": tabs,
        "page": page,
        "rows": [Seen(row, user, now) for row in page.rows],
        "problems": problems,
    }
    return render(request, "access/list.html", context)


@require_http_methods(["GET", "POST"])
@needs("ask_access")
@keeps_what_was_typed
def new(request: HttpRequest) -> HttpResponse:
    """申请查阅. The answer is the same for any number."""
    if request.method != "POST":
        number = _came_from(request)
        return _form(request, AskForm(initial={"number": number, "kind": "read", "hours": 24}))
    posted, unreadable = readable(request.POST)
    form = AskForm(posted)
    try:
        if unreadable:
            raise Invalid(unreadable)
        sent = {name: posted.get(name, "") for name in form.fields}
        access.ask(sent, by=person(request))
    except CaseError as error:
        return _form(request, form, 422, tuple(form.refuse(_named(error))))
    messages.success(request, _("申请已提交。有权决定的主管会看到；结果在这里查看。"))
    return redirect("/access/?show=mine")


def _came_from(request: HttpRequest) -> str:
    """The number of the case whose page answered "not found" just now; "" where it was another."""
    found = _CASE_PAGE.search(request.headers.get("Referer", ""))
    return found[1] if found else ""


def _named(error: CaseError) -> dict[str, list[str]]:
    return dict(error.errors) if isinstance(error, Invalid) else {"": [error.message]}


def _form(
    request: HttpRequest, form: SheetForm, status: int = 200, problems: tuple[str, ...] = ()
) -> HttpResponse:
    return render(request, "access/ask.html", {"form": form, "problems": problems}, status=status)


@require_http_methods(["GET", "POST"])
@keeps_what_was_typed
def one(request: HttpRequest, access_request: int) -> HttpResponse:
    """One request; POST decides about it."""
    seen = _load(request, access_request)
    if request.method != "POST":
        return _shown(request, seen)
    form = DecideForm(readable(request.POST)[0], asked=seen.row)

    def decide(sent: dict[str, str]) -> None:
        decisions.decide(seen.row.pk, sent, by=seen.user)

    return _act(request, seen, form, decide, _("已登记您的决定"))


@require_POST
@keeps_what_was_typed
def review(request: HttpRequest, access_request: int) -> HttpResponse:
    """复核紧急调阅."""
    seen = _load(request, access_request)
    form = ReviewForm(readable(request.POST)[0])

    def does(sent: dict[str, str]) -> None:
        decisions.review(seen.row.pk, sent, by=seen.user)

    return _act(request, seen, form, does, _("已登记复核结论"))


@require_POST
def end(request: HttpRequest, access_request: int) -> HttpResponse:
    """提前收回."""
    seen = _load(request, access_request)
    try:
        decisions.end(seen.row.pk, by=seen.user)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    messages.success(request, _("查阅权已收回"))
    return redirect("access_request", seen.row.pk)


def _load(request: HttpRequest, pk: int) -> Seen:
    """Raises Http404, the same for a missing one and for one of other people."""
    user = person(request)
    row = AccessRequest.objects.select_related(*RELATED).filter(pk=pk).first()
    if row is None or not any(map(user.may, PERMISSIONS)) or not decisions.may_see(row, user):
        raise Http404
    if row.by_id != user.pk:
        saw_cases(row.number)
    return Seen(row, user, timezone.now())


def _act(
    request: HttpRequest,
    seen: Seen,
    form: SheetForm,
    does: Callable[[dict[str, str]], None],
    message: str,
) -> HttpResponse:
    """Act once; refused, the page again with the sentences and what was typed."""
    posted, unreadable = readable(request.POST)
    try:
        if unreadable:
            raise Invalid(unreadable)
        does({name: posted.get(name, "") for name in form.fields})
    except AccessRequest.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        loose = form.refuse(_named(error))
        fresh = _load(request, seen.row.pk)
        name = "review" if isinstance(form, ReviewForm) else "form"
        return _shown(request, fresh, 422, **{name: form, "problems": loose})
    messages.success(request, message)
    return redirect("access_request", seen.row.pk)


def _shown(request: HttpRequest, seen: Seen, status: int = 200, **more: Any) -> HttpResponse:
    against = seen.against_deciding
    context: dict[str, Any] = {
        "seen": seen,
        "case": seen.row.complaint if seen.opens else None,
        "form": DecideForm(asked=seen.row, initial={"hours": seen.row.hours}),
        "review": ReviewForm(),
        "against": against if seen.user.may("decide_access") else "",
        "may_decide": not against,
        "problems": [],
        # somebody else, or another window, was faster: there is nothing left to fill in
        "late": bool(more) and not (seen.is_to_be_reviewed if "review" in more else not against),
    }
    return render(request, "access/request.html", {**context, **more}, status=status)

"""诉讼保留: the list, one hold with its cases, and what counsel does about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import reauthentication
from accounts.access import needs, person
from complaints.actions import legal_hold as acts
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Complaint, LegalHold
from complaints.seen import saw_cases
from complaints.views.mass import page as one_page
from complaints.views.queue_rows import BadCursor, Cursor, Order
from complaints.views.sheets import SheetForm, readable
from complaints.views.signing import confirmed_until

SHOWN = 200  # cases of one hold on its page


class HoldForm(SheetForm):
    """What a hold says."""

    matter = forms.CharField(
        label=gettext_lazy("事项或案号"),
        max_length=120,
        help_text=gettext_lazy("例如法院案号、监管来函文号或内部调查编号。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("保留的理由"),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": acts.LONGEST}),
        help_text=gettext_lazy("办理人会看到这段话，不要写消费者的个人信息。"),
    )
    numbers = forms.CharField(
        label=gettext_lazy("案件编号"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("一件或多件，用空格、逗号或换行分开；要么全部纳入，要么都不纳入。"),
    )


@require_GET
@needs("see_retention")
def legal_holds(request: HttpRequest) -> HttpResponse:
    """All that the person may see, newest first; those in force unless others are asked for."""
    user, problems = person(request), []
    text = request.GET.get("cursor", "")
    try:
        cursor = Cursor.read(text) if text else None
    except BadCursor:
        cursor = None
        problems.append(_("分页位置无效，已从第一页开始。"))
    rows = LegalHold.objects.visible_to(user).select_related("placed_by", "released_by")
    over = request.GET.get("show") == "released"
    rows = rows.exclude(released_at=None) if over else rows.in_force()
    context = {
        "page": one_page(rows, Order("placed_at", newest_first=True), cursor),
        "problems": problems,
        "over": over,
        "may_place": user.may("place_legal_holds"),
    }
    return render(request, "keeping/holds.html", context)


@require_http_methods(["GET", "POST"])
@needs("place_legal_holds")
def new(request: HttpRequest) -> HttpResponse:
    """设置诉讼保留."""
    if request.method != "POST":
        number = acts.numbers_of(request.GET.get("case", ""))
        return _form(request, HoldForm(initial={"numbers": number}))
    posted, unreadable = readable(request.POST)
    form = HoldForm(posted)
    if wrong := _unconfirmed(request):
        return _form(request, form, 422, (wrong,))
    try:
        if unreadable:
            raise Invalid(unreadable)
        sent = {name: posted.get(name, "") for name in form.fields}
        at = reauthentication.confirmed_at(request)
        made = acts.place(sent, by=person(request), reauthenticated_at=at)
    except Invalid as error:
        return _form(request, form, 422, tuple(form.refuse(error.errors)))
    messages.success(request, _("已设置诉讼保留"))
    return redirect("legal_hold", made.pk)


def _form(
    request: HttpRequest, form: HoldForm, status: int = 200, problems: tuple[str, ...] = ()
) -> HttpResponse:
    context = {"form": form, "problems": problems, "confirmed_until": confirmed_until(request)}
    return render(request, "keeping/hold_form.html", context, status=status)


def _unconfirmed(request: HttpRequest) -> str:
    """Why it is not sure who sits here; "" where it is."""
    if confirmed_until(request) is not None:
        return ""
    undone = _("%(what)s，没有改动。%(left)s")
    wrong = reauthentication.confirm(request, request.POST.get("password", ""), undone)
    return wrong.message if wrong else ""


@require_GET
@needs("see_retention")
def legal_hold(request: HttpRequest, legal_hold: int) -> HttpResponse:
    """One hold."""
    return _shown(request, _load(request, legal_hold))


def _load(request: HttpRequest, pk: int) -> LegalHold:
    """Raises Http404, the same for a missing one and for one of other people."""
    rows = LegalHold.objects.visible_to(person(request))
    rows = rows.select_related("placed_by", "release_asked_by", "released_by")
    found: LegalHold | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _shown(request: HttpRequest, hold: LegalHold, status: int = 200, **more: Any) -> HttpResponse:
    user = person(request)
    held = hold.cases.count()
    seen = Complaint.objects.visible_to(user).filter(legal_holds__hold=hold)
    cases = list(seen.defer("narrative", "findings").order_by("-id")[: SHOWN + 1])
    saw_cases(*(case.number for case in cases[:SHOWN]))
    live = hold.released_at is None and user.may("place_legal_holds")
    context = {
        "hold": hold,
        "held": held,
        "cases": cases[:SHOWN],
        "more": len(cases) > SHOWN,
        "hidden": held - seen.count() if len(cases) > SHOWN else held - len(cases),
        "live": live,
        "may_decide": live and hold.release_asked_by_id not in (None, user.pk),
        "confirmed_until": confirmed_until(request) if live else None,
        **more,
    }
    return render(request, "keeping/hold.html", context, status=status)


@require_POST
@needs("place_legal_holds")
def add(request: HttpRequest, legal_hold: int) -> HttpResponse:
    """Further cases."""
    numbers, at = request.POST.get("numbers", ""), reauthentication.confirmed_at
    return _act(
        request,
        legal_hold,
        lambda: acts.add(
            legal_hold, {"numbers": numbers}, by=person(request), reauthenticated_at=at(request)
        ),
        _("已纳入诉讼保留"),
        confirmed=True,
        numbers=numbers,
    )


@require_POST
@needs("place_legal_holds")
def ask_release(request: HttpRequest, legal_hold: int) -> HttpResponse:
    """申请解除."""
    reason = request.POST.get("reason", "")
    return _act(
        request,
        legal_hold,
        lambda: acts.ask_release(legal_hold, {"reason": reason}, by=person(request)),
        _("已申请解除，等待另一位法务决定"),
        reason=reason,
    )


@require_POST
@needs("place_legal_holds")
def decide(request: HttpRequest, legal_hold: int) -> HttpResponse:
    """同意解除, or 不解除."""
    by = person(request)
    if request.POST.get("decision") != "release":
        return _act(
            request,
            legal_hold,
            lambda: acts.keep(legal_hold, by=by),
            _("诉讼保留继续有效"),
        )
    at = reauthentication.confirmed_at
    return _act(
        request,
        legal_hold,
        lambda: acts.release(legal_hold, by=by, reauthenticated_at=at(request)),
        _("已解除诉讼保留"),
        confirmed=True,
    )


def _act(
    request: HttpRequest,
    pk: int,
    does: Callable[[], object],
    message: str,
    *,
    confirmed: bool = False,
    **typed: str,
) -> HttpResponse:
    """Do it; refused, the page again with the sentences and what was typed."""
    hold = _load(request, pk)
    if confirmed and (wrong := _unconfirmed(request)):
        return _shown(request, hold, 422, refused=wrong, **typed)
    try:
        if unreadable := readable(request.POST)[1]:
            raise Invalid(unreadable)
        does()
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return _shown(request, _load(request, pk), 422, refused=error.message, **typed)
    messages.success(request, message)
    return redirect("legal_hold", pk)

"""The own second factors: what there is, another one, one less, new recovery codes; and the page
that asks once more who sits here, which stands before each change.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import enrolment, factors, passkeys, reauthentication
from accounts.access import person
from accounts.browser import back, wants_json
from accounts.models import User

TOO_MANY = 429
View = Callable[..., HttpResponse]


def confirmed(view: View) -> View:
    """Only by somebody who has confirmed in the last five minutes to be the person."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if reauthentication.fresh(request):
            return view(request, *args, **kwargs)
        here = request.path if request.method == "GET" else reverse("factors")
        return redirect(f"{reverse('confirm')}?{urlencode({'next': here})}")

    return page


@require_GET
@never_cache
def own_factors(request: HttpRequest) -> HttpResponse:
    """What I have, when it came and when it was last used."""
    user = person(request)
    rows = factors.of(user)
    context = {
        "app": next((row for row in rows if row.type == factors.Type.TOTP), None),
        "passkeys": [row for row in rows if row.type == factors.Type.WEBAUTHN],
        "left": len(factors.codes_left(user)),
        "has_main": any(row.type in factors.MAIN for row in rows),
        "required": factors.required(user),
        "excused": user.is_demo and not factors.required(user),
    }
    return render(request, "accounts/factors.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@confirmed
def add_app(request: HttpRequest) -> HttpResponse:
    """An app that shows codes."""
    return _add(request, "accounts/factor_app.html", app=True)


@require_http_methods(["GET", "POST"])
@never_cache
@confirmed
def add_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey."""
    return _add(request, "accounts/factor_passkey.html", app=False)


def _add(request: HttpRequest, template: str, *, app: bool) -> HttpResponse:
    user, wrong = person(request), ""
    if request.method == "POST":
        first = not factors.codes_left(user)
        factor, wrong = enrolment.taken(request, user)
        if factor is not None:
            _now_with(request, user, factor)
            messages.success(request, _("已添加，下次登录时使用"))
            if first:
                return _codes(request, factors.codes_left(user))
            return redirect("factors")
    context = {"who": user, "wrong": wrong, **enrolment.offered(request, user, app=app)}
    return render(request, template, context)


def _now_with(request: HttpRequest, user: User, factor: Authenticator) -> None:
    passkeys.note_use(request, factor, user)
    factors.remember_kinds(request, user)


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


@require_POST
@never_cache
@confirmed
def new_codes(request: HttpRequest) -> HttpResponse:
    """Ten new ones, shown once."""
    user = person(request)
    try:
        codes = factors.new_codes(user)
    except factors.FactorError as refused:
        messages.error(request, str(refused))
        return redirect("factors")
    factors.remember_kinds(request, user)
    return _codes(request, codes)


@require_POST
@confirmed
def remove(request: HttpRequest, factor: int) -> HttpResponse:
    """One less."""
    user = person(request)
    try:
        factors.remove(user, factor)
    except Authenticator.DoesNotExist as gone:
        raise Http404 from gone
    except factors.FactorError as refused:
        messages.error(request, str(refused))
    else:
        factors.remember_kinds(request, user)
        messages.success(request, _("已移除"))
    return redirect("factors")


@require_POST
@confirmed
def rename(request: HttpRequest, factor: int) -> HttpResponse:
    """Another name for a passkey."""
    try:
        factors.rename(person(request), factor, request.POST.get("name", ""))
    except Authenticator.DoesNotExist as gone:
        raise Http404 from gone
    messages.success(request, _("名称已保存"))
    return redirect("factors")


@require_http_methods(["GET", "POST"])
@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    """Who sits here? By password, code or passkey; then back to `next`."""
    wrong = None
    if request.method == "POST":
        undone = _("%(what)s。%(left)s")
        wrong = reauthentication.confirm(request, request.POST.get("password", ""), undone)
        if wrong is None:
            return back(request)
    return render(
        request,
        "accounts/confirm.html",
        {"next": request.POST.get("next") or request.GET.get("next", ""), "wrong": wrong},
        status=TOO_MANY if wrong and wrong.locked else 200,
    )


@require_GET
@never_cache
def confirmed_here(request: HttpRequest) -> HttpResponse:
    """Where a window ends that was opened to confirm at the provider: whether it worked."""
    return render(request, "accounts/confirmed.html", {"until": reauthentication.until(request)})


@require_POST
@never_cache
def confirm_by_passkey(request: HttpRequest) -> HttpResponse:
    """By a passkey. Without an answer: what the browser is to be asked (JSON). A script gets 204
    when it was right, and 400 or 429 with the sentence when not.
    """
    answer = request.POST.get("credential", "")
    if not answer and wants_json(request):
        return JsonResponse(passkeys.to_show(person(request)))
    wrong = reauthentication.confirm_by_passkey(request, answer)
    if wrong is None:
        return HttpResponse(status=204) if wants_json(request) else back(request)
    status = TOO_MANY if wrong.locked else 400
    if wants_json(request):
        return JsonResponse({"detail": wrong.message}, status=status)
    context = {"next": request.POST.get("next", ""), "wrong": wrong}
    return render(request, "accounts/confirm.html", context, status=status)

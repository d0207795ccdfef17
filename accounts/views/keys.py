"""程序密钥: the own ones for everybody who may have some, everybody's for security."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import access, keys, reauthentication
from accounts.access import needs
from accounts.forms_security import KeyForm
from accounts.models import ApiKey

PAGE = 100
CONFIRMED_FOR = timedelta(minutes=5)


@require_http_methods(["GET", "POST"])
@needs("own_keys")
def own_keys(request: HttpRequest) -> HttpResponse:
    """The own keys; a new one is shown once, after the password was given again."""
    user = access.person(request)
    form = KeyForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid() and _confirmed(request, form):
        try:
            key, text = keys.issue(
                user,
                form.cleaned_data["scopes"],
                label=form.cleaned_data["label"],
                days=form.cleaned_data["days"],
                by=user,
            )
        except keys.KeyRefused as refused:
            form.add_error(None, str(refused))
        else:
            response = render(request, "accounts/key_shown.html", {"key": key, "text": text})
            response["Cache-Control"] = "no-store"
            return response
    return render(
        request,
        "accounts/keys.html",
        _shown(request, form),
        status=422 if form.is_bound else 200,
    )


def _shown(request: HttpRequest, form: KeyForm) -> dict[str, Any]:
    user = access.person(request)
    return {
        "form": form,
        "keys": ApiKey.objects.filter(user=user).order_by("-pk")[:PAGE],
        "now": timezone.now(),
        "confirmed_until": _confirmed_until(request),
    }


def _confirmed_until(request: HttpRequest) -> Any:
    at, now = reauthentication.confirmed_at(request), timezone.now()
    return at + CONFIRMED_FOR if at is not None and now - at <= CONFIRMED_FOR else None


def _confirmed(request: HttpRequest, form: KeyForm) -> bool:
    """Whoever sits here is the person; a wrong password stands over the form."""
    if _confirmed_until(request) is not None:
        return True
    undone = _("%(what)s，没有生成密钥。%(left)s")
    why = reauthentication.confirm(request, request.POST.get("password", ""), undone)
    if why is not None:
        form.add_error(None, why.message)
    return why is None


@require_GET
@needs("manage_keys")
def all_keys(request: HttpRequest) -> HttpResponse:
    """Everybody's keys that open something, the newest first; by keyset."""
    now = timezone.now()
    found = keys.usable(now).select_related("user").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    shown = {
        "keys": rows[:PAGE],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "later": bool(before),
        "now": now,
    }
    return render(request, "accounts/all_keys.html", shown)


@require_POST
def revoke_key(request: HttpRequest, api_key: int) -> HttpResponse:
    """吊销: one's own, or anybody's for security. Revoking twice changes nothing."""
    user = access.person(request)
    key = get_object_or_404(ApiKey.objects.select_related("user"), pk=api_key)
    if key.user_id != user.pk and not user.may("manage_keys"):
        raise Http404
    keys.revoke(key, by=user)
    messages.success(request, _("密钥 %(prefix)s 已吊销") % {"prefix": key.prefix})
    if key.user_id == user.pk and user.may("own_keys"):
        return redirect("own_keys")
    return redirect("all_keys" if user.may("manage_keys") else "settings")

"""企业账号登录: to the provider of identities and back; and whom it means, for administrators."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import reauthentication, sessions, signing_in
from accounts.access import needs, person
from accounts.models import User
from accounts.oidc import NotSignedIn, claims, people, provider
from audit.record import record
from config import often

_TOO_OFTEN = gettext_lazy("操作太频繁，请稍等片刻。")
ATTEMPTS = 120  # beginnings of one address in a minute; each keeps a row until it is finished
OURS = "oidc"  # whose state it is, for what keeps it


def _on() -> None:
    if not settings.OIDC_ISSUER:
        raise Http404


def _local(request: HttpRequest, target: str) -> str:
    """An address of this site, else home."""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


def _failed(request: HttpRequest, why: str, target: str = "") -> HttpResponse:
    return render(request, "accounts/oidc_failed.html", {"why": why, "next": target}, status=403)


@login_not_required
@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """To the provider, with a state, a nonce and a PKCE challenge that only this browser's session
    can answer for. `again`: who is signed in confirms it anew, for a signature or the like.
    """
    _on()
    if seconds := often.seconds_to_wait(request, "oidc", ATTEMPTS, 60):
        answer = render(request, "accounts/oidc_failed.html", {"why": _TOO_OFTEN}, status=429)
        answer["Retry-After"] = str(seconds)
        return answer
    target = _local(request, request.GET.get("next", ""))
    again = "again" in request.GET and isinstance(request.user, User)
    pkce = generate_code_challenge()
    kept = {"next": target, "nonce": secrets.token_urlsafe(32), "verifier": pkce["code_verifier"]}
    if again:
        kept["again"] = str(request.user.pk)
    try:
        state = statekit.stash_state(request, provider_id=OURS, state=kept)
        goes_to = provider.address(
            request,
            state=state,
            nonce=kept["nonce"],
            code_challenge=pkce["code_challenge"].decode(),
            code_challenge_method=pkce["code_challenge_method"],
            **({"prompt": "login", "max_age": "0"} if again else {}),
        )
    except NotSignedIn as refused:
        return _failed(request, str(refused), target)
    return HttpResponseRedirect(goes_to)


@login_not_required
@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider. A state is good once, for ten minutes, in the browser it began in."""
    _on()
    state = statekit.unstash_state(request, provider_id=OURS, state_id=request.GET.get("state", ""))
    if state is None:
        return _failed(
            request, _("这次登录已经用过、已过期，或者不是在这个浏览器里开始的。请重新登录。")
        )
    try:
        found = _asked(request, state)
        user = people.person_of(found, timezone.now())
    except NotSignedIn as refused:
        return _failed(request, str(refused), state["next"])
    if "again" in state:
        return _confirmed(request, state, user, found)
    return signing_in.by_provider(
        request, user, state["next"], second_factor=claims.second_factor(found)
    )


def _asked(request: HttpRequest, state: dict[str, Any]) -> dict[str, Any]:
    """The verified claims for the code that came. Raises NotSignedIn."""
    if request.GET.get("error") == "access_denied":
        raise NotSignedIn(_("您取消了企业账号登录，没有登录。"))
    code = request.GET.get("code", "")
    issuer = request.GET.get("iss", settings.OIDC_ISSUER)  # RFC 9207: whose answer it is
    if not code or "error" in request.GET or issuer != settings.OIDC_ISSUER:
        raise provider.refused("the provider answered with an error")
    return claims.verified(provider.exchanged(request, code, state["verifier"]), state["nonce"])


def _confirmed(
    request: HttpRequest, state: dict[str, Any], user: User, found: dict[str, Any]
) -> HttpResponse:
    """Who sits here was asked anew by the provider: as good as the password."""
    here, now = request.user, timezone.now()
    if not isinstance(here, User) or here.pk != user.pk or state["again"] != str(user.pk):
        return _failed(
            request, _("企业账号不是当前登录的用户，没有确认身份。请用自己的账号确认。"), "/"
        )
    if not claims.just_confirmed(found, now):
        return _failed(
            request,
            _("身份平台没有重新验证您的身份，没有确认。请改用密码、动态口令或通行密钥。"),
            state["next"],
        )
    with transaction.atomic():
        record("reauthenticated", f"user:{user.username}", user, now, {"by": ["socialaccount"]})
    sessions.rotate(request)
    request.session[reauthentication.KEY] = now.isoformat()
    return HttpResponseRedirect(state["next"])


@never_cache
@require_http_methods(["GET", "POST"])
@needs("manage_users")
def identity(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom the provider means by a person, and whether a password still counts. POST `do`: link
    (`subject`), unlink, end_password.
    """
    _on()
    user = get_object_or_404(User, pk=pk)
    typed, refusal = request.POST.get("subject", ""), ""
    if request.method == "POST":
        try:
            messages.success(request, _done(request, user, typed))
        except people.LinkRefused as refused:
            refusal = str(refused)
        else:
            return redirect("identity", pk)
    account = people.linked(user)
    shown = {
        "person": user,
        "account": account,
        "typed": typed or (account.uid if account else ""),
        "refusal": refusal,
        "issuer": settings.OIDC_ISSUER,
    }
    return render(request, "accounts/identity.html", shown, status=422 if refusal else 200)


def _done(request: HttpRequest, user: User, subject: str) -> str:
    by, now, what = person(request), timezone.now(), request.POST.get("do", "")
    if what == "unlink":
        gone = people.unlink(user, by=by, at=now)
        return _("已解除关联") if gone else _("没有关联，不需要解除")
    if what == "end_password":
        people.end_password(user, by=by, at=now)
        return _("{name} 的密码已停用，以后只用企业账号登录").format(name=user.name)
    people.link(user, subject, by=by, at=now)
    return _("已关联 {name} 的企业账号").format(name=user.name)

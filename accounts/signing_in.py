"""Signing in step by step (django-allauth): first the password, then what the adapter names.

Between the steps nobody is signed in: who came how far is kept in the session, under a key that
changes with every step, and forgotten after a quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import (
    perform_password_login,
    record_authentication,
)
from allauth.account.internal.stagekit import clear_login, stash_login
from allauth.account.models import Login
from allauth.account.utils import perform_login
from allauth.mfa.models import Authenticator
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import factors, passkeys
from accounts.login_stages import Step
from accounts.models import User
from accounts.oidc import local

VOUCHED = factors.VOUCHED  # in the session: the provider has asked for the second factor
PROVIDER = "socialaccount"  # how allauth calls a way in that is another's
STATE = "password"  # in the state of the login: changes with the password


def by_password(request: HttpRequest, user: User, goes_to: str) -> HttpResponse:
    """The password was right: on to the next step, or in. `goes_to`: an address of this site."""
    _begin(request)
    login = Login(user=user, redirect_url=goes_to, state={STATE: user.get_session_auth_hash()})
    return perform_password_login(request, {"username": user.username}, login)


def passkey_is_enough(user: User) -> bool:
    """False for whoever comes in by the provider of identities alone: leaving the enterprise ends
    that way, and shall end all.
    """
    return user.is_active and user.has_usable_password() and local.allowed(user.username)


def by_passkey(request: HttpRequest, factor: Authenticator, goes_to: str) -> HttpResponse:
    """The passkey was right, which is two factors in one: in."""
    user: User = factor.user
    _begin(request)
    passkeys.note_use(request, factor, user, alone=True)
    return perform_login(request, user, redirect_url=goes_to)


def by_provider(
    request: HttpRequest, user: User, goes_to: str, *, second_factor: bool
) -> HttpResponse:
    """The provider of identities vouches for the person; `second_factor`: for that as well."""
    _begin(request)
    if second_factor:
        request.session[VOUCHED] = True
    record_authentication(request, user, PROVIDER, provider="oidc")
    return perform_login(request, user, redirect_url=goes_to)


def _begin(request: HttpRequest) -> None:
    """Whoever sat here before is signed out, and nothing of that session is left: neither its key,
    which somebody else may know, nor that a second factor was shown in it.
    """
    if request.user.is_authenticated:
        logout(request)
    else:
        request.session.flush()


def keep(request: HttpRequest, stage: Step) -> None:
    """Write down how far the step has come."""
    stash_login(request, stage.login)


def forget(request: HttpRequest) -> None:
    """Nobody is on the way in any more."""
    clear_login(request)


View = Callable[..., HttpResponse]


def step(stage: type[Step]) -> Callable[[View], View]:
    """A page of a step: `view(request, stage)` for who came so far; others begin anew. Whoever was
    deactivated meanwhile, or whose password was changed, begins anew too.
    """

    def decorate(view: View) -> View:
        @login_stage_required(stage=stage.key, redirect_urlname="login")
        @wraps(view)
        def page(request: HttpRequest) -> HttpResponse:
            here: Step = request._login_stage  # type: ignore[attr-defined]
            user = here.login.user
            known = here.login.state.get(STATE)
            if not isinstance(user, User) or not user.is_active:
                forget(request)
                return redirect("login")
            if known is not None and known != user.get_session_auth_hash():
                forget(request)
                return redirect("login")
            return view(request, here)

        return page

    return decorate

"""Signing in step by step (django-allauth): first the password, then what the adapter names.

Between the steps nobody is signed in: who came how far is kept in the session, under a key that
changes with every step, and forgotten after a quarter of an hour.
"""

from __future__ import annotations

from allauth.account.internal.flows.login import (
    perform_login,
    perform_password_login,
    record_authentication,
)
from allauth.account.models import Login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from accounts.models import User

VOUCHED = "second_factor_vouched"  # in the session: the provider has asked for the second factor
PROVIDER = "socialaccount"  # how allauth calls a way in that is another's


def by_password(request: HttpRequest, user: User, goes_to: str) -> HttpResponse:
    """The password was right: on to the next step, or in. `goes_to`: an address of this site."""
    request.session.cycle_key()
    login = Login(user=user, redirect_url=goes_to)
    return perform_password_login(request, {"username": user.username}, login)


def by_provider(
    request: HttpRequest, user: User, goes_to: str, *, second_factor: bool
) -> HttpResponse:
    """The provider of identities vouches for the person; `second_factor`: for that as well."""
    if request.user.is_authenticated:
        logout(request)
    else:
        request.session.flush()
    if second_factor:
        request.session[VOUCHED] = True
    record_authentication(request, user, PROVIDER, provider="oidc")
    return perform_login(request, Login(user=user, redirect_url=goes_to))

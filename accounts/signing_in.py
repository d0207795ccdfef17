"""Signing in step by step (django-allauth): first the password, then what the adapter names.

Between the steps nobody is signed in: who came how far is kept in the session, under a key that
changes with every step, and forgotten after a quarter of an hour.
"""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse

from accounts.models import User


def by_password(request: HttpRequest, user: User, goes_to: str) -> HttpResponse:
    """The password was right: on to the next step, or in. `goes_to`: an address of this site."""
    request.session.cycle_key()
    login = Login(user=user, redirect_url=goes_to)
    return perform_password_login(request, {"username": user.username}, login)

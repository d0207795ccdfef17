"""Who has not passed every step of signing in is nobody, wherever the request goes."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts import factors
from accounts.models import User

View = Callable[[HttpRequest], HttpResponse]


def every_step_passed(get_response: View) -> View:
    """A session that a password alone began counts for nobody where the person needs more: one from
    before the role came, or before the rule did. Pages, panes and the API alike then ask anew.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: _whoever_passed(request))  # type: ignore[assignment]
        return get_response(request)

    return middleware


def _whoever_passed(request: HttpRequest) -> User | AnonymousUser:
    user = get_user(request)
    if isinstance(user, User) and factors.lacking(request, user):
        return AnonymousUser()
    return user  # type: ignore[return-value]

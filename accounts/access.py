"""The door of a page: which permission of the table in `roles.py` it needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.roles import refusal

View = Callable[..., HttpResponse]


def person(request: HttpRequest) -> User:
    """Whoever is signed in. Raises PermissionDenied for a visitor (`SignedInOnly` is before)."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def needs(permission: str) -> Callable[[View], View]:
    """Only for people with the permission; everybody else gets 403.

    Row-level limits are the queryset's business (`visible_to`).
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not person(request).may(permission):
                raise PermissionDenied(refusal(permission))
            return view(request, *args, **kwargs)

        return guarded

    return guard

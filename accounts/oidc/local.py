"""What a password is good for besides the provider of identities.

With `OIDC_ONLY` none but that of the administrators named in `OIDC_BREAK_GLASS`, for the hours in
which the provider is away; each such sign-in raises an alarm. One person's password ends by
`people.end_password`.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User
from accounts.roles import Role


def allowed(username: str) -> bool:
    """True when the person may come in without the provider."""
    if not settings.OIDC_ONLY:
        return True
    if username not in settings.OIDC_BREAK_GLASS:
        return False
    return User.objects.filter(
        username=username, roles__contains=[Role.ADMINISTRATOR], is_active=True
    ).exists()


class NoPasswords:
    """Stands before the one that compares passwords, and refuses as for a wrong one: the same
    words, the same time, counted towards the lock-out. It knows nobody, and so no session is its.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_more: Any,
    ) -> None:
        """Raises PermissionDenied, which ends the search for somebody who knows the password."""
        if username is not None and not allowed(username):
            User().set_password(password)  # the time that comparing takes
            raise PermissionDenied

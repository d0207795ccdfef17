"""What django-allauth does is done in this house's way: no sign-up, no addresses to confirm, no
pages of its own; who has passed every step is signed in, recorded, and led to a page of this site.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import resolve_url
from django.utils import timezone

from accounts import devices, factors, lockout, signing_in
from accounts.alarms import AlarmKind, raise_alarm
from accounts.browser import remember_language, wants_json
from accounts.models import User
from accounts.oidc import local
from audit.record import record

BACKEND = "django.contrib.auth.backends.ModelBackend"


def by_provider(request: HttpRequest, user: User) -> bool:
    """True when this way in began at the provider of identities."""
    began = get_authentication_records(request, user)
    return bool(began) and began[0]["method"] == signing_in.PROVIDER


class Adapter(DefaultAccountAdapter):
    """The steps of signing in, and what follows the last of them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are added by an administrator, never by themselves."""
        return False

    def get_login_stages(self) -> list[str]:
        """The steps after the password, in this order."""
        return ["accounts.login_stages.SecondStep", "accounts.login_stages.Enrol"]

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """A deactivated person comes no further, nor whoever has to come by the provider."""
        let_in = user.is_active and (by_provider(request, user) or local.allowed(user.username))
        return None if let_in else HttpResponseRedirect(resolve_url("login"))

    def login(self, request: HttpRequest, user: User) -> None:
        """Every step is passed: the session is the person's from here on, under a new key."""
        login(request, user, backend=BACKEND)
        factors.remember_kinds(request, user)
        now, by = timezone.now(), by_provider(request, user)
        with transaction.atomic():  # the same person from two browsers at once: in turn
            record("signed_in", f"user:{user.username}", user, now, _how(request, user))
            if settings.OIDC_ONLY and not by:
                raise_alarm(AlarmKind.EMERGENCY_SIGN_IN, about=user, at=now, detail={})

    def post_login(
        self, request: HttpRequest, user: User, *, redirect_url: str | None, **kwargs: Any
    ) -> HttpResponse:
        """To the page one came for; a script gets the new CSRF token."""
        answer: HttpResponse
        if wants_json(request):
            answer = JsonResponse({"csrf_token": get_token(request)})
        else:
            answer = HttpResponseRedirect(redirect_url or resolve_url("home"))
        remember_language(answer, user.language)
        devices.remember(request, answer, lockout.kept(user.username))
        return answer

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """This site says in its own words what happened."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """This site sends its own mails."""


def _how(request: HttpRequest, user: User) -> dict[str, Any]:
    """By what, for the record: {"by": ["password", "totp"]}."""
    records = get_authentication_records(request, user)
    names = [str(each.get("type") or each["method"]) for each in records]
    return {"by": ["oidc" if name == signing_in.PROVIDER else name for name in names]}

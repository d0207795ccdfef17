"""Small answers to a browser: what it asked for, where it goes back to, what it remembers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

LOST = "kesu.lost_token"  # cannot come from outside: headers stand there as HTTP_…
YEAR = 365 * 24 * 3600  # seconds


def wants_json(request: HttpRequest) -> bool:
    """True for the API and for scripts that ask for JSON."""
    if request.path.startswith("/api/"):
        return True
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


View = TypeVar("View", bound=Callable[..., HttpResponse])


def keeps_what_was_typed(view: View) -> View:
    """A page that answers unreadable text itself, with everything typed still in its form.

    Elsewhere the middleware refuses control characters before the view.
    """
    view.keeps_what_was_typed = True  # type: ignore[attr-defined]
    return view


def answers_a_lost_token(
    answer: Callable[..., HttpResponse],
) -> Callable[[View], View]:
    """A page that shows its form again, with everything typed, where the form's token does not fit:
    its cookie is gone, or cookies are off.
    """

    def mark(view: View) -> View:
        view.lost_token = answer  # type: ignore[attr-defined]
        return view

    return mark


def lost_its_token(request: HttpRequest) -> None:
    """Remember that this request was refused for its form's token alone: another site may have sent
    it, so it is nothing that its person tried.
    """
    request.META[LOST] = True


def has_lost_its_token(request: HttpRequest) -> bool:
    """Whether it was refused for its form's token alone."""
    return LOST in request.META


def back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page a choice was made on (`next`, only inside this site), else home."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if safe else "/")


def remember_language(response: HttpResponse, language: str) -> None:
    """Keep a language in the browser; "" forgets it, so that the browser's own preference
    counts.
    """
    name = settings.LANGUAGE_COOKIE_NAME
    if language:
        remember(response, name, language)
    else:
        response.delete_cookie(name, samesite="Lax")


def remember(response: HttpResponse, name: str, choice: str) -> None:
    """Keep a choice in the browser for a year: no script reads it, no other site sends it."""
    response.set_cookie(
        name,
        choice,
        max_age=YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )

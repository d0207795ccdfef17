"""What somebody typed and did not send, for the forms of one answer; and its end once a form that
carries its key was taken.

A form says under which key it keeps its texts (`{% draft %}`, from its own address) and sends the
key along. Whoever takes what was sent leads elsewhere; whoever refuses it shows the form again. So
no view has to remember to forget.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib.messages import ERROR, WARNING
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import User
from complaints.actions import half_typed
from complaints.actions.half_typed import DRAFT_KEY, INTAKE

FIELD = "draft"  # the hidden field that names the key
_NOT_FOR_A_KEY = re.compile(r"[^A-Za-z0-9_-]+")
_REDIRECTS = (302, 303)


def key_of(address: str) -> str:
    """The place of the texts of the form that posts there: "/mass/3/sign/" → "mass:3:sign"."""
    parts = address.partition("?")[0].strip("/").split("/")
    return ":".join(_NOT_FOR_A_KEY.sub("-", part)[:40] for part in parts) or "page"


def of(request: HttpRequest, key: str) -> Any:
    """What the person typed under that key, or None. One statement for all forms of an answer,
    since a page has up to fifty of them.
    """
    if not isinstance(request.user, User):
        return None
    kept = getattr(request, "own_drafts", None)
    if kept is None:
        kept = request.own_drafts = half_typed.sealed_drafts(request.user)  # type: ignore[attr-defined]
    return half_typed.opened(kept[key])[0] if key in kept else None


def just_sent(request: HttpRequest, key: str) -> bool:
    """Whether this answer shows what was sent a moment ago: it is newer than any draft."""
    return request.method == "POST" and request.POST.get(FIELD, "") == key


def drop(request: HttpRequest) -> None:
    """Forget the draft of the form that was sent, where its answer does not lead elsewhere."""
    key = request.POST.get(FIELD, "")
    if key.startswith(INTAKE):
        return  # ended in the transaction that registered the case
    if isinstance(request.user, User) and DRAFT_KEY.fullmatch(key):
        half_typed.drop_draft(request.user, key)
        getattr(request, "own_drafts", {}).pop(key, None)


def dropped_when_taken(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Middleware: a form that was taken leads elsewhere, and its draft is forgotten. Not when the
    answer leads to a sign-in, nor when it says that something was refused.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        by_form = request.method == "POST" and not request.path.startswith("/api/")
        if by_form and _leads_elsewhere(response) and not _complains(request):
            drop(request)
        return response

    return middleware


def _leads_elsewhere(response: HttpResponse) -> bool:
    led = response.status_code in _REDIRECTS
    place = response.get("Location", "") if led else response.get("HX-Redirect", "")
    return bool(place) and not place.startswith((reverse("login"), reverse("confirm")))


def _complains(request: HttpRequest) -> bool:
    said = getattr(getattr(request, "_messages", None), "_queued_messages", ())
    return any(message.level in (WARNING, ERROR) for message in said)

"""Refusals are part of the record (complaints/denied.py): 403 wherever it is, and 404 where a case
was named. What cannot be written down is logged; the refusal stays one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.browser import has_lost_its_token
from accounts.models import User
from complaints import denied
from complaints.actions.revealing import CASE_NUMBER

log = logging.getLogger(__name__)
FORBIDDEN, MISSING = 403, 404
TOLD = frozenset({"reveal", "api-reveal"})  # written down by the act itself, with its reason


def recorded(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Write down what a signed-in person was refused."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code in (FORBIDDEN, MISSING) and isinstance(request.user, User):
            _note(request, request.user, response.status_code)
        return response

    return middleware


def _note(request: HttpRequest, by: User, status: int) -> None:
    match = request.resolver_match
    if match is None or not match.url_name or match.url_name in TOLD or has_lost_its_token(request):
        return
    number = str(match.kwargs.get("number", ""))
    case = number if CASE_NUMBER.fullmatch(number) else ""  # else anything may stand there
    if status == MISSING and not case:
        return
    try:
        denied.note(by, page=match.url_name, case=case, status=status, at=timezone.now())
    except DatabaseError:
        log.exception("the refusal of %s could not be recorded", match.url_name)

"""Every answer that shows a case leaves a row that says so (audit/reading.py): pages and programs,
files and lists alike. If the row cannot be written, the answer is not given.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User
from audit import reading
from audit.reading import Shown
from complaints import granted, reading_words
from complaints.seen import CASE
from config import errors, request_id

log = logging.getLogger(__name__)

DONE = range(200, 300)
EMPTY = 204
PART = 206
# A refusal that shows the case or its form again, with what was typed.
AGAIN = (409, 412, 422)


def noted(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Write one row for an answer that shows cases, before it leaves."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with reading.collecting() as seen:
            response = get_response(request)
        subjects = _shown(request, response, seen)
        if not subjects:
            return response
        try:
            _note(request, subjects, getattr(response, "shown_fields", ()))
        except DatabaseError:
            log.exception("reading %s could not be recorded", request.path)
            response.close()
            return errors.unrecorded(request)
        return response

    return middleware


def _shown(request: HttpRequest, response: HttpResponse, seen: Iterable[str]) -> list[str]:
    """What is seen of it: nothing of an answer without content or of a refusal; the case that the
    address names before all others.
    """
    if response.status_code == EMPTY or _goes_on(response):
        return []
    about = _about(request)
    if response.status_code in DONE:
        return [about, *(s for s in seen if s != about)] if about else list(seen)
    return list(seen) if response.status_code in AGAIN else []


def _goes_on(response: HttpResponse) -> bool:
    """A later part of a recording whose beginning was noted: a player asks for hundreds."""
    part = response.headers.get("Content-Range", "")
    return response.status_code == PART and not part.startswith("bytes 0-")


def _about(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None or match.url_name in reading_words.SILENT:
        return ""
    number = match.kwargs.get("number")
    return f"{CASE}{number}" if number else ""


def _note(request: HttpRequest, subjects: list[str], more: Iterable[str]) -> None:
    """`more`: what this very answer shows besides that which its page always does."""
    match, about = request.resolver_match, _about(request)
    page = match.url_name if match and match.url_name else request.path
    fields = [*reading_words.fields_of(page), *more]
    if match and "item" in match.kwargs:
        fields.append(f"{reading_words.FILE}:{match.kwargs['item']}")
    by, now = request.user if isinstance(request.user, User) else None, timezone.now()
    if by is not None and granted.may_be_lent(by):
        fields += granted.marks(by, subjects, now)
    shown = Shown(page, about if about in subjects else "", fields)
    reading.note(shown, subjects, by, now, request_id.current())

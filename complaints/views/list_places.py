"""From which list a case was opened, and where it stood there: kept in the browser for the latest
few cases, so that the case before and after it and the way back are found by the server, also after
a step moved the case out of the list, in another tab, and without scripts.

The place is taken from the list's address, which the browser sends along with the case that is
opened from it. A list of what was searched for is not kept: its words may be somebody's name. Here
nothing is asked of the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.access import person
from complaints.models import Complaint
from complaints.snoozed import FIRST

SALT = "complaints.places"
MOST = 8  # cases
LONGEST = 600  # of a list's address
KEPT = 12 * 3600


_FIELDS = ("next_due_at", "turn_at", "closed_at", "received_at")  # by what lists are sorted
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Place:
    """`query`: of the list's address, with the page; `moments` and the id of the case are those by
    which it stands in lists, as they were when it was opened.
    """

    query: str
    moments: Mapping[str, datetime | None]
    pk: int


def place_of(case: Any, query: str) -> Place:
    """Of a case as it is now, read with `turn_at` or with what it was put aside for."""
    moments = {name: getattr(case, name) for name in _FIELDS if name != "turn_at"}
    aside = getattr(case, "snooze", None)
    back = aside and aside["until"] <= timezone.now()
    moments["turn_at"] = getattr(case, "turn_at", FIRST if back else case.next_due_at)
    return Place(query, moments, case.pk)


def arrived(request: HttpRequest, case: Any) -> Place | None:
    """The place of a case that is opened: from the list one comes from, else as it was kept."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host() or came_from.path != reverse("queue"):
        return kept(request, case.number)
    if len(came_from.query) > LONGEST or "q" in QueryDict(came_from.query):
        return None
    return place_of(case, came_from.query)


def back(request: HttpRequest, case: Complaint) -> str:
    """The list one came from, at the row of this case, as far as the browser says it now; case.js
    keeps it over later loads where `Place` does not.
    """
    came_from = urlsplit(request.headers.get("Referer", ""))
    query = came_from.query if came_from.path == reverse("queue") else ""
    return f"{reverse('queue')}{'?' if query else ''}{query}#{case.number}"


def kept(request: HttpRequest, number: str) -> Place | None:
    """The place of a case as the browser knows it."""
    for row in _known(request):
        if row[0] == number:
            return _read(row)
    return None


def keep(request: HttpRequest, answer: HttpResponse, number: str, place: Place | None) -> None:
    """Let the browser know it, or forget it."""
    before = _known(request)
    rows = [row for row in before if row[0] != number]
    if place is not None:
        rows = [[number, place.query, place.pk, *_ticks(place)], *rows][:MOST]
    if rows == before:
        return
    answer.set_cookie(
        settings.PLACES_COOKIE_NAME,
        signing.dumps([person(request).pk, *rows], salt=SALT, compress=True),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> list[Any]:
    """[[number, query, id, moments …]], the latest first; nothing of whoever was here before."""
    try:
        said = request.COOKIES.get(settings.PLACES_COOKIE_NAME, "")
        whose, *rows = signing.loads(said, salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return []
    return list(rows) if whose == person(request).pk else []


def _ticks(place: Place) -> list[int | None]:
    found = (place.moments[name] for name in _FIELDS)
    return [None if at is None else (at - _EPOCH) // _TICK for at in found]


def _read(row: list[Any]) -> Place:
    _number, query, pk, *ticks = row
    moments = [None if tick is None else _EPOCH + tick * _TICK for tick in ticks]
    return Place(query, dict(zip(_FIELDS, moments, strict=True)), pk)

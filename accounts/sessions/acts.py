"""Which requests show that somebody sits there. The others do not keep a session alive.

Open pages ask by themselves how far something is, or whether there is news. So a page that scripts
fetch counts only when they say that a key was pressed or the pointer used just before (`X-By-Hand`,
set in `static/js/live.js`): a poll that nobody thought of ends with the session, instead of keeping
it. Saving a draft counts, because it follows typing.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from accounts.browser import wants_json
from accounts.sessions.store import SessionStore

HEADER = "X-By-Hand"


def by_hand(request: HttpRequest) -> bool:
    """True for what a person does: sending something, or going to a page."""
    if request.method not in ("GET", "HEAD") or HEADER in request.headers:
        return True
    scripted = "HX-Request" in request.headers or wants_json(request)
    # Old browsers do not say how a page is fetched, and neither do they fetch any beforehand
    navigates = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return navigates and not scripted and "Sec-Purpose" not in request.headers


def note(request: HttpRequest) -> None:
    """Count the idle limit anew when the request is an act. The person is signed in."""
    if isinstance(request.session, SessionStore) and by_hand(request):
        request.session.acted(timezone.now())

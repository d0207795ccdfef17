"""What a browser gets that asks for a part of a file which was destroyed: its tombstone."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.browser import wants_json
from complaints.errors import Gone

View = Callable[[HttpRequest], HttpResponse]


def destroyed_files(get_response: View) -> View:
    """Middleware: an address of a case whose file is gone leads to what is left of it, and the
    sentence says why. Nothing was written. The API answers for itself.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        known = request.resolver_match.kwargs if request.resolver_match else {}
        if not isinstance(error, Gone) or "number" not in known or wants_json(request):
            return None
        messages.error(request, error.message)
        place = redirect("archive_case", known["number"])
        if getattr(request, "htmx", False):  # a pane: the whole page changes
            return HttpResponse(status=204, headers={"HX-Redirect": place.url})
        return place

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware

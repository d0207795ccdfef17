"""Pages that are read anew whenever one comes back to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

View = Callable[..., HttpResponse]


def read_anew(view: View) -> View:
    """Keep what was read out of the browser's cache, so that going back shows the present facts.

    What answers a form stays in it: there is nothing to ask anew for it, and going back to it would
    end on the browser's own error page, with all that was typed.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            add_never_cache_headers(response)
        return response

    return answered

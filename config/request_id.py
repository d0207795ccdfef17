"""One name for each request, so that what it wrote (audit record, records of reading, log) can be
found together. A proxy in front may have named it already (X-Request-ID).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
LENGTH = 64
_current: ContextVar[str] = ContextVar("request_id", default="")
_NAME = re.compile(r"[A-Za-z0-9._-]{8,64}")


def current() -> str:
    """The name of the request that is being answered, "" outside of requests."""
    return _current.get()


def named(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Name every request; the answer tells the name."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        name = given if _NAME.fullmatch(given) else uuid4().hex
        before = _current.set(name)
        try:
            response = get_response(request)
        finally:
            _current.reset(before)
        response[HEADER] = name
        return response

    return middleware

"""Telling whoever saved a text that numbers in it were masked: no surprise, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from accounts.masking import originals

HEADER = "X-Masked-Numbers"
_EVENT = "HX-Trigger-After-Settle"


def told(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """After an act that masked something: a program reads the count in `X-Masked-Numbers`, a person
    the sentence, in the page that is shown next.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        with originals.counted() as found:
            response = get_response(request)
        if found and response.status_code < 400:
            _tell(request, response, len(found))
        return response

    return middleware


def _tell(request: HttpRequest, response: HttpResponse, count: int) -> None:
    response[HEADER] = str(count)
    if request.path.startswith("/api/"):
        return
    words = ngettext(
        "文本里的 %(n)s 个号码已入保险库，文中只显示遮掩后的样子。",
        "文本里的 %(n)s 个号码已入保险库，文中只显示遮掩后的样子。",
        count,
    ) % {"n": count}
    if request.headers.get("HX-Request") and "HX-Redirect" not in response:
        _add_event(response, "kesu:toast", words)
    else:
        messages.info(request, words)


def _add_event(response: HttpResponse, name: str, words: str) -> None:
    """Beside the events that the answer has already: names, or JSON."""
    given = response.get(_EVENT, "")
    events = json.loads(given) if given.startswith("{") else {n: "" for n in given.split(", ") if n}
    response[_EVENT] = json.dumps({**events, name: words})

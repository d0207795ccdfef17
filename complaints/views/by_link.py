"""What the pages behind the link of a letter have in common: their language, their headers, and
that nobody opens them again and again.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from config.often import seconds_to_wait

CALLS, WINDOW = 30, 60  # of one address, in seconds
HEADERS = {"Referrer-Policy": "strict-origin", "X-Robots-Tag": "noindex, nofollow"}
Said = Callable[[HttpRequest, str, int, str], HttpResponse]  # a page of one sentence


def spoken(request: HttpRequest, answered: Callable[[], HttpResponse]) -> HttpResponse:
    """In the language that the address names, else the browser's."""
    lang = request.GET.get("lang", "")
    known = lang if lang in dict(settings.LANGUAGES) else translation.get_language()
    with translation.override(known):
        answer = answered()
    for name, value in {**HEADERS, "Content-Language": known or settings.LANGUAGE_CODE}.items():
        answer[name] = value
    return answer


def too_often(request: HttpRequest, kind: str, said: Said) -> HttpResponse | None:
    """The answer to an address that opens links of a kind faster than a person does."""
    wait = seconds_to_wait(request, kind, CALLS, WINDOW)
    if not wait:
        return None
    answer = said(request, _("打开得太频繁了，请过 %(n)s 秒再试。") % {"n": wait}, 429, "clock")
    answer["Retry-After"] = str(wait)
    return answer

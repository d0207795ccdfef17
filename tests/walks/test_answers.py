"""What every answer has in common, for everybody who may ask: it is an answer and no crash, it
carries the headers that protect the browser, and it shows no personal data in clear.

`faults` says so of one answer. Whoever asks every address as every role, `tests/browser/
test_every_page.py`, looks at each answer with it: so no page is made twice.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser

from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from audit.models import Reading
from tests.cast import PASSWORD, Cast
from tests.walks.ask import browser
from tests.walks.scan import personal_numbers
from tests.walks.world import OWN_PERSON, clear_values

# what is looked for, where an address without words has nothing to answer
_WORDS = {"q": "健康顾问", "stage": "any"}
LOOKED_FOR = {
    "archive_search": _WORDS,
    "search": _WORDS,
    "search_quick": _WORDS,
    "api-archive-search": _WORDS,
    "analytics_rows": {"measure": "received"},
}
SHORT = 200  # characters: what fits into a line is typed again
EXAMPLES = ("/api/schema/", "/api/docs/")  # their numbers are made up


def faults(
    address: str, answer: HttpResponseBase, text: str, numbers: list[str], since: int = 0
) -> list[str]:
    """Everything that is wrong with one answer; `since`: the last row of reading before it."""
    wrong = unprotected(answer)
    if answer.status_code not in (200, 204, 302, 403, 404, 405):
        wrong.append(str(answer.status_code))
    if "<html" in text:
        wrong += inline(text)
    wrong += [f"{action} keeps no draft of {name}" for action, name in unkept(text)]
    if address not in EXAMPLES:
        wrong += unrecorded(answer, text, numbers, since)
    told = [v for v in clear_values(OWN_PERSON) if v in text] + personal_numbers(text)
    return [*wrong, f"tells {told}"] if told else wrong


def unrecorded(answer: HttpResponseBase, text: str, numbers: list[str], since: int) -> list[str]:
    """Cases that are shown although the row of this very answer does not say so."""
    shown = [n for n in numbers if n in text] if answer.status_code == 200 else []
    if not shown:
        return []
    rows = Reading.objects.filter(pk__gt=since).values_list("subjects", flat=True)
    if len(rows) != 1:
        return [f"shows {shown[:3]} and leaves {len(rows)} rows of reading"]
    return [f"{n} is not recorded" for n in shown if f"complaint:{n}" not in rows[0]]


def inline(page: str) -> list[str]:
    """Scripts, styles and handlers that stand in the page itself, and what comes from elsewhere."""
    return [
        *re.findall(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>", page),
        *re.findall(r"<style\b", page),
        *re.findall(r"<[^>]+\sstyle=\"", page),
        *re.findall(r"<[^>]+\son[a-z]+=\"", page),
        *re.findall(r"<(?:script|link|img|use|form)[^>]+=\"(?:https?:)?//[^\"]+", page),
    ]


_FORM = re.compile(r"<form\b.*?(?:</form>|\Z)", re.DOTALL)


class _Forms(HTMLParser):
    """Long texts of forms that are posted and keep no draft: (address, name of the field)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._form: str | None = None  # address of the form that is open, when it keeps no draft

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            kept = has.get("method") != "post" or "data-draft" in has
            self._form = None if kept else has.get("action") or "the page itself"
        elif self._form is not None and _is_long(tag, has):
            self.found.append((self._form, has.get("name") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


def _is_long(tag: str, has: dict[str, str | None]) -> bool:
    if has.keys() & {"form", "readonly"}:  # of another form; not to be typed in
        return False
    typed = tag == "input" and (has.get("type") or "text") == "text"
    return tag == "textarea" or (typed and int(has.get("maxlength") or 0) > SHORT)


def unkept(page: str) -> list[tuple[str, str]]:
    """Forms in which a long text would be lost: whoever types more than a line is interrupted."""
    return [one for form in _FORM.findall(page) for one in _unkept_of(form)]


@lru_cache(maxsize=5000)
def _unkept_of(form: str) -> tuple[tuple[str, str], ...]:
    """Of one form: those of the frame stand on every page, and to read them takes longest."""
    forms = _Forms()
    forms.feed(form)
    return tuple(forms.found)


def unprotected(answer: HttpResponseBase) -> list[str]:
    """Headers that are missing or weak."""
    policy, wrong = answer.get("Content-Security-Policy", ""), []
    if re.search(r"unsafe-|\*|https?:", policy):
        wrong.append(f"policy {policy!r}")
    sandboxed = "sandbox" in policy
    for part in ("default-src", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
        if part not in policy and not sandboxed:
            wrong.append(f"policy without {part}")
    wanted = {
        "X-Content-Type-Options": ("nosniff",),
        "X-Frame-Options": ("DENY",),
        # no other site is told the path; of a page whose path is a key nobody is
        "Referrer-Policy": ("same-origin", "strict-origin"),
        "Cross-Origin-Opener-Policy": ("same-origin",),
        "Cross-Origin-Resource-Policy": ("same-origin",),
    }
    devices = answer.get("Permissions-Policy", "")
    if "camera=()" not in devices or "publickey-credentials-get=(self)" not in devices:
        wrong.append(f"devices {devices!r}")
    return wrong + [f"{k}: {answer.get(k)}" for k, v in wanted.items() if answer.get(k) not in v]


def test_refusals_are_protected_as_well(cast: Cast) -> None:
    client = browser(cast.agent)
    for answer in (
        client.get("/nowhere/"),
        client.get(reverse("users")),
        client.post(reverse("new_team"), {"name": "a\x00"}),
        browser(None).get(reverse("queue")),
        browser(None).get("/api/v1/legal/facts/"),
        browser(None).get("/static/css/base.css"),  # a picture or sheet is opened by itself too
        browser(None).get(reverse("login"), headers={"host": "elsewhere.example"}),
    ):
        assert answer.status_code in (200, 302, 400, 401, 403, 404)
        assert unprotected(answer) == []


def test_scripts_cannot_read_the_session_and_other_sites_cannot_use_it(cast: Cast) -> None:
    client = Client()
    client.get(reverse("login"))
    client.post(reverse("login"), {"username": cast.agent.username, "password": PASSWORD})
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    token = client.cookies[settings.CSRF_COOKIE_NAME]
    assert (bool(session["httponly"]), session["samesite"]) == (True, "Lax")
    assert token["samesite"] == "Lax"

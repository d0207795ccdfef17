"""No address breaks over what it is sent: whatever the method, the fields and their types, the
answer is a refusal or a page, never a crash.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT
from django.urls import Resolver404, resolve, reverse

from complaints.models import Complaint
from tests import factories as f
from tests import markup
from tests.cast import Cast
from tests.walks.ask import ENDS_THE_SESSION, browser, undone
from tests.walks.routes import all_routes
from tests.walks.world import example

# Every name that a page or a program may send, and some that none knows.
NAMES = (
    *("version", "step", "kind", "text", "note", "reason", "comments", "explanation", "opinion"),
    *("narrative", "channel", "state", "proof", "findings", "claims", "category", "consumer"),
    *("consumer.phone", "product", "order_number", "transaction_date", "price_paid", "evidence"),
    *("loss_claimed", "received_at", "external_reference", "measures", "legal_basis", "letter"),
    *("amount", "due", "into", "outcome", "date", "means", "body", "reference", "user", "team"),
    *("facts", "value", "source", "file", "title", "obtained_at", "key", "data", "case", "to"),
    *("password", "username", "next", "cursor", "q", "owner", "ordering", "subject", "mapping"),
    *("cannot_be_established", "expected_end", "risk_flags", "confidential", "field", "purpose"),
    *("language", "theme", "density", "roles", "name", "is_active", "nobody_knows_this"),
)
DEEP: list[Any] = []
for _ in range(200):
    DEEP = [DEEP]
VALUES: dict[str, Any] = {
    "markup": markup.BREAKER + markup.MORE[0],
    "NUL": "a\x00b",
    "emoji": "🀄️" * 40,  # of a length there is a test in what_people_get_wrong
    "half a character": "\ud83d",
    "huge number": "9" * 400,
    "no date": "2026-02-31",
}
FORM = "application/x-www-form-urlencoded"
IN_PARTS = {"NUL", "half a character"}  # as forms with a file are sent
IN_THE_ADDRESS = {"half a character", "huge number", "markup"}
THINGS: dict[str, Any] = {
    "nothing": None,
    "list": [],
    "object": {},
    "huge integer": 10**30,
    "deep": DEEP,
    "list of objects": [{"kind": {}, "amount": [], "due": 5}],
}
BODIES: dict[str, str] = {
    "no JSON": "{",
    "a list": "[]",
    "null": "null",
    "not a number": '{"price_paid": NaN, "version": Infinity}',
    "half a character": '{"narrative": "\\ud83d", "text": "\\ud83d", "note": "\\ud83d"}',
    "NUL": '{"narrative": "a\\u0000b", "text": "a\\u0000b", "note": "\\u0000", "key": "\\u0000"}',
    "deep": '{"data":' * 5000 + "1" + "}" * 5000,
}


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.drafted(cast)


def in_parts(raw: dict[str, bytes]) -> bytes:
    """A form as a browser sends one that may hold a file."""
    edge = f"--{BOUNDARY}".encode()
    head = b'\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    return b"".join(edge + head % (k.encode(), v) for k, v in raw.items()) + edge + b"--\r\n"


def sent(address: str, is_api: bool, client: Any) -> Iterator[tuple[str, Any]]:
    """(what it was, the answer) of everything that is sent to an address."""
    for what in sorted(IN_THE_ADDRESS):
        asked = VALUES[what].encode("utf-8", "surrogatepass")[:120]
        yield f"query {what}", client.get(address, dict.fromkeys(NAMES, asked))
    for what, value in VALUES.items():
        data = dict.fromkeys(NAMES, value)
        raw = {k: v.encode("utf-8", "surrogatepass") for k, v in data.items()}
        if not is_api:
            # as text: the client of the tests takes bytes for a list of small numbers
            yield f"form {what}", client.post(address, urlencode(raw), content_type=FORM)
            if what in IN_PARTS:
                parts = client.generic("POST", address, in_parts(raw), MULTIPART_CONTENT)
                yield f"form in parts {what}", parts
    if not is_api:
        return
    for what, text in BODIES.items():
        answer = client.post(address, text, content_type="application/json")
        yield f"body {what}", answer
    for what, thing in THINGS.items():
        body = dict.fromkeys(NAMES, thing)
        yield f"every field {what}", client.post(address, body, content_type="application/json")


def echoed(answer: Any) -> list[str]:
    """What of the markup that was sent lives in the page that says it back."""
    html = answer.get("Content-Type", "").startswith("text/html")
    return markup.alive(answer.getvalue().decode("utf-8", "replace")) if html else []


def test_no_address_breaks_over_what_it_is_sent_nor_says_it_back_as_markup(
    cast: Cast, case: Complaint
) -> None:
    client, wrong, read = browser(cast.agent), [], 0
    for route in all_routes():
        if route.name in ENDS_THE_SESSION:
            continue
        address = route.address(example(cast, case).of(route))
        with undone():
            for what, answer in sent(address, route.is_api, client):
                if (living := echoed(answer)) or answer.status_code >= 500:
                    wrong.append(f"{route}: {what}: {answer.status_code} {living}")
                if not what.startswith("query") and answer.status_code in (403, 405):
                    break  # whoever asks is asked first, before anything is read
                read += not what.startswith("query")
    assert not wrong, "\n".join(wrong)
    assert read > 500


def _is_there(address: str) -> bool:
    """Whether any view is called."""
    try:
        resolve(unquote(address))
    except Resolver404:
        return False
    return True


@pytest.mark.parametrize("gap", ["x" * 300, "TS26-9\x00", "🀄️", "%2e%2e", "-1", "9" * 30, "'"])
def test_no_address_breaks_over_what_stands_in_its_gaps(cast: Cast, gap: str) -> None:
    client, wrong = browser(cast.agent), []
    for route in all_routes():
        if not route.gaps:
            continue
        address = route.address(dict.fromkeys(route.gaps, gap))
        # what no pattern matches is the same address that is not there, whatever the way
        for method in ("get", "post") if _is_there(address) else ("get",):
            answer = getattr(client, method)(address)
            # whoever sits here is asked first, before the number is looked at
            asked = answer.get("Location", "").startswith(reverse("confirm"))
            if answer.status_code not in (400, 403, 404, 405, 415) and not asked:
                wrong.append(f"{method} {route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)

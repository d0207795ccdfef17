"""Asking every address in every way, and reading the answers as a person would."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from accounts.models import User
from config.request_id import HEADER
from tests.walks.routes import Route

# Does nothing but change what the person who asks sees, or ends the session: no leak, no walk.
ENDS_THE_SESSION = {"logout"}
_RANDOM = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"
)
WRITING = ("post", "put", "patch", "delete")


def browser(user: User | None) -> Client:
    """A browser of the person."""
    # the record names each request, and its hash stands on papers: two walks shall agree
    client = Client(raise_request_exception=False, headers={HEADER: "walking-through"})
    if user is not None:
        client.force_login(user)
    return client


def methods(route: Route) -> tuple[str, ...]:
    """The ways to ask it: forms know two, programs five."""
    return ("get", *WRITING) if route.is_api else ("get", "post")


def ask(
    client: Client, method: str, route: Route, values: dict[str, Any], **body: Any
) -> HttpResponseBase:
    """Ask once. Bodies go as a form to pages and as JSON to the API."""
    address = route.address(values)
    if method == "get":
        return client.get(address, body)
    if route.is_api:
        return getattr(client, method)(address, body, content_type="application/json")
    return client.post(address, body)


def text_of(answer: HttpResponseBase) -> str:
    """Head and body, without what differs between any two answers."""
    text = answer.getvalue().decode("utf-8", "replace")  # type: ignore[attr-defined]
    text = re.sub(r'(csrfmiddlewaretoken" value|csrf-token" content)="[^"]*"', r'\1=""', text)
    text = _RANDOM.sub("RANDOM", text)
    text = re.sub(r'<svg class="watermark".*?</svg>', "", text)  # it says the minute
    return f"{answer.get('Location', '')}\n{text}"


@contextmanager
def without_log_of_refusals() -> Iterator[None]:
    """Refusals are what is asked for: their tracebacks would hide what a test has to say, and to
    write them down takes longer than the answers.
    """
    logger = logging.getLogger("django")
    before, logger.level = logger.level, logging.CRITICAL
    try:
        yield
    finally:
        logger.level = before


@contextmanager
def undone(cached_too: bool = True) -> Iterator[None]:
    """What is asked in here leaves nothing behind, neither rows nor cached numbers; these may stay
    where nothing but reading goes on, which is a sixth quicker.
    """
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    if cached_too:
        cache.clear()

"""Programs with keys, and people in browsers, for the tests of the API."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import Client

from accounts import keys
from accounts.models import User
from tests.api import contract

EVERYTHING = tuple(keys.SCOPES)
ROOT = "/api/v1"


class Caller:
    """A program with a key, or (without one) a person in a browser session."""

    def __init__(self, headers: dict[str, str], client: Client | None = None) -> None:
        self.client = client or Client(raise_request_exception=False)
        self.headers = headers
        self.checks = True  # each answer is held against the OpenAPI description

    def __call__(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> HttpResponseBase:
        """Send JSON, or raw text as it stands. Headers: `If_Match="…"`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = named.pop("Content-Type", "application/json")
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        path = path.removeprefix("http://testserver")
        path = path if path.startswith("/") else f"{ROOT}/{path}"
        answer = self.client.generic(
            method.upper(),
            path,
            "" if body is None else data,
            content_type=kind,
            headers={**self.headers, **named},
        )
        if self.checks:
            contract.check(method, path, answer)
        return answer

    def get(self, path: str, **headers: str) -> HttpResponseBase:
        return self("get", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponseBase:
        return self("post", path, {} if body is None else body, **headers)

    def form(self, path: str, fields: dict[str, Any], **headers: str) -> HttpResponseBase:
        """A multipart form."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"{ROOT}/{path}"
        answer = self.client.post(path, fields, headers={**self.headers, **named})
        contract.check("post", path, answer)
        return answer

    def step(self, number: str, step: str, **fields: Any) -> HttpResponseBase:
        """Take a step."""
        return self.post(f"complaints/{number}/steps/", {"step": step, **fields})


Program = Callable[..., Caller]


def program(user: User, *scopes: str) -> Caller:
    """A program with a fresh key of the user, with the named scopes (every one) that the person's
    roles hold; a scope that opens nothing where they hold none of them.
    """
    held = [scope for scope in scopes or EVERYTHING if keys.within(user, scope)]
    _key, text = keys.issue(user, held or ["legal:read"])
    return Caller({"Authorization": f"Bearer {text}"})


def person(user: User) -> Caller:
    """The user in a browser."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return Caller({}, client)


def ok(answer: Any, status: int = 200) -> Any:
    """The body of an answer that must be a good one."""
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


@pytest.fixture(autouse=True)
def uncounted() -> None:
    """Calls of earlier tests do not count against the limit."""
    cache.clear()


@pytest.fixture
def unlimited(settings: Any) -> None:
    """For tests that call more often than a caller may."""
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_THROTTLE_RATES": {"caller": "1000000/min"},
    }


_numbers = itertools.count(1)


def complaint(**changes: Any) -> dict[str, Any]:
    """A registration as a program sends it."""
    from tests import factories

    return factories.values(**{"order_number": f"SO-{next(_numbers)}", **changes})

"""What no list knows: filters and sorts that are not known, values of another kind, cursors that
were never given out. Programs are told the parameter; no list is wider than it was asked for.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from tests import factories as f
from tests.api import contract
from tests.cast import Cast
from tests.walks.ask import ENDS_THE_SESSION, browser, text_of, undone
from tests.walks.routes import GAPS, Route, all_routes

NOT_ASKED = {*ENDS_THE_SESSION, "metrics", "api-schema", "api-docs"}
# What is carried away is empty here, with any filter
CSV = "text/csv; charset=utf-8"
# Between them they open every list
PEOPLE = ("supervisor", "auditor", "security", "counsel")
ODD = ("-1", "9" * 40, "没有这样的值", "x" * 9000)
UNKNOWN = ODD[2]


def cursors() -> list[str]:
    """Places that no list ever gave out."""
    raw = [["created_at", 0, None, -1], ["id", 1, "x", 2**70], {}]
    coded = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in raw]
    return [*coded, "bnwyMDI2fDE"]


def get(client: Client, address: str, query: dict[str, str]) -> Any:
    """The answer; the record does not grow by it, which some lists would show."""
    with undone(cached_too=False):
        return client.get(address, query)


def described(route: Route) -> dict[str, dict[str, Any]]:
    """Parameter of a program's address → its shape."""
    call = contract.description()["paths"].get(route.pattern, {}).get("get", {})
    return {p["name"]: p["schema"] for p in call.get("parameters", ()) if p["in"] == "query"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that are looked up in an address, as they are."""
    names: set[str] = set()
    plain, plain_list = QueryDict.__getitem__, QueryDict.getlist

    def noting(self: QueryDict, name: str) -> Any:
        if not self._mutable:
            names.add(name)
        return plain(self, name)

    def noting_list(self: QueryDict, name: str, *default: Any) -> Any:
        names.add(name)
        return plain_list(self, name, *default)

    monkeypatch.setattr(QueryDict, "__getitem__", noting)
    monkeypatch.setattr(QueryDict, "getlist", noting_list)
    return names


def test_an_unknown_filter_sort_or_cursor_is_said_and_breaks_and_widens_nothing(
    cast: Cast, asked: set[str]
) -> None:
    case = f.with_evidence(f.executing(cast), cast.agent)
    people = [browser(getattr(cast, name)) for name in PEOPLE]
    wrong, lists = [], 0
    for route in all_routes():
        # a list stands at an address of its own, or says what it can be narrowed by
        if route.name in NOT_ASKED or (route.gaps and not described(route)):
            continue
        address = route.address({gap: GAPS[gap](case) for gap in route.gaps})
        for client in people:
            asked.clear()
            answer = get(client, address, {})
            if answer.status_code == 200 and route.is_api:
                lists += bool(described(route))
                wrong += [f"{route}: {line}" for line in _of_programs(client, address, route)]
            elif answer.status_code == 200 and asked and answer["Content-Type"] != CSV:
                lists += 1
                told = _of_people(client, address, sorted(asked), text_of(answer))
                wrong += [f"{route}: {line}" for line in told]
            if answer.status_code in (200, 405):
                break
    assert not wrong, "\n".join(wrong)
    assert lists > 40, lists


def _of_programs(client: Client, address: str, route: Route) -> Iterator[str]:
    """What is not described is refused by name; what is, never breaks."""
    answer = get(client, address, {"owner__password": "x"})
    if answer.status_code != 400 or answer.json()["errors"][0]["field"] != "owner__password":
        yield f"?owner__password=x: {answer.status_code}"
    for name, shape in described(route).items():
        strict = "enum" in shape or shape.get("type") in ("integer", "boolean") or "format" in shape
        strict = strict or name == "cursor"
        for value in cursors() if name == "cursor" else (ODD if strict else [UNKNOWN]):
            answer = get(client, address, {name: value})
            if answer.status_code not in ((400,) if strict else (200, 400)):
                yield f"?{name}={value[:60]!r}: {answer.status_code}"


def _of_people(client: Client, address: str, asked: list[str], text: str) -> Iterator[str]:
    """All filters of a page at once with the same odd value, then each alone: nothing breaks, and
    a filter that is not understood does not show what was shown without any.
    """
    for value in (*ODD, cursors()[0]):
        answer = get(client, address, dict.fromkeys([*asked, "colour", "ordering"], value))
        if answer.status_code not in (200, 302, 400, 404, 422):
            yield f"{asked}={value[:40]!r}: {answer.status_code}"
    for name in asked:
        answer = get(client, address, {name: UNKNOWN})
        if answer.status_code == 200 and text_of(answer) == text:
            yield f"?{name}={UNKNOWN} takes no notice"

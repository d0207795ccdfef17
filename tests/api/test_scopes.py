"""No key reaches more than its scopes, and nobody without a key or session reaches anything: every
call of the description, every role, every single scope.
"""

from __future__ import annotations

from typing import Any

import pytest

from accounts import keys
from tests import factories as f
from tests.api import contract
from tests.api.conftest import Caller, program
from tests.cast import Cast
from tests.walks.routes import GAPS

# Between them every scope that a key can have, and roles that see no case
HOLDERS = (("supervisor", None), ("auditor", "audit:read"), ("administrator", "legal:read"))
STRANGERS = (
    {},
    {"Authorization": "Bearer "},
    {"Authorization": f"Bearer kesu_{'0' * 12}_{'A' * 43}"},
    {"Authorization": "Basic YWdlbnQ6YWdlbnQ="},
    {"Cookie": "sessionid=" + "a" * 32},
)


BY_PEOPLE_ALONE = "nobody's"  # no key is let in, whatever its scopes


def calls(cast: Cast) -> list[tuple[str, str, str | None]]:
    """(method, address, scope) of everything that is described, of a case that is there."""
    case = f.executing(cast)
    values = {gap: fill(case) for gap, fill in GAPS.items()}
    return [
        (method, path.format(**values), scope(call))
        for path, ways in contract.description()["paths"].items()
        for method, call in ways.items()
    ]


def scope(call: dict[str, Any]) -> str | None:
    """What a key needs for a call; None: any key will do."""
    with_keys = {"key": []} in call["security"]
    needed: str | None = call["x-scope"] if with_keys else BY_PEOPLE_ALONE
    return needed


def callers(cast: Cast) -> list[tuple[str, Caller, str]]:
    """Keys of one scope each, then strangers, who have none."""
    found = [("stranger", Caller(headers), "") for headers in STRANGERS]
    for name, one in HOLDERS:
        user = getattr(cast, name)
        for held in [one] if one else keys.possible(user):
            found.append((f"{name} with {held}", program(user, held), held))
    for _who, caller, _held in found:
        caller.checks = False  # the words of a refusal are looked at elsewhere
    return found


@pytest.mark.usefixtures("unlimited")
def test_no_call_is_reached_with_too_small_a_scope_or_by_a_stranger(cast: Cast) -> None:
    wrong, asking = [], callers(cast)
    assert {held for _who, _caller, held in asking} == {"", *keys.SCOPES}
    nobody, holders = asking[: len(STRANGERS)], asking[len(STRANGERS) :]
    for turn, (method, path, needed) in enumerate(calls(cast)):
        for who, caller, held in [nobody[turn % len(nobody)], *holders]:
            if held and needed in (None, held):
                continue
            answer: Any = caller(method, path, None if method == "get" else {})
            if answer.status_code != (403 if held else 401):
                wrong.append(f"{who}: {method} {path}: {answer.status_code}, needs {needed}")
    assert not wrong, "\n".join(wrong)


def test_each_call_names_a_scope_or_is_left_open_or_to_people_on_purpose() -> None:
    named: dict[str | None, list[str]] = {}
    for path, ways in contract.description()["paths"].items():
        for call in ways.values():
            named.setdefault(scope(call), []).append(path)
    assert set(named) <= {*keys.SCOPES, None, BY_PEOPLE_ALONE}
    # the second refuses every key by itself, and keeps that it was tried
    assert set(named[None]) == {"/api/v1/me/", "/api/v1/complaints/{number}/reveal/"}
    assert named[BY_PEOPLE_ALONE] == ["/api/v1/me/confirm/"]

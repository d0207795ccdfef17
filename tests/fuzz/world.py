"""Whom the fuzzing meets: cases in every state, of the own team and of another, and a key for every
role with every scope and with each single one; sessions of people.
"""

from __future__ import annotations

import random
import uuid
from typing import Any

from accounts import keys
from accounts.models import User
from complaints.models import Complaint
from correspondence.tasks import send_waiting
from tests import factories as f
from tests import live
from tests.cast import Cast, assemble
from tests.fuzz.calling import Caller, Fuzz, operations
from tests.walks.routes import GAPS, MISSING
from tests.walks.world import hidden_cases, other_team, own_cases

ROLES = ("agent", "supervisor", "counsel", "auditor", "administrator", "security")
UNLIMITED = {"API_CALLS_PER_MINUTE": "100000000"}
TOKEN = "a" * 32  # of the cookie and the header; nothing but that they are the same is asked


def callers(people: dict[str, User]) -> list[Caller]:
    """Keys of every role: with all that the role holds, and with each scope alone; and sessions."""
    found = []
    for name in ROLES:
        user = people[name]
        held = list(keys.possible(user))
        for scopes in [held, *([scope] for scope in held)]:
            _key, text = keys.issue(user, scopes)
            about = f"{name} with a key for {', '.join(scopes)}"
            headers = {"Authorization": f"Bearer {text}"}
            # what has every scope is what gets far
            found += [Caller(about, headers, frozenset(scopes))] * (4 if scopes == held else 1)
        cookies = {"sessionid": live.session_of(user), "csrftoken": TOKEN}
        found.append(Caller(f"{name} in a browser", {"X-CSRFToken": TOKEN}, None, cookies))
    return found


def whole(url: str, number: int) -> Fuzz:
    """Cases in every state, and hidden ones; `number` is where chance begins."""
    cast = assemble()
    cases = [*own_cases(cast).values(), *(hidden.case for hidden in hidden_cases(cast))]
    send_waiting()
    return _world(url, number, cast, cases)


def small(url: str, number: int) -> Fuzz:
    """Two cases of the own team and one of another."""
    cast = assemble()
    made = f.with_evidence(f.investigating(cast), cast.agent)
    return _world(url, number, cast, [made, f.executing(cast), f.investigating(other_team(cast))])


def _world(url: str, number: int, cast: Cast, cases: list[Complaint]) -> Fuzz:
    ids: dict[str, list[Any]] = {}
    for gap in {gap for o in operations() for gap in _gaps(o.path)}:
        values = [GAPS[gap](case) for case in cases]
        ids[gap] = list(dict.fromkeys([*values, *_nearly(values)]))
    ids["number"].append(MISSING)
    return Fuzz(url, callers(cast.everybody()), ids, random.Random(number))  # noqa: S311


def _nearly(values: list[Any]) -> list[Any]:
    """Others of the same kind: of rows of other cases, or of none."""
    if all(isinstance(value, int) for value in values):
        return [*range(1, 6), 2**31, 2**63 - 1, 2**63, 10**30]
    return [uuid.UUID(int=1)] if isinstance(values[0], uuid.UUID) else ["x"]


def _gaps(path: str) -> list[str]:
    return [part.strip("{}") for part in path.split("/") if part.startswith("{")]

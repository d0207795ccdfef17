"""Calls of the whole API as its description allows them, and as it does not (Schemathesis), by
everybody who may call, against a site that runs; and what is wrong with the answers.

A fault is: a status of 500 and above, an answer that the description does not know (status, content
type, shape), something taken that the description forbids, a call that reached anything with a key
of too small a scope, or with none.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, Response
from schemathesis.core import NotSet

from tests.api import contract
from tests.api.test_refusals import every_call

TIMEOUT = 30  # seconds; an answer that takes longer is a fault as well
KNOWN_ID = 0.85  # so often an address names what is there
EXAMPLES = 3  # of one operation and one way to make them, before the next has its turn
SERVERS = (414, 431)  # the web server's own, before the product hears of the call
# Sent by a stranger: no key, one of another shape, one that nobody was given
STRANGERS: tuple[dict[str, str], ...] = (
    {},
    {"Authorization": "Bearer x"},
    {"Authorization": f"Bearer kesu_{'0' * 12}_{'A' * 43}"},
    {"Authorization": "Basic YWdlbnQ6YWdlbnQ="},
)


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Caller:
    """Somebody with a key or a session. `scopes`: what the key opens; None for a session."""

    name: str
    headers: dict[str, str]
    scopes: frozenset[str] | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def reaches(self, scope: str | None) -> bool:
        """False where the key must be refused whatever is called."""
        return self.scopes is None or scope is None or scope in self.scopes


class Answer:
    """As `contract.check` reads one."""

    def __init__(self, answer: Response) -> None:
        self.streaming = "json" not in answer.headers.get("content-type", [""])[0]
        self.status_code = answer.status_code
        self.headers = answer.headers
        self.json = answer.json

    def __getitem__(self, name: str) -> str:
        return ", ".join(self.headers.get(name.lower(), []))


@dataclass
class Fuzz:
    """`url`: of the site; `ids`: for each gap of an address values that are there."""

    url: str
    callers: list[Caller]
    ids: dict[str, list[Any]]
    chance: random.Random
    calls: int = 0
    answers: dict[int, int] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    impossible: set[tuple[str, GenerationMode]] = field(default_factory=set)

    def run(self, seconds: float) -> None:
        """Operation after operation, in another order each time, until the time is over."""
        end = time.monotonic() + seconds
        self.session = requests.Session()
        modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        while time.monotonic() < end:
            for operation, mode in self.chance.sample(
                [(o, m) for o in operations() for m in modes], k=2 * len(operations())
            ):
                if time.monotonic() > end:
                    return
                if (operation.label, mode) not in self.impossible:
                    self.some(operation, mode)

    def words(self) -> str:
        """Every fault once, with a call that has it."""
        return "\n".join(f"{fault}\n  {call}" for fault, call in sorted(self.faults.items()))

    def some(self, operation: Any, mode: GenerationMode) -> None:
        """A few calls of one operation."""

        @seed(self.chance.getrandbits(32))
        @settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def calls(case: Case) -> None:
            self.call(case)

        try:
            calls()
        except Unsatisfiable:  # where nothing is sent, nothing wrong can be sent
            self.impossible.add((operation.label, mode))

    def call(self, case: Case) -> None:
        """One call, and what is wrong with its answer."""
        chance = self.chance
        self.aim(case)
        self.mend(case)
        caller = self.caller(case)
        stranger = chance.random() < 0.05
        headers = chance.choice(STRANGERS) if stranger else caller.headers
        cookies = {} if stranger else caller.cookies
        for name in [n for n in ("If-Match", "Idempotency-Key") if chance.random() < 0.8]:
            case.headers.pop(name, None)
        for name in [n for n in case.query or () if chance.random() < 0.4]:
            del case.query[name]
        try:
            answer = case.call(
                base_url=self.url,
                session=self.session,
                headers=headers,
                cookies=cookies,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except Exception as error:  # what no client can send is not sent
            if "Invalid" in type(error).__name__ or isinstance(error, ValueError):
                return
            raise
        self.calls += 1
        self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1
        for wrong in self.wrong(case, answer, None if stranger else caller):
            label = f"{case.operation.label} {wrong[:160]}"
            self.faults.setdefault(label, f"{caller.name}: {wrong}\n  {_curl(case)[:700]}")

    def caller(self, case: Case) -> Caller:
        """Anybody; three times of four somebody whose key opens this."""
        scope = case.operation.definition.raw.get("x-scope")
        able = [c for c in self.callers if c.reaches(scope)]
        return self.chance.choice(able if self.chance.random() < 0.75 else self.callers)

    def aim(self, case: Case) -> None:
        """Fill the gaps of the address with what is there, mostly."""
        if case.path_parameters and self.chance.random() < KNOWN_ID:
            for gap in case.path_parameters:
                case.path_parameters[gap] = self.chance.choice(self.ids[gap])

    def mend(self, case: Case) -> None:
        """Let the body be one that could be taken, but for some of its fields: so calls get far."""
        good = known_bodies().get((case.operation.path, case.method.lower()))
        if not good or not isinstance(case.body, dict) or self.chance.random() < 0.4:
            return
        if case.media_type and "json" not in case.media_type:
            return
        made = [name for name in case.body if self.chance.random() < 0.25]
        case.body = {**self.chance.choice(good), **{name: case.body[name] for name in made}}

    def wrong(self, case: Case, answer: Response, caller: Caller | None) -> Iterator[str]:
        """Each fault of an answer, as a sentence."""
        status = answer.status_code
        if status in SERVERS:
            return
        if status >= 500:
            yield f"{status}: {answer.text[:200]}"
            return
        scope = case.operation.definition.raw.get("x-scope")
        path = str(answer.request.path_url)
        # nothing of the product was asked: what the address holds is refused before
        unasked = status in (404, 405) or (status == 400 and _CONTROL.search(unquote(path)))
        if caller is None and status != 401 and not unasked:
            yield f"{status} for a stranger"
        if caller is not None and not caller.reaches(scope) and status != 403 and not unasked:
            yield f"{status} although the key has no {scope}"
        if status < 300 and (forbidden := beyond(case, path)):
            yield f"{status} for {forbidden}"
        try:
            contract.check(case.method, path, Answer(answer))
        except (AssertionError, ValueError) as error:
            yield str(error).partition(" → ")[2] or str(error)


def beyond(case: Case, path: str) -> str:
    """What was sent that the description does not allow; "" for nothing."""
    call = case.operation.definition.raw
    described = {p["name"]: p["schema"] for p in call.get("parameters", ()) if p["in"] == "query"}
    for name, value in parse_qsl(urlsplit(path).query):
        if name not in described:
            return f"the parameter {name!r}, which is not described"
        shape = described[name]
        known = shape.get("enum") or shape.get("items", {}).get("enum")
        if known and not set(value.split(",")) <= {*known, ""}:
            return f"{name}={value!r}, which is none of {known}"
    kind = case.media_type or "application/json"
    shape = call.get("requestBody", {}).get("content", {}).get(kind, {}).get("schema")
    if shape is None or "json" not in kind or isinstance(case.body, NotSet):
        return ""
    return contract.problems(shape, case.body)


def _curl(case: Case) -> str:
    return f"{case.method} {case.formatted_path} query={case.query} body={case.body!r:.500}"


@cache
def known_bodies() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """(template of the address, method) → bodies that could be taken."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for path, ways in contract.description()["paths"].items():
        for method, call in ways.items():
            for kind in call.get("requestBody", {}).get("content", {}).values():
                values = [e["value"] for e in kind.get("examples", {}).values()]
                found[path, method] = [v for v in values if isinstance(v, dict)]
    for method, path, body in every_call("N", 1, 1):
        template = contract.template(f"/api/v1/{path}")
        if body and template:
            found.setdefault((template, method), []).append(body)
    return found


_OPERATIONS: list[Any] = []


def operations() -> list[Any]:
    """Every operation of the description."""
    if not _OPERATIONS:
        schema = schemathesis.openapi.from_dict(contract.description())
        generation = schema.config.generation
        generation.with_security_parameters = False  # who calls is chosen here
        _OPERATIONS.extend(found.ok() for found in schema.get_all_operations())
    return _OPERATIONS

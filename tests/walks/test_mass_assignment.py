"""Mass assignment: fields that would give rights, move a case or tell who did something are sent to
every route that writes. Programs are told the field; forms take no notice. Every route of the
resolver and of the OpenAPI description.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiKey, Membership, User
from complaints.models import Complaint
from tests import factories as f
from tests.api import contract
from tests.cast import Cast
from tests.fuzz.calling import known_bodies
from tests.walks.ask import ENDS_THE_SESSION, WRITING, ask, browser, undone
from tests.walks.routes import GAPS, Route, all_routes
from tests.walks.test_hidden_cases import FORM

NOT_ASKED = {*ENDS_THE_SESSION, "metrics", "dossier_print", "case_print"}


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """With a hold, a promise, evidence, letters."""
    return f.with_evidence(f.executing(cast), cast.agent)


def values(route: Route, case: Complaint) -> dict[str, Any]:
    """The gaps of an address, filled with what belongs to the case."""
    return {gap: GAPS[gap](case) for gap in route.gaps}


# Which has no example and looks at one field before the others
BODIES: dict[str, dict[str, Any]] = {
    "api-legal-holds": {"matter": "诉讼", "reason": "已起诉", "numbers": ["TS26-000001"]}
}


def privileged(cast: Cast) -> dict[str, Any]:
    """Names of columns that give rights, move a case or tell who did something."""
    return {
        **{"roles": ["administrator"], "role": "administrator", "is_staff": True, "leads": True},
        **{
            "is_superuser": True,
            "is_active": False,
            "must_change_password": False,
            "password": "x",
        },
        **{"owner_id": cast.outsider.pk, "team_id": cast.other_team.pk, "created_by": 1, "by": 1},
        **{"created_by_id": cast.outsider.pk, "number": "TS26-000777", "sealed_at": "2020-01-01"},
        **{"shared_with_counsel": True, "archived_at": "2020-01-01", "pk": 1, "id": 1},
        **{"scopes": ["complaints:write"], "signed_at": "2020-01-01", "data_key": "x"},
    }


def snapshot() -> list[Any]:
    """Who may do what, and where the cases are."""
    about = ("pk", "roles", "is_staff", "is_superuser", "is_active", "password", "username")
    about = tuple(n for n in about if n in {c.name for c in User._meta.get_fields()} | {"pk"})
    where = ("pk", "number", "owner", "team", "state", "shared_with_counsel", "confidential")
    return [
        [*User.objects.order_by("pk").values_list(*about)],
        [*Membership.objects.order_by("pk").values_list("user", "team", "leads")],
        [*ApiKey.objects.order_by("pk").values_list("user", "scopes")],
        [*Complaint.objects.order_by("pk").values_list(*where)],
    ]


def test_c14_fields_that_give_rights_are_refused_by_name_or_taken_no_notice_of(
    cast: Cast, case: Complaint
) -> None:
    wrong, named, unmoved = [], 0, 0
    sent = privileged(cast)
    people = {n: browser(getattr(cast, n)) for n in ("agent", "supervisor", "counsel", "auditor")}
    for route in [r for r in all_routes() if r.name not in NOT_ASKED]:
        for method in ways(route):
            for name, client in people.items():
                if route.is_api:
                    found = _refused(client, method, route, case, sent)
                else:
                    found = _no_notice(client, method, route, case, sent)
                if found is None:
                    continue  # not for this role
                named, unmoved = named + route.is_api, unmoved + (not route.is_api)
                wrong += [f"{name} {method} {route}: {found}"] if found else []
                break
    assert not wrong, "\n".join(wrong)
    assert (named > 50, unmoved > 80) == (True, True), (named, unmoved)


def ways(route: Route) -> list[str]:
    """The methods by which something is written."""
    if not route.is_api:
        return ["post"]
    known = contract.description()["paths"].get(route.pattern, ())
    return [m for m in known if m in WRITING and m != "delete"]


def _refused(
    client: Client, method: str, route: Route, case: Complaint, sent: dict[str, Any]
) -> str | None:
    """What is wrong with the answer to a call; None for somebody who may not call."""
    call = contract.description()["paths"][route.pattern][method]
    if "application/json" not in call.get("requestBody", {}).get("content", {}):
        return None
    known = described(call["requestBody"]["content"]["application/json"]["schema"])
    if known is None:
        return None  # answers by id: each key is checked as an id
    extra = {k: v for k, v in sent.items() if k not in known}
    body = next(iter(known_bodies().get((route.pattern, method), [])), BODIES.get(route.name, {}))
    before = snapshot()
    with undone():
        answer: Any = ask(client, method, route, values(route, case), **{**body, **extra})
        moved = snapshot() != before
    if answer.status_code in (401, 403, 404, 409):
        return "moved something" if moved else None
    if answer.status_code != 400 or moved:
        return f"{answer.status_code} {answer.getvalue()[:200].decode()}"
    fields = {error["field"] for error in answer.json()["errors"]}
    return "" if fields & set(extra) else f"names {sorted(fields)}"


def described(shape: dict[str, Any]) -> set[str] | None:
    """The names that a body knows; None for one whose names are ids."""
    if "$ref" in shape:
        shape = contract.description()["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    if shape.get("additionalProperties"):
        return None
    return set(shape.get("properties", {}))


def _no_notice(
    client: Client, method: str, route: Route, case: Complaint, sent: dict[str, Any]
) -> str | None:
    """What a form moved that it would not have moved without the fields; None for somebody who may
    not send it.
    """
    form = {k: str(v[0] if isinstance(v, list) else v) for k, v in sent.items()}
    own = {"password", "by", "role", "number", "id"}  # names that some forms know
    form = {k: v for k, v in form.items() if k not in own}
    after = []
    for more in ({}, form):
        with undone():
            answer = ask(client, method, route, values(route, case), **{**FORM, **more})
            if answer.status_code in (403, 404, 405):
                return None
            after.append((answer.status_code, snapshot()))
    return "" if after[0] == after[1] else f"{after[0][0]}, with them {after[1][0]}: other rows"

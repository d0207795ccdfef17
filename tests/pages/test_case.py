"""案件工作台: who sees what, in how many statements, and in every state."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.actions import communication
from tests import factories as f
from tests.cast import Cast

MOST = 10


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(case) -> str:
    return reverse("case", args=[case.number])


def text_of(page) -> str:
    return page.content.decode()


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


@pytest.mark.parametrize("state", list(f.IN_STATE))
def test_every_role_sees_every_state_within_ten_statements(cast: Cast, state: str) -> None:
    case = f.IN_STATE[state](cast)
    shared = case.__class__.objects.get(pk=case.pk).shared_with_counsel
    for name, user in cast.everybody().items():
        client = browser(user)
        with CaptureQueriesContext(connection) as statements:
            page = client.get(address(case))
        wanted = 404 if name.startswith("outside") or name == "outsider" else 200
        if name.startswith("counsel") and not shared:
            wanted = 404
        if name == "administrator":
            wanted = 403
        assert page.status_code == wanted, name
        assert len(statements) <= MOST, (name, [q["sql"][:90] for q in statements])
        if wanted == 200:
            assert case.number in text_of(page)


def test_the_number_of_statements_does_not_depend_on_what_the_case_holds(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    counted = []
    for more in (2, 60):
        for n in range(more):
            communication.write(
                case.number, {"kind": "internal_note", "text": f"备注 {n}"}, by=cast.agent
            )
            f.with_evidence(case, cast.agent, f"文字稿 {more} {n}")
        f.answer(case, cast.agent, tx_living_consumption=True, fr_false_statement=True)
        agent.get(address(case))
        with CaptureQueriesContext(connection) as statements:
            page = agent.get(address(case))
        counted.append(len(statements))
    assert counted[0] == counted[1] <= MOST
    assert (
        len(
            re.findall(
                r'<li(?: class="is-ev[^"]*")?><(?:span class="avatar|div class="ev")', text_of(page)
            )
        )
        == 50
    )

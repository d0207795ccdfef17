"""Nothing is changed from another site: every address, with every method that changes something,
refuses a request that comes with the cookies of somebody signed in but without the page's token.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from complaints.models import Outbox
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import WRITING, ask, methods
from tests.walks.routes import Route, all_routes
from tests.walks.test_visitors import is_open
from tests.walks.world import example

READS_ONLY = {"api-schema"}  # knows nobody, and no method but GET


def careful(user: Any) -> Client:
    """A browser that asks for the token, as all real ones do; signed in, unless for nobody."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def writing(route: Route) -> list[str]:
    return [method for method in methods(route) if method in WRITING]


def test_no_address_changes_anything_without_the_token_of_the_page(cast: Cast) -> None:
    values, client = example(cast, f.executing(cast)), careful(cast.supervisor)
    before, wrong = Entry.objects.count(), []
    for route in [r for r in all_routes() if r.name not in READS_ONLY]:
        for method in writing(route):  # asked before anything else, whatever the role
            answer = ask(client, method, route, values.of(route), **{"text": "x"})
            if answer.status_code != 403:
                wrong.append(f"{method} {route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert client.get("/settings/").status_code == 200  # the session is what it was
    assert Entry.objects.count() == before


def test_a_visitors_forms_need_it_too_and_a_token_of_somebody_else_is_none(cast: Cast) -> None:
    values, wrong = example(cast, f.closed(cast)), []
    waits = example(cast, f.offered(cast))  # one link asks how it was, the other waits for a yes
    Outbox.objects.filter(done_at=None).update(not_before=timezone.now())
    send_waiting()
    other, client = careful(None), careful(None)
    for each in (other, client):
        each.get("/login/")
    foreign = other.cookies[settings.CSRF_COOKIE_NAME].value
    for route in [r for r in all_routes() if is_open(r) and not r.is_api]:
        for token in ({}, {"csrfmiddlewaretoken": foreign}, {"csrfmiddlewaretoken": "x" * 64}):
            of = (waits if route.name == "offer" else values).of(route)
            answer = ask(client, "post", route, of, username="agent", **token)
            if answer.status_code != 403:
                wrong.append(f"{route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_page_of_another_site_is_refused_even_with_the_token(cast: Cast) -> None:
    client = careful(cast.agent)
    page = client.get("/settings/").content.decode()
    token = page.partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
    sent = {"csrfmiddlewaretoken": token, "theme": "dark"}
    here, there = "https://testserver", "https://elsewhere.example"
    for origin, status in ((there, 403), (here, 302)):
        answer = client.post("/theme/", sent, secure=True, headers={"Origin": origin})
        assert answer.status_code == status, origin

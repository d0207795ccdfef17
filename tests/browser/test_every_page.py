"""Every page of the installation, as everybody who may open it, in a real browser: usable by
everybody in both themes, nothing beside the screen at both widths, no complaint of the browser,
one heading, every Tab stop in view with its ring.

The pages come from the resolver: a new one is walked by itself, in each of the nine states of a
case if its address names one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, Page
from pytest_django.plugin import DjangoDbBlocker

from complaints.models import Complaint
from correspondence.tasks import send_waiting
from tests.browser.conftest import DESKTOP, PHONE, context_of
from tests.browser.watch import Watch, headings, hidden_stops, shut_out, too_wide
from tests.cast import Cast, assemble
from tests.live import Site, session_of
from tests.walks.ask import ENDS_THE_SESSION
from tests.walks.ask import browser as client_of
from tests.walks.routes import Route, all_routes
from tests.walks.world import example, own_cases

pytestmark = pytest.mark.django_db  # reads nothing itself: the cases of `world` are committed
ROLES = ("agent", "supervisor", "counsel", "auditor", "administrator")
# What the table of routes cannot know: an empty list, a search, refusals.
BESIDES = {
    "agent": [
        "/complaints/?q=没有这样的案件",
        "/complaints/?state=archived",
        "/nowhere/",
        "/users/",
    ],
    "supervisor": ["/complaints/?overdue=1"],
    "counsel": [],
    "auditor": ["/complaints/?state=open"],
    "administrator": ["/complaints/"],
}
REFUSALS = (403, 404)
# The second look is at colours and at longer words: one person sees all states, the others some.
SOME_STATES = ("investigating", "in_review", "archived")


@dataclass
class World:
    """Cases in all states and the pages that each person may open."""

    cast: Cast
    cases: dict[str, Complaint]
    pages: dict[str, list[str]] = field(default_factory=dict)
    fewer: dict[str, list[str]] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)


def pages_of(world: World, name: str, states: Iterable[str]) -> list[str]:
    """Addresses that answer the person with a whole page; those of a case in each of the states."""
    client, found = client_of(getattr(world.cast, name)), []
    for route in all_routes():
        if route.name in ENDS_THE_SESSION or route.is_api:
            continue
        for address in addresses(world, route, states):
            answer = client.get(address)
            html = answer.get("Content-Type", "").startswith("text/html")
            if answer.status_code == 200 and html and b"<!doctype" in answer.content[:3000]:
                found.append(address)
    return found + BESIDES[name]


def addresses(world: World, route: Route, states: Iterable[str]) -> list[str]:
    """One, or one for each state."""
    cases = [world.cases[state] for state in states]
    return [
        route.address(example(world.cast, case).values)
        for case in (cases if route.about_a_case else cases[:1])
    ]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once for all walks of this file; the walks change nothing."""
    with django_db_blocker.unblock():
        cast = assemble()
        made = World(cast, own_cases(cast))
        send_waiting()
        made.pages = {name: pages_of(made, name, made.cases) for name in ROLES}
        made.fewer = {name: pages_of(made, name, SOME_STATES) for name in ROLES}
        made.sessions = {name: session_of(getattr(cast, name)) for name in ROLES}
        yield made
        call_command("flush", verbosity=0, interactive=False)
        connection.close()


def walk(page: Page, address: str, *, by_keyboard: bool) -> list[str]:
    """Everything that is wrong with a page, at both widths."""
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.goto(address)
    wrong = [*headings(page), *too_wide(page), *shut_out(page)]
    if by_keyboard:
        wrong += hidden_stops(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wrong += [f"on a phone {line}" for line in too_wide(page)]
    return [f"{address}: {line}" for line in wrong]


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize(("theme", "language"), [("light", "zh-hans"), ("dark", "en")])
def test_every_page_is_usable_by_everybody(
    browser: Browser, site: Site, world: World, name: str, theme: str, language: str
) -> None:
    addresses = (world.pages if theme == "light" or name == "agent" else world.fewer)[name]
    assert len(addresses) > 3
    context = context_of(browser, site, world.sessions[name], language=language, theme=theme)
    page = context.new_page()
    watch, wrong = Watch(page, REFUSALS), []
    for address in addresses:
        wrong += walk(page, address, by_keyboard=theme == "light")
        wrong += [f"{address}: {line}" for line in watch.said]
        watch.said.clear()
    context.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("theme", "language"), [("light", "zh-hans"), ("dark", "en")])
def test_the_way_in_is_usable_by_everybody(
    browser: Browser, site: Site, world: World, theme: str, language: str
) -> None:
    context = context_of(browser, site, language=language, theme=theme)
    page = context.new_page()
    watch = Watch(page)
    wrong = walk(page, "/login/", by_keyboard=True)
    context.close()
    assert not wrong + watch.said, "\n".join(wrong + watch.said)

"""Walks through every page of the installation in a real browser; the two files that begin with
`test_every_page` do it in a theme and a language each, so that two processes share the work.

The pages come from the resolver: a new one is walked by itself, in each of the nine states of a
case if its address names one, and by each person to whom it shows something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from playwright.sync_api import Browser, Page
from pytest_django.plugin import DjangoDbBlocker

from complaints.models import Complaint
from correspondence.tasks import send_waiting
from tests.browser.alike import Look, Walked
from tests.browser.conftest import DESKTOP, PHONE, context_of
from tests.browser.watch import Watch, headings, hidden_stops, shut_out, too_wide
from tests.cast import Cast, assemble
from tests.live import Site, session_of
from tests.walks.ask import ENDS_THE_SESSION, text_of, undone, without_log_of_refusals
from tests.walks.ask import browser as client_of
from tests.walks.routes import Route, all_routes
from tests.walks.world import example, own_cases

ROLES = ("agent", "supervisor", "counsel", "auditor", "administrator", "security")
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
    "security": [],
}
REFUSALS = (403, 404)


@dataclass
class World:
    """Cases in all states, and those who walk, with their sessions."""

    cast: Cast
    cases: dict[str, Complaint]
    sessions: dict[str, str] = field(default_factory=dict)
    walked: Walked = field(default_factory=Walked)


@contextmanager
def committed(blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once for all walks of a file; the walks change nothing."""
    with blocker.unblock():
        cast = assemble()
        made = World(cast, own_cases(cast))
        send_waiting()
        made.sessions = {name: session_of(getattr(cast, name)) for name in ROLES}
    yield made
    with blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)
        connection.close()


def pages_of(
    world: World, name: str, states: Iterable[str], language: str
) -> list[tuple[str, Look]]:
    """Addresses that answer the person with a whole page, and how much of it nobody in this file
    has been shown; those of a case in each of the states. Left out are those that show what
    somebody has been shown, but for the digits and for words that are no longer.
    """
    client = client_of(getattr(world.cast, name))
    found: list[tuple[str, Look]] = []
    whole = 0
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for route in all_routes():
        if route.name in ENDS_THE_SESSION or route.is_api:
            continue
        for address in addresses(world, route, states):
            answer = client.get(address)
            if answer.status_code == 405 or _is_a_part(answer):
                break  # so in every state
            whole += answer.status_code == 200
            if answer.status_code == 200 and world.walked.is_new(text := text_of(answer)):
                look = world.walked.asks_for(text)
                found += [(address, look)] if look is not Look.NOTHING else []
    assert whole > 3
    return found + [(address, Look.ALL) for address in BESIDES[name]]


def _is_a_part(answer: HttpResponse) -> bool:
    """True for what a page fetches or a person downloads."""
    html = answer.get("Content-Type", "").startswith("text/html")
    return answer.status_code == 200 and not (html and b"<!doctype" in answer.content[:3000])


def addresses(world: World, route: Route, states: Iterable[str]) -> list[str]:
    """One, or one for each state."""
    cases = [world.cases[state] for state in states]
    return [
        route.address(example(world.cast, case).of(route))
        for case in (cases if route.about_a_case else cases[:1])
    ]


def walk(page: Page, address: str, *, by_keyboard: bool, look: Look = Look.ALL) -> list[str]:
    """Everything that is wrong with a page, or with as much of it as nobody has seen, at both
    widths.
    """
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.goto(address)
    wrong = [*headings(page), *too_wide(page)]
    middle = look is Look.MIDDLE
    if middle or look is Look.ALL:
        wrong += shut_out(page, within="main" if middle else "")
        wrong += hidden_stops(page, start="main" if middle else "body") if by_keyboard else []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wrong += [f"on a phone {line}" for line in too_wide(page)]
    return [f"{address}: {line}" for line in wrong]


def wrong_with_pages(
    browser: Browser, site: Site, world: World, name: str, states: Iterable[str], **how: str
) -> list[str]:
    """Everything that is wrong with the pages that a person may open, in a theme and a language."""
    # a refusal locks the record of the person, for whom the browser asks as well
    with undone(), without_log_of_refusals():
        found = pages_of(world, name, states, how["language"])
    context = context_of(browser, site, world.sessions[name], **how)
    page = context.new_page()
    watch, wrong = Watch(page, REFUSALS), []
    for address, look in found:
        wrong += walk(page, address, by_keyboard=how["theme"] == "light", look=look)
        wrong += [f"{address}: {line}" for line in watch.said]
        watch.said.clear()
    context.close()
    return wrong


def wrong_with_the_way_in(browser: Browser, site: Site, **how: str) -> list[str]:
    """The same of the page that nobody is signed in for."""
    context = context_of(browser, site, **how)
    page = context.new_page()
    watch = Watch(page)
    wrong = walk(page, "/login/", by_keyboard=True)
    context.close()
    return wrong + watch.said

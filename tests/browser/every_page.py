"""Walks through every page of the installation in a real browser; the two files that begin with
`test_every_page` do it in a language each, so that two processes share the work.

The pages come from the resolver: a new one is walked by itself, in each of the nine states of a
case if its address names one, and by each person to whom it shows something else. Each address is
asked once without the browser, which tells the pages that it has to be shown; in Chinese that one
answer is also looked at for all that `tests/walks/test_answers.py` wants of every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.http import HttpResponseBase
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.plugin import DjangoDbBlocker

from audit.models import Reading
from complaints.finding import waiting
from complaints.models import Complaint
from correspondence.tasks import send_waiting
from tests import emptying
from tests.browser.alike import Look, Walked
from tests.browser.conftest import DESKTOP, PHONE, context_of
from tests.browser.watch import Watch, headings, hidden_stops, pale_in_the_dark, shut_out, too_wide
from tests.cast import Cast, assemble
from tests.live import Site, session_of
from tests.walks.ask import ENDS_THE_SESSION, ask, text_of, undone, without_log_of_refusals
from tests.walks.ask import browser as client_of
from tests.walks.routes import Route, all_routes
from tests.walks.test_answers import LOOKED_FOR, faults
from tests.walks.world import example, own_cases

ROLES = ("agent", "supervisor", "counsel", "auditor", "administrator", "security")
# The agent has every page and every form of a case in all nine states; the others have their own in
# some.
SOME_STATES = {
    "supervisor": ("registered", "in_review", "executing", "archived"),
    "counsel": ("investigating", "in_review", "offered", "archived"),
    "auditor": ("registered", "in_review", "executing", "archived"),
    "administrator": ("registered",),
    "security": ("registered",),
}
# What the table of routes cannot know: an empty list, a search, refusals.
BESIDES = {
    "agent": [
        "/archive/search/",
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
    painted: set[int] = field(default_factory=set)

    def met_by(self, name: str) -> list[Complaint]:
        """The cases that somebody is walked through."""
        states = SOME_STATES.get(name, tuple(self.cases))
        return [self.cases[state] for state in states]


@contextmanager
def committed(blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once for all walks of a file; the walks change nothing."""
    with blocker.unblock():
        cast = assemble()
        made = World(cast, own_cases(cast))
        send_waiting()
        assert waiting.read_waiting(timezone.now() + timedelta(minutes=1))
        made.sessions = {name: session_of(getattr(cast, name)) for name in ROLES}
    yield made
    with blocker.unblock():
        emptying.empty()
        connection.close()


@dataclass
class Asked:
    """What came of asking every address: what is wrong, and the pages that a browser has to show,
    each with how much of it nobody in this file has been shown. Left out are those that show what
    somebody has been shown, but for the digits and for words that are no longer.
    """

    wrong: list[str] = field(default_factory=list)
    pages: list[tuple[str, Look]] = field(default_factory=list)


def asked(world: World, name: str, language: str) -> Asked:
    """Asks every address as a person, those of a case in some states: in Chinese those of programs
    too, and every answer is looked at; in another language its pages.
    """
    client = client_of(getattr(world.cast, name))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    numbers = [case.number for case in Complaint.objects.only("number")]
    found, whole, all_ways = Asked(), 0, language == settings.LANGUAGE_CODE
    since = Reading.objects.aggregate(last=Max("pk"))["last"] or 0  # of those walked before
    for route in all_routes():
        if route.name in ENDS_THE_SESSION or (route.is_api and not all_ways):
            continue
        words = LOOKED_FOR.get(route.name, {})
        for values in examples(world, name, route):
            address = route.address(values)
            with undone(cached_too=False):
                answer = ask(client, "get", route, values, **words)
                text = text_of(answer)
                if all_ways:
                    said = faults(address, answer, text, numbers, since)
                    found.wrong += [f"{address}: {line}" for line in said]
            if answer.status_code == 405 or (not all_ways and _is_a_part(answer)):
                break  # so in every state
            if answer.status_code != 200 or _is_a_part(answer):
                continue
            whole += 1
            if world.walked.is_new(text):
                look = world.walked.asks_for(text)
                query = f"?{urlencode(words)}" if words else ""
                found.pages += [(address + query, look)] if look is not Look.NOTHING else []
    assert whole > 3
    found.pages += [(address, Look.ALL) for address in BESIDES[name]]
    return found


def examples(world: World, name: str, route: Route) -> Iterator[dict[str, object]]:
    """Values for the gaps of an address: once, or once for each state."""
    met = world.met_by(name)
    for case in met if route.about_a_case else met[:1]:
        yield example(world.cast, case).of(route)


def _is_a_part(answer: HttpResponseBase) -> bool:
    """True for what a page fetches or a person downloads."""
    html = answer.get("Content-Type", "").startswith("text/html")
    return answer.status_code == 200 and not (
        html and not answer.streaming and b"<!doctype" in answer.getvalue()[:3000]  # type: ignore[attr-defined]
    )


def walk(page: Page, address: str, look: Look, painted: set[int]) -> list[str]:
    """Everything that is wrong with a page, or with as much of it as nobody has seen, at both
    widths. `painted`: what was measured in both themes.
    """
    page.goto(address)
    wrong = [*headings(page), *too_wide(page)]
    if look in (Look.MIDDLE, Look.ALL):
        main = look is Look.MIDDLE
        wrong += shut_out(page, within="main" if main else "", seen=painted)
        # before Tab moves on: axe cannot tell of what is scrolled away
        wrong += pale_in_the_dark(page, painted)
        wrong += hidden_stops(page, start="main" if main else "body")
    wrong += on_a_phone(page)
    return [f"{address}: {line}" for line in wrong]


def measured(page: Page, address: str, _look: Look, _painted: set[int]) -> list[str]:
    """The same of a page that is made of what was walked, in other words."""
    page.goto(address)
    return [f"{address}: {line}" for line in [*headings(page), *too_wide(page), *on_a_phone(page)]]


def on_a_phone(page: Page) -> list[str]:
    """What sticks out there; the window is wide again afterwards."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wrong = [f"on a phone {line}" for line in too_wide(page)]
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    return wrong


def wrong_with_pages(
    browser: Browser,
    site: Site,
    world: World,
    name: str,
    language: str,
    look_at: Callable[[Page, str, Look, set[int]], list[str]],
) -> list[str]:
    """Everything that is wrong with the answers to a person and with the pages in a browser."""
    # signing in and refusals lock rows of the person, for whom the browser asks as well
    with undone(), without_log_of_refusals():
        found = asked(world, name, language)
    context = context_of(browser, site, world.sessions[name], language=language)
    page = context.new_page()
    watch, wrong = Watch(page, REFUSALS), found.wrong
    for address, look in found.pages:
        wrong += look_at(page, address, look, world.painted)
        wrong += [f"{address}: {line}" for line in watch.said]
        watch.said.clear()
    context.close()
    return wrong


def wrong_with_the_way_in(browser: Browser, site: Site, language: str) -> list[str]:
    """The same of the page that nobody is signed in for, looked at closely in every language."""
    context = context_of(browser, site, language=language)
    page = context.new_page()
    watch = Watch(page)
    wrong = walk(page, "/login/", Look.ALL, set())
    context.close()
    return wrong + watch.said

"""A real Chromium on a real web server, one page per person, and what is expected of every page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Keyboard, Locator, Page, expect
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import User
from tests.browser.watch import Watch
from tests.live import Site, Worker, application_url, session_of

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE = 15_000  # milliseconds; a busy machine with two cores
expect.set_options(timeout=PATIENCE)
LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}
ACTS = [
    *("click", "dblclick", "press", "press_sequentially", "focus", "fill"),
    *("check", "uncheck", "set_checked", "select_option", "set_input_files"),
]

Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session", autouse=True)
def _role(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The role as which the programs run may use the tables of the tests."""
    with django_db_blocker.unblock():
        application_url()


@pytest.fixture(scope="session", autouse=True)
def _hands_wait_for_the_page() -> Iterator[None]:
    """Nobody presses a key or a button of a page that is still coming, nor writes into it: on a
    busy machine a driver does, when a link led there, and the scripts that were to hear it are not
    there yet.
    """
    patch = pytest.MonkeyPatch()
    keyboard = Page.keyboard.fget  # type: ignore[attr-defined]

    def of_a_whole_page(page: Page) -> Keyboard:
        page.wait_for_load_state()
        return keyboard(page)

    patch.setattr(Page, "keyboard", property(of_a_whole_page))
    for name in ACTS:
        patch.setattr(Locator, name, _on_a_whole_page(getattr(Locator, name)))
    yield
    patch.undo()


def _on_a_whole_page(act: Callable[..., Any]) -> Callable[..., Any]:
    def acted(one: Locator, *how: Any, **more: Any) -> Any:
        one.page.wait_for_load_state()
        return act(one, *how, **more)

    return acted


@pytest.fixture(scope="session")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The web server, one per process of the test run."""
    with Site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="module")
def worker(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Celery's worker, gone after the file that asks for it: others send by themselves."""
    with Worker(tmp_path_factory.mktemp("worker")) as running:
        yield running


def context_of(
    browser: Browser,
    site: Site,
    session: str = "",
    *,
    language: str = "zh-hans",
    theme: str = "light",
    size: dict[str, int] | None = None,
    **more: Any,
) -> BrowserContext:
    """A browser window of whoever has the session, in a language, a theme and a size."""
    context = browser.new_context(
        base_url=site.url,
        locale=LOCALES[language],
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if theme == "dark" else "light",
        viewport=size or DESKTOP,  # type: ignore[arg-type]
        reduced_motion="reduce",
        **more,
    )
    context.set_default_timeout(PATIENCE)
    values = {settings.LANGUAGE_COOKIE_NAME: language, settings.SESSION_COOKIE_NAME: session}
    context.add_cookies(
        [{"name": name, "value": v, "url": site.url} for name, v in values.items() if v]
    )
    return context


@pytest.fixture
def signed_in(browser: Browser, site: Site, transactional_db: None) -> Iterator[Open]:
    """`signed_in(person)` opens a window of that person and watches it: whatever the browser
    complains about fails the test at its end. `refusals`: statuses that the test provokes.
    """
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_window(
        user: User | None, *, refusals: tuple[int, ...] = (409, 422), **how: Any
    ) -> Page:
        context = context_of(browser, site, session_of(user) if user else "", **how)
        page = context.new_page()
        opened.append((context, Watch(page, refusals)))
        return page

    yield open_window
    complaints = [line for _context, watch in opened for line in watch.said]
    for context, _watch in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def visitor(signed_in: Open) -> Page:
    """A window of nobody in particular."""
    return signed_in(None)


@pytest.fixture
def unwatched(browser: Browser, site: Site, transactional_db: None) -> Iterator[Open]:
    """Like `signed_in`, for a test that makes the browser complain on purpose."""
    opened: list[BrowserContext] = []

    def open_window(user: User | None, **how: Any) -> Page:
        opened.append(context_of(browser, site, session_of(user) if user else "", **how))
        return opened[-1].new_page()

    yield open_window
    for context in opened:
        context.close()

"""Every page again, in English and in the dark theme: colours and longer words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django.plugin import DjangoDbBlocker

from tests.browser import every_page
from tests.browser.every_page import ROLES, World
from tests.live import Site

pytestmark = pytest.mark.django_db  # asks which pages there are; the cases of `world` are committed
HOW = {"theme": "dark", "language": "en"}
# One person sees all states; the others show their own colours and words in some.
SOME_STATES = ("investigating", "in_review", "archived")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The cases and the people."""
    with every_page.committed(django_db_blocker) as made:
        yield made


@pytest.mark.parametrize("name", ROLES)
def test_every_page_is_usable_by_everybody(
    browser: Browser, site: Site, world: World, name: str
) -> None:
    states = world.cases if name == "agent" else SOME_STATES
    wrong = every_page.wrong_with_pages(browser, site, world, name, states, **HOW)
    assert not wrong, "\n".join(wrong)


def test_the_way_in_is_usable_by_everybody(browser: Browser, site: Site, world: World) -> None:
    wrong = every_page.wrong_with_the_way_in(browser, site, **HOW)
    assert not wrong, "\n".join(wrong)

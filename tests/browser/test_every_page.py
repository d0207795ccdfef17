"""Every page, as everybody who may open it, in Chinese: usable by everybody in the light theme and
in the dark one, nothing beside the screen at both widths, no complaint of the browser, one heading,
every Tab stop in view with its ring. And every answer, of pages, parts and calls of programs, is
whole, protected, masked, recorded and without inline code (`tests/walks/test_answers.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django.plugin import DjangoDbBlocker

from tests.browser import every_page
from tests.browser.every_page import ROLES, World
from tests.live import Site

pytestmark = pytest.mark.django_db  # asks which pages there are; the cases of `world` are committed
LANGUAGE = "zh-hans"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The cases and the people."""
    with every_page.committed(django_db_blocker) as made:
        yield made


@pytest.mark.parametrize("name", ROLES)
def test_every_answer_is_whole_and_every_page_usable_by_everybody(
    browser: Browser, site: Site, world: World, name: str
) -> None:
    wrong = every_page.wrong_with_pages(browser, site, world, name, LANGUAGE, every_page.walk)
    assert not wrong, "\n".join(wrong)


def test_the_way_in_is_usable_by_everybody(browser: Browser, site: Site, world: World) -> None:
    wrong = every_page.wrong_with_the_way_in(browser, site, LANGUAGE)
    assert not wrong, "\n".join(wrong)

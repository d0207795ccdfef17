"""What watches the pages sees a fault when there is one: each is planted in a page without any."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management.color import no_style
from django.db import connection
from playwright.sync_api import Browser, Page

from tests.browser.conftest import DESKTOP
from tests.browser.watch import (
    Watch,
    _fresh,
    headings,
    hidden_stops,
    pale_in_the_dark,
    shut_out,
    too_wide,
)

# without it there are no tables for the role of the browser tests when the file runs alone
pytestmark = pytest.mark.django_db

PAGE = (
    '<!doctype html><html lang="en"><title>t</title><style>a, button {{ display: block; '
    'min-height: 24px }}</style><nav><a href="/">home</a></nav>'
    '<main tabindex="-1"><h1>t</h1>{}</main></html>'
)
FIFTY = "".join(f'<a href="#{n}">link {n}</a>' for n in range(50))


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty window."""
    opened = browser.new_page(viewport=DESKTOP)  # type: ignore[arg-type]
    yield opened
    opened.close()


def said(page: Page, body: str, within: str = "") -> list[str]:
    page.set_content(PAGE.format(body))
    stops = hidden_stops(page, start=within or "body")
    return [*headings(page), *too_wide(page), *shut_out(page, within=within), *stops]


def test_a_part_that_was_on_its_way_when_the_page_was_left_is_no_fault(page: Page) -> None:
    watch = Watch(page)
    for what in ("afterRequest", "sendAbort", "sendError"):
        page.evaluate("(what) => console.error(`htmx:${what}, a part`)", what)
    page.evaluate("1")  # what was said before has arrived
    assert watch.said == ["console error: htmx:sendError, a part"]


def test_nothing_is_said_of_a_page_without_fault(page: Page) -> None:
    assert said(page, FIFTY + '<button>b</button><input aria-label="i">') == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("<h1>again</h1>", "h1: ['t', 'again']"),
        ('<div style="width: 2000px; height: 1px"></div>', "px too wide: div"),
        ("<button></button>", "button-name: button"),
        ('<p style="color: #ccc">pale</p>', "color-contrast: p"),
        ('<button style="outline: none">b</button>', "Tab stop 'button b': no ring"),
        ('<button style="position: fixed; left: -900px">b</button>', "'button b': out of view"),
        (
            '<button style="position: fixed; left: 9px; top: 9px">b</button>'
            '<div style="position: fixed; inset: 0 0 700px; background: #fff"></div>',
            "Tab stop 'button b': covered",
        ),
    ],
)
@pytest.mark.parametrize(
    ("before", "within"), [("", ""), (FIFTY, "main")], ids=["alone", "after fifty in the middle"]
)
def test_a_planted_fault_is_said(
    page: Page, before: str, within: str, fault: str, words: str
) -> None:
    found = said(page, before + fault, within)
    assert any(words in line for line in found), found


@pytest.mark.parametrize("start", ["body", "main"])
def test_no_stop_is_left_out_wherever_the_focus_was_and_the_frame_is(
    page: Page, start: str
) -> None:
    bare = "<style>a:focus { outline: none }</style>"
    page.set_content(PAGE.format(bare + FIFTY + '<input aria-label="i">'))
    page.focus("input")
    frame = ["home"] if start == "body" else []
    names = [*frame, *(f"link {n}" for n in range(50))]
    assert hidden_stops(page, start=start) == [f"Tab stop 'a {name}': no ring" for name in names]


def test_what_cannot_be_read_in_the_dark_is_said_and_the_page_is_light_again(page: Page) -> None:
    style = "<style>@media (prefers-color-scheme: dark) { p { background: #000; color: #111 } }"
    assert said(page, f"{style}</style><p>pale</p>") == []
    assert any("in the dark color-contrast: p" in line for line in pale_in_the_dark(page, set()))
    assert shut_out(page) == []


SMALL = '<button aria-label="b" style="all: unset; width: 9px; height: 9px"></button>'


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ('<p style="color: #ccc">text</p>', "color-contrast: p"),
        ('<div style="background: #222"><p>text</p></div>', "color-contrast: div > p"),
        (f"<p>{SMALL * 2}</p>", "target-size: button"),
        ("<style>@media (prefers-color-scheme: dark) { p { color: #eee } }</style>", "in the dark"),
    ],
)
def test_what_is_painted_in_another_way_is_measured_whatever_was_seen(
    page: Page, fault: str, words: str
) -> None:
    seen: set[int] = set()

    def looked(body: str) -> list[str]:
        page.set_content(PAGE.format(f"<p>text</p>{body}"))
        return shut_out(page, within="main", seen=seen) + pale_in_the_dark(page, seen)

    assert looked("<button>b</button><div><p>text</p></div>") == []
    assert any(words in line for line in looked(fault))


@pytest.mark.parametrize(
    ("elsewhere", "fault"),
    [
        ("<p>text</p>", '<div style="background: #222"><b>text</b></div>'),
        ("<p>text</p>", '<b style="position: absolute; color: #ccc">text</b>'),
        ("<p>text</p>", '<b style="color: #ccc">text</b>'),
        ("<p>text</p>", '<section style="opacity: 0.3"><b>text</b></section>'),
        ('<i style="color: #ccc">t</i>', '<b style="color: #ccc">text</b>'),
        ('<i hidden style="color: #ccc">text</i>', '<b style="color: #ccc">text</b>'),
        (
            '<i style="color: #ccc; background: linear-gradient(red, blue)">text</i>',
            '<b style="color: #ccc">text</b>',
        ),
        (
            '<label style="color: #ccc">text <input disabled></label>',
            '<label style="color: #ccc">text <input></label>',
        ),
    ],
)
def test_words_are_measured_on_each_ground_and_what_could_not_be_measured_again_elsewhere(
    page: Page, elsewhere: str, fault: str
) -> None:
    seen: set[int] = set()
    for body, pale in ((elsewhere, False), (f"<section>{fault}</section>", True)):
        page.set_content(PAGE.format(body))
        found = shut_out(page, within="main", seen=seen)
        assert any("color-contrast" in line for line in found) is pale, found


def test_words_that_were_measured_are_not_measured_again_on_the_same_ground(page: Page) -> None:
    seen: set[int] = set()
    page.set_content(PAGE.format("<p>text</p>"))
    assert shut_out(page, seen=seen) == []
    page.set_content(PAGE.format("<section><p>another</p></section>"))
    assert _fresh(page, seen, "light").places == []
    assert _fresh(page, seen, "dark").places != []


@pytest.mark.parametrize(("more", "too_many"), [(50, False), (51, True)])
def test_more_stops_than_a_person_would_walk_are_said(
    page: Page, more: int, too_many: bool
) -> None:
    page.set_content(PAGE.format("<button>b</button>" * (more - 1)))
    assert hidden_stops(page, most=50) == ["more than 50 Tab stops"] * too_many


@pytest.mark.django_db
def test_what_a_test_with_a_browser_leaves_is_deleted_by_rows_too(page: Page) -> None:
    """Its connection is another one: an event loop runs beside it."""
    [statement] = connection.ops.sql_flush(no_style(), ["accounts_team"])
    assert "LOCK TABLE" in statement

"""The map of keys, one table: each key on the page where it belongs does what the sheet says; none
does anything while an input method composes, or once single keys are switched off.
"""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page

from tests import factories as f
from tests.browser.conftest import Open
from tests.cast import assemble

GONE = "!window.here"
CURSOR = "Boolean(document.querySelector('[data-rows] .is-cursor'))"
FOCUS = "Boolean(document.activeElement.matches('{}'))"
SEEN = "Boolean(document.querySelector('{}')?.getClientRects().length)"
# page → who → (keys pressed before, the key, what is true then and was not before)
MAP: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
    "queue": (
        "agent",
        [
            ("", "j", CURSOR),
            ("", "k", CURSOR),
            ("", "ArrowDown", CURSOR),
            ("", "ArrowUp", CURSOR),
            ("j", "Enter", GONE),
            ("j", " ", SEEN.format("#peek.is-open")),
            ("", "/", "document.activeElement !== document.body"),
            ("", "n", GONE),
            ("", "g", GONE),
            ("", "?", SEEN.format("#keys[open]")),
            ("", "Control+k", SEEN.format("#search-panel[open]")),
        ],
    ),
    "team": (
        "supervisor",
        [
            ("j", "x", SEEN.format(".bulk")),
        ],
    ),
    "case": (
        "agent",
        [
            ("", "r", FOCUS.format("#text-reply")),
            ("", "m", FOCUS.format("#text-note")),
            ("", "f", "Boolean(document.activeElement.closest('.fact--ask'))"),
            ("", "p", SEEN.format("#sheet[open]")),
            ("", "h", SEEN.format("#macro-search, #sheet[open]")),
            ("", "y", SEEN.format("#toasts .toast")),
        ],
    ),
    "intake": (
        "agent",
        [
            ("", f"Alt+{n}", f"Boolean(document.activeElement.closest('[data-section=\"{n}\"]'))")
            for n in (2, 3, 4, 5)
        ],
    ),
    "review": (
        "counsel",
        [
            ("", "o", FOCUS.format("#opinion")),
            ("", "b", SEEN.format("#confirm[open]")),
            ("", "a", SEEN.format("#sign[open]")),
            ("", "?", SEEN.format("#keys[open]")),
        ],
    ),
}
COMPOSE = "(key) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true}))"  # noqa: E501 - one call


def _open(page: Page, address: str) -> None:
    page.goto("about:blank")  # else the browser puts back what was ticked
    page.goto(address)
    page.wait_for_load_state()
    page.evaluate("window.here = true")


def _comes(page: Page, then: str) -> bool:
    """Whether it becomes true; what the page's policy forbids the browser to wait for itself."""
    for _ in range(50):
        page.wait_for_load_state()
        with suppress(Error):  # it is being left at this moment
            if page.evaluate(then):
                return True
        page.wait_for_timeout(200)
    return False


@pytest.mark.parametrize("place", MAP)
def test_every_key_of_the_map_does_what_it_says(unwatched: Open, place: str) -> None:
    cast = assemble()
    case = f.in_review(cast) if place == "review" else f.investigating(cast)
    addresses = {
        "queue": "/complaints/",
        "team": "/complaints/",
        "case": f"/complaints/{case.number}/",
        "intake": "/complaints/new/",
        "review": f"/review/{case.number}/",
    }
    who, keys = MAP[place]
    page = unwatched(getattr(cast, who))
    failed = []
    for before, key, then in keys:
        _open(page, addresses[place])
        for one in before:
            page.keyboard.press(one)
        if len(key) == 1:
            page.evaluate(COMPOSE, key)
            if key != "?":
                page.evaluate("document.body.dataset.singleKeys = 'off'")
                page.keyboard.press("Space" if key == " " else key)
                page.evaluate("document.body.dataset.singleKeys = 'on'")
        if page.evaluate(then):
            failed.append(f"{key}: before it was pressed, composing or switched off")
            continue
        page.keyboard.press("Space" if key == " " else key)
        if not _comes(page, then):
            failed.append(f"{key}: nothing happened")
    assert failed == []

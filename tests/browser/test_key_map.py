"""The map of keys, one table: each key on the page where it belongs does what the sheet says; none
does anything while an input method composes, or once single keys are switched off; and the sheet
of a page names no key that the table does not try.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page

from tests import factories as f
from tests.browser.conftest import Open
from tests.cast import Cast, assemble

GONE = "!window.here"
CURSOR = "Boolean(document.querySelector('[data-rows] .is-cursor'))"
FOCUS = "Boolean(document.activeElement.matches('{}'))"
FREE = "document.activeElement === document.body"
SEEN = "Boolean(document.querySelector('{}')?.getClientRects().length)"
NONE = "!document.querySelector('{}')"
OTHER = "window.before !== window.count()"
SECTION = "Boolean(document.activeElement.closest('[data-section=\"{}\"]'))"
MARKED = "document.querySelector('#id_narrative').value.includes('〔00:')"
Keys = list[tuple[str, str, str]]
# page → who → (keys pressed before, the key, what is true then and was not before)
MAP: dict[str, tuple[str, Keys]] = {
    "queue": (
        "agent",
        [
            ("", "?", SEEN.format("#keys[open]")),
            ("?", "Escape", NONE.format("dialog[open]")),
            ("", "Control+k", SEEN.format("#search-panel[open]")),
            ("", "n", GONE),
            ("", "g", GONE),
            ("", "j", CURSOR),
            ("", "k", CURSOR),
            ("", "ArrowDown", CURSOR),
            ("", "ArrowUp", CURSOR),
            ("j", "Enter", GONE),
            ("j", "Space", SEEN.format("#peek.is-open")),
            ("j Space", "Escape", NONE.format("#peek.is-open")),
            ("", "/", FOCUS.format("[data-filter]")),
            ("/", "Escape", FREE),
            ("j", "s", GONE),
        ],
    ),
    "team": (
        "supervisor",
        [
            ("j", "x", SEEN.format(".bulk")),
            ("j x", "a", FOCUS.format(".bulk .find")),
            ("j x", "Escape", NONE.format("[data-select]:checked")),
            ("j x a", "Escape", FREE),
        ],
    ),
    "preview": ("supervisor", [("", "Control+Enter", GONE)]),
    "promises": ("supervisor", [("", "p", GONE)]),
    "case": (
        "agent",
        [
            ("", "n", GONE),
            ("", "g", GONE),
            ("", "r", FOCUS.format("#text-reply")),
            ("", "m", FOCUS.format("#text-note")),
            ("m", "Escape", FREE),
            ("", "f", "Boolean(document.activeElement.closest('.fact--ask'))"),
            ("f", "0", FOCUS.format("[data-note]")),
            ("f", "1", OTHER),
            ("", "t", OTHER),
            ("", "p", SEEN.format("#sheet[open]")),
            ("", "c", SEEN.format("#sheet[open] [name=items]")),
            ("", "d", GONE + " || " + SEEN.format("#sheet[open]")),
            ("", "s", SEEN.format("#sheet[open] [name=waiting_for]")),
            ("", "h", SEEN.format("#macro-search, #sheet[open]")),
            ("", "y", SEEN.format("#toasts .toast")),
            ("m x", "Control+Enter", GONE),
        ],
    ),
    "in_list": ("agent", [("", "[", GONE), ("", "]", GONE)]),
    "intake": (
        "agent",
        [
            ("Alt+1", "Enter", FOCUS.format("#id_consumer_phone")),
            *(("", f"Alt+{n}", SECTION.format(n)) for n in range(1, 7)),
            ("", "F2", MARKED),
            ("Alt+2 Enter", "F2", MARKED),
            ("", "F4", OTHER),
            ("", "Alt+Enter", OTHER),
            ("", "Alt+y", OTHER),
            ("", "Alt+n", OTHER),
            ("", "Control+Enter", GONE),
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
SAID = "推销电话称胶囊三个疗程根治高血压，微信付款 3980 元，没有发票。"
# what a key may change without leaving the page: questions and offers that are left, and the like
COUNT = """window.here = true;
window.count = () => JSON.stringify([
  document.querySelectorAll("#facts .fact--ask:not(.fact__change *)").length,
  document.querySelectorAll("#facts .offer").length,
  document.querySelector(".ask--now p")?.textContent, document.querySelector("#id_told")?.value]);
window.before = window.count();"""
SHEET = """() => [...document.querySelectorAll("#keys .keysheet dl > div")]
  .filter((row) => row.querySelector("kbd").getClientRects().length)
  .map((row) => [...row.querySelectorAll("kbd")].map((key) => key.textContent).join(" "))"""
WORDS = {"空格": "Space", "↓": "ArrowDown", "↑": "ArrowUp", "Esc": "Escape", "1–9": "1"}
WORDS |= {"Ctrl K": "Control+k", "Ctrl Enter": "Control+Enter"}


def _go(page: Page, address: str) -> None:
    """Anew, with nothing ticked: what was chosen before is put back from the draft of the tab."""
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_load_state()
    page.evaluate("document.querySelector('[data-unselect]')?.click()")


def _call(page: Page) -> None:
    """A call is on, the caller has told something, and the pane has followed."""
    _go(page, "/complaints/new/?form=another")
    page.locator("#id_narrative").fill(SAID)
    for place in ("[data-offer]", "[data-asked]"):
        page.locator(place).first.wait_for()
    page.locator("[data-offer]").first.evaluate("row => row.scrollIntoView({block: 'center'})")
    page.evaluate("document.activeElement.blur()")


def _second_of_the_list(page: Page) -> None:
    _go(page, "/complaints/?state=open")
    for key in "jj":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/complaints/TS*/")


def _preview(page: Page) -> None:
    _go(page, "/complaints/?state=open")
    for key in "jxa":
        page.keyboard.press(key)
    page.keyboard.type("何静")
    for key in ("Enter", "x"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/complaints/bulk/")


def _opener(place: str, cast: Cast) -> Callable[[Page], None]:
    """How the page is opened anew."""
    ways = {"intake": _call, "in_list": _second_of_the_list, "preview": _preview}
    if place == "review":
        address = f"/review/{f.in_review(cast).number}/"
    else:
        cases = [f.investigating(cast, narrative=SAID, order_number=f"SO-{n}") for n in range(3)]
        more = {"case": f"/complaints/{cases[0].number}/", "promises": "/promises/"}
        address = more.get(place, "/complaints/?state=open")
    return ways.get(place, lambda page: _go(page, address))


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
    who, keys = MAP[place]
    cast = assemble()
    open_anew, page, failed = _opener(place, cast), unwatched(getattr(cast, who)), []
    for before, key, then in keys:
        open_anew(page)
        page.evaluate(COUNT)
        for one in before.split():
            page.keyboard.press(one)
        if len(key) == 1 or key == "Space":
            page.evaluate(COMPOSE, key.replace("Space", " "))
            if key != "?":
                page.evaluate("document.body.dataset.singleKeys = 'off'")
                page.keyboard.press(key)
                page.evaluate("document.body.dataset.singleKeys = 'on'")
        if page.evaluate(then):
            failed.append(f"{key}: before it was pressed, composing or switched off")
            continue
        page.keyboard.press(key)
        if not _comes(page, then):
            failed.append(f"{before} {key}: nothing happened")
    assert failed == []


def _tried(row: str) -> list[str]:
    """The keys of a row of the sheet as they are pressed: "J ↓", "Alt 1–6", "Alt Y Alt N"."""
    if row in WORDS:
        return [WORDS[row]]
    if "1–6" in row:
        return [f"Alt+{n}" for n in range(1, 7)]
    keys = row.replace("Alt ", "Alt+").split()
    return [WORDS.get(k, k if k in ("Enter", "F2", "F4", "Alt+Enter") else k.lower()) for k in keys]


@pytest.mark.parametrize("place", MAP)
def test_the_sheet_of_a_page_names_no_key_that_is_not_tried(unwatched: Open, place: str) -> None:
    cast = assemble()
    open_anew, page = _opener(place, cast), unwatched(getattr(cast, MAP[place][0]))
    open_anew(page)
    page.keyboard.press("?")
    rows = page.evaluate(SHEET)
    assert "?" in rows
    shared = {key for where in ("queue", "team", "case") for _b, key, _t in MAP[where][1]}
    tried = {key.lower() for key in shared | {key for _b, key, _t in MAP[place][1]}}
    assert [row for row in rows if not {k.lower() for k in _tried(row)} <= tried] == []

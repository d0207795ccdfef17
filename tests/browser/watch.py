"""What no page may do, whoever looks at it: complain, overflow, hide the focus, shut people out."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response, expect

AXE = Axe()
HERE = Path(__file__).parent
OVERFLOW = (HERE / "overflow.js").read_text(encoding="utf-8")
PAINTED = (HERE / "painted.js").read_text(encoding="utf-8")
LOOK = (HERE / "look.js").read_text(encoding="utf-8")
FOCUS = (HERE / "focus.js").read_text(encoding="utf-8")
TABS = 20  # stops between two questions to the page, where it has more than it says
WANTED = {"inside": "out of view", "near": "covered", "visible": "invisible", "ring": "no ring"}
STANDARDS = [
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"),
    "best-practice",
]
CONTRAST, TARGETS = "color-contrast", "target-size"
# The console repeats every answer of 400 and above as an error. A refusal is an answer that the
# page shows; `Watch` counts those from the network, so the echo is dropped here.
ECHO = "Failed to load resource: the server responded with a status of"
# What htmx says of a part that was still on its way when the page was left, as `_failed` drops it.
# Whatever else fails has a line of its own: htmx:sendError, htmx:responseError, htmx:swapError.
LEFT = ("htmx:afterRequest", "htmx:sendAbort")


def take_over_drafts(page: Page, reason: str = "核对过条文，由本人承担") -> int:
    """Write the reason beside every draft rule of a signature; how many there are.

    Counting does not wait: the button that signs stands after them all.
    """
    expect(page.get_by_role("button", name="签署", exact=True)).to_be_visible()
    asked = page.locator('textarea[name^="take_over-"]').all()
    for one in asked:
        one.fill(reason)
    return len(asked)


class Watch:
    """Listens to a page from its first moment; `said` is what nobody wants to hear.

    `expected`: statuses that the test provokes on purpose.
    """

    def __init__(self, page: Page, expected: tuple[int, ...] = (409, 422)) -> None:
        self.said: list[str] = []
        self.expected = set(expected)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.said.append(f"script error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _console(self, message: ConsoleMessage) -> None:
        echo = ECHO in message.text or message.text.startswith(LEFT)
        if message.type in ("error", "warning") and not echo:
            self.said.append(f"console {message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # left for another page before it came
            self.said.append(f"{request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.said.append(f"{response.request.method} {response.url}: {response.status}")


def shut_out(
    page: Page, *, but: tuple[str, ...] = (), within: str = "", seen: set[int] | None = None
) -> list[str]:
    """What axe finds: the rule, the elements and what is wrong; nothing when the page is usable by
    everybody. axe comes from this machine and works inside the page's own policy. `within`: in a
    part of the page only. `seen`: what was painted before (`_fresh`); contrast and size of targets,
    which take most of the time, are measured of the rest, wherever it stands.
    """
    page.wait_for_load_state()
    options = {
        "runOnly": {"type": "tag", "values": STANDARDS},
        "rules": {name: {"enabled": False} for name in but},
        # style sheets are fetched and parsed anew for a single rule, which is none of these
        "preload": {"assets": ["media"]},
    }
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE.axe_script)
    where = within or "html"
    if seen is None:
        return _violations(page, options, where)
    fresh = _fresh(page, seen, "light")
    found = _violations(page, options, where, fresh)
    if within and page.evaluate(OUTSIDE, [within, fresh.places]):
        found += _violations(page, _only(CONTRAST, TARGETS), "html", fresh)
    fresh.note(seen)
    return found


def pale_in_the_dark(page: Page, seen: set[int]) -> list[str]:
    """What cannot be read when the machine wants dark colours, of a page that `shut_out` has looked
    at: nothing else depends on the theme. `seen`: what was painted before is not looked at.
    """
    page.emulate_media(color_scheme="dark")
    fresh = _fresh(page, seen, "dark")
    found = _violations(page, _only(CONTRAST), "html", fresh) if fresh.places else []
    fresh.note(seen)
    page.emulate_media(color_scheme="light")
    return [f"in the dark {line}" for line in found]


OUTSIDE = "([within, fresh]) => fresh.some((one) => !window.painted[one].closest(within))"


def _only(*rules: str) -> dict[str, Any]:
    return {"runOnly": {"type": "rule", "values": rules}, "preload": False}


@dataclass
class Fresh:
    """Elements by their places in `window.painted`, and their numbers (`painted.js`)."""

    numbers: dict[str, list[int]]
    places: list[int]
    unsure: set[int] = field(default_factory=set)

    def note(self, seen: set[int]) -> None:
        """They have been looked at. Of an element of which axe could not tell, only such in the
        same place: elsewhere it may.
        """
        seen.update(self.numbers["places"])
        sure = [self.numbers["paints"][n] for n in self.places if n not in self.unsure]
        seen.update(number for number in sure if number)


def _fresh(page: Page, seen: set[int], theme: str) -> Fresh:
    """What is neither of a kind that stood in such a place before nor, unless its size is measured
    as well, words in colours that were measured on such a ground.
    """
    numbers = page.evaluate(PAINTED, theme)
    nothing = theme == "dark"  # what says nothing has no contrast
    pairs = enumerate(zip(numbers["places"], numbers["paints"], strict=True))
    places = [
        n
        for n, (place, paint) in pairs
        if place not in seen and paint not in seen and (paint or not nothing)
    ]
    return Fresh(numbers, places)


def _violations(
    page: Page, options: dict[str, Any], where: str, fresh: Fresh | None = None
) -> list[str]:
    """Of a part of the page; contrast and size of what is fresh, or of all."""
    told = page.evaluate(LOOK, [where, options, fresh and fresh.places])
    if fresh:
        fresh.unsure.update(told["unsure"])
    found = told["violations"]
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))} – {_why(node)}"
        for violation in found
        for node in violation["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    return str(node["failureSummary"]).replace("\n", " ")


def too_wide(page: Page) -> list[str]:
    """How far the page scrolls sideways, and the first elements that stick out."""
    page.wait_for_load_state()
    return list(page.evaluate(OVERFLOW))


def hidden_stops(page: Page, most: int = 250, *, start: str = "body") -> list[str]:
    """Tab stops that are out of view, covered, or without a visible ring. Tab is held down for some
    stops at a time, because asking after each of them took most of the time of a walk. `start`:
    selector of what Tab begins in.
    """
    page.wait_for_load_state()
    stops: list[dict[str, Any]] = []
    ended = False
    pressed, tabs = 0, page.evaluate(FOCUS, start)
    while pressed < most + TABS:
        page.keyboard.press("+".join(["Tab"] * tabs))
        pressed, tabs = pressed + tabs, TABS
        noted = page.evaluate("() => window.stops.splice(0)")
        new = list(takewhile(lambda stop: stop and stop["first"], noted))
        stops += new
        if ended := len(new) < len(noted):
            break
    found = [line for stop in stops for line in _lacks(stop)]
    return found if ended and len(stops) <= most else [*found, f"more than {most} Tab stops"]


def _lacks(stop: dict[str, Any]) -> list[str]:
    lacks = [words for key, words in WANTED.items() if not stop[key]]
    return [f"Tab stop {stop['name']!r}: {', '.join(lacks)}"] if lacks else []


def headings(page: Page) -> list[str]:
    """Nothing, when there is exactly one h1 and it says something."""
    page.wait_for_load_state()
    texts = page.evaluate("[...document.querySelectorAll('h1')].map(h => h.innerText)")
    return [] if len(texts) == 1 and texts[0].strip() else [f"h1: {texts!r}"]


def tick_all(page: Page) -> None:
    """Counsel ticks the whole checklist off; all of it has come."""
    expect(page.locator("input[name=checklist]").first).to_be_visible()
    page.wait_for_load_state()
    for box in page.locator("input[name=checklist]").all():
        box.check()

"""What no page may do, whoever looks at it: complain, overflow, hide the focus, shut people out."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response

AXE = Axe()
HERE = Path(__file__).parent
OVERFLOW = (HERE / "overflow.js").read_text(encoding="utf-8")
PAINTED = (HERE / "painted.js").read_text(encoding="utf-8")
FOCUS = (HERE / "focus.js").read_text(encoding="utf-8")
TABS = 20  # stops between two questions to the page
WANTED = {"inside": "out of view", "near": "covered", "visible": "invisible", "ring": "no ring"}
STANDARDS = [
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"),
    "best-practice",
]
CONTRAST, TARGETS = "color-contrast", "target-size"
# The console repeats every answer of 400 and above as an error. A refusal is an answer that the
# page shows; `Watch` counts those from the network, so the echo is dropped here.
ECHO = "Failed to load resource: the server responded with a status of"


def take_over_drafts(page: Page, reason: str = "核对过条文，由本人承担") -> int:
    """Write the reason beside every draft rule of a signature; how many there are."""
    asked = page.locator('textarea[name^="take_over-"]').all()
    for field in asked:
        field.fill(reason)
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
        if message.type in ("error", "warning") and ECHO not in message.text:
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
    part of the page only. `seen`: what was painted before (`_never_painted`); contrast and size of
    targets, which take most of the time, are measured of the rest, wherever it stands.
    """
    later = () if seen is None else (CONTRAST, TARGETS)
    rules: dict[str, Any] = {name: {"enabled": False} for name in (*but, *later)}
    options = {
        "runOnly": {"type": "tag", "values": STANDARDS},
        "rules": rules,
        "resultTypes": ["violations"],
        # style sheets are fetched and parsed anew for a single rule, which is none of these
        "preload": {"assets": ["media"]},
    }
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE.axe_script)
    found = _violations(page, options, within)
    if seen is not None:
        found += _of_new_paint(page, later, seen, "light")
    return found


def pale_in_the_dark(page: Page, seen: set[int]) -> list[str]:
    """What cannot be read when the machine wants dark colours, of a page that `shut_out` has looked
    at: nothing else depends on the theme. `seen`: what was painted before is not looked at.
    """
    page.emulate_media(color_scheme="dark")
    found = _of_new_paint(page, (CONTRAST,), seen, "dark")
    page.emulate_media(color_scheme="light")
    return [f"in the dark {line}" for line in found]


def _of_new_paint(page: Page, rules: tuple[str, ...], seen: set[int], theme: str) -> list[str]:
    new = _never_painted(page, seen, theme)
    if not new:
        return []
    only = {"runOnly": {"type": "rule", "values": rules}}
    return _violations(page, {**only, "resultTypes": ["violations"], "preload": False}, new)


def _never_painted(page: Page, seen: set[int], theme: str) -> list[int]:
    """Places in `window.painted` of the elements of which none of the kind has been painted so, in
    such a place and in such colours; notes them.
    """
    numbers = page.evaluate(PAINTED, theme)
    new = [place for place, number in enumerate(numbers) if number not in seen]
    seen.update(numbers)
    return new


# nothing but the violations comes over: what passed is as long as the page
WITHIN = "([where, options]) => axe.run(where, options).then(all => all.violations)"
OF_NEW = """([places, options]) => {
  const all = new Set(places.map((place) => window.painted[place]));
  const include = [...all].filter((e) => !all.has(e.parentElement));
  return axe.run({ include }, options).then((found) => found.violations);
}"""


def _violations(page: Page, options: dict[str, Any], where: str | list[int]) -> list[str]:
    """Of a part of the page, or of elements by their places in `window.painted`."""
    if isinstance(where, str):
        found = page.evaluate(WITHIN, [{"include": [[where or "html"]]}, options])
    else:
        found = page.evaluate(OF_NEW, [where, options])
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))} – {_why(node)}"
        for violation in found
        for node in violation["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    return str(node["failureSummary"]).replace("\n", " ")


def too_wide(page: Page) -> list[str]:
    """How far the page scrolls sideways, and the first elements that stick out."""
    return list(page.evaluate(OVERFLOW))


def hidden_stops(page: Page, most: int = 250, *, start: str = "body") -> list[str]:
    """Tab stops that are out of view, covered, or without a visible ring. Tab is held down for some
    stops at a time, because asking after each of them took most of the time of a walk. `start`:
    selector of what Tab begins in.
    """
    stops: list[dict[str, Any]] = []
    ended = False
    page.evaluate(FOCUS, start)
    for _ in range(0, most + TABS, TABS):
        page.keyboard.press("+".join(["Tab"] * TABS))
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
    texts = page.evaluate("[...document.querySelectorAll('h1')].map(h => h.innerText)")
    return [] if len(texts) == 1 and texts[0].strip() else [f"h1: {texts!r}"]


def tick_all(page: Page) -> None:
    """Counsel ticks the whole checklist off."""
    for box in page.locator("input[name=checklist]").all():
        box.check()

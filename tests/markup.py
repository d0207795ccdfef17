"""Markup as somebody would plant it in any text, to run in the browser of whoever reads it; and
whether any of it lives in a page, read by a parser of HTML that the product does not use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import cycle

from lxml import etree, html

# Ends a quoted attribute, adds one to an unquoted, opens an element: in every planted text.
BREAKER = "\"'><b planted>"
# What long texts carry besides, in turn: `planted()` is what runs, /planted what is asked for.
MORE = (
    "</textarea></title></script><img src=/planted onerror=planted()>",
    "<svg onload=planted()><style>*{background:url(/planted)}",
    "\" planted onmouseover='planted()' autofocus onfocus=planted() x=\"",
    "<a href=javascript:planted()>看</a>[看](javascript:planted())",
    "<i hx-get=/planted hx-trigger=load hx-on:load=planted()>",
    "&lt;img src=/planted onerror=planted()&gt;&#60;b planted>",
    '{{ "plan"|add:"ted!" }}{% debug %}${planted()}',
    "<!-- planted",
    "<iframe srcdoc='<script>planted()</script>'></iframe><base href=/planted/>",
    "<form action=/planted><button formaction=javascript:planted()>",
    "</style><link rel=stylesheet href=/planted><meta http-equiv=refresh content=0;url=/planted>",
    "-->]]><script>planted()</script>",
)
EVALUATED = "planted!"  # what a template would have made of it
ASKS = {"src", "href", "action", "formaction", "data", "poster", "xlink:href", "hx-get", "hx-post"}


def more() -> Callable[[], str]:
    """The next one with every call."""
    turn = cycle(MORE)
    return lambda: next(turn)


def alive(page: str) -> list[str]:
    """Whatever of the planted markup is more than text in the page."""
    if "planted" not in page:
        return []
    root = html.document_fromstring(page)
    found = [line for element in root.iter() for line in _of(element)]
    return [*found, *([EVALUATED] if EVALUATED in page else [])]


def _of(element: etree._Element) -> Iterator[str]:
    if not isinstance(element.tag, str):  # a comment
        if "planted" in (element.text or ""):
            yield f"<!--{element.text}"
        return
    code = element.tag in ("script", "style") and element.get("type") != "application/json"
    if code and "planted" in (element.text or ""):
        yield f"<{element.tag}>{element.text}"
    for name, value in element.items():
        asks = name in ASKS and value.strip().lower().startswith(("javascript:", "/planted"))
        runs = name.startswith(("on", "hx-on", "style", "srcdoc")) and "planted" in value
        if asks or runs or name.startswith("planted"):
            yield f"<{element.tag} {name}={value[:60]}>"


def words_in(page: str) -> str:
    """What a person can read in it: text, and what stands in fields and hints."""
    root = html.document_fromstring(page)
    said = (value for element in root.iter() for value in element.attrib.values())
    return "\n".join([*root.itertext(), *said])


class Reader:
    """Reads pages, each once: what lives in them, and which of the places are shown."""

    def __init__(self) -> None:
        self.shown: set[str] = set()
        self._seen: set[bytes] = set()

    def alive(self, page: str, places: set[str]) -> list[str]:
        """As `alive`; keeps which of the `places` (the words before what was planted) it shows."""
        digest = sha256(page.encode("utf-8", "replace")).digest()
        if "planted" not in page or digest in self._seen:
            return []
        self._seen.add(digest)
        words = words_in(page)
        self.shown |= {place for place in places - self.shown if place + BREAKER in words}
        return alive(page)

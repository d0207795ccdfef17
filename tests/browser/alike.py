"""Pages that are alike in all but their digits are looked at once.

Five people open the same pages of the law, and a case reads the same in several of its states: what
stands on such a page, how wide it is and where the focus goes is the same again.

Pages that differ in words only, made of elements that have all been seen in their places, are
opened and measured, but neither their colours and names nor their Tab stops are looked at again;
and where no text, no word and no row of elements is longer than what stood in its place before,
there is nothing to measure either: what is no longer is no wider.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from enum import Enum
from functools import lru_cache
from html import unescape

_MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)
# What names the page itself in the frame around it: nobody sees these differ in width or colour.
_OWN_NAME = re.compile(r"<title>.*?</title>|name=\"next\" value=\"[^\"]*\"", re.DOTALL)
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(
    r"<!--.*?-->|<![^>]*>"
    r"|<(?P<ends>/?)(?P<tag>[a-zA-Z][^\s/>]*)(?P<has>(?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>",
    re.DOTALL,
)
_HAS = re.compile(r"(?P<name>[^\s\"'>/=]+)(?:\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")

_VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
_TELLING = {"class", "role", "type", "tabindex"}  # attributes of which the value counts too


_UNSEEN = {"script", "style", "template"}


class Look(Enum):
    """What a page asks for after all that were walked before it."""

    NOTHING = "as seen"
    WIDTH = "opened and measured"
    MIDDLE = "names, colours and Tab stops of its middle too"
    ALL = "those of the frame as well"


class _Bones:
    """What a page is made of: each element with all around it, and the order of its headings; and
    how long, in columns of a terminal, what stands in each place is. Our pages close their quotes,
    so that a pattern finds their tags, in a third of the time that a parser takes.
    """

    def __init__(self, text: str) -> None:
        self._open: list[str] = [""]
        self._beside: list[Counter[str]] = [Counter()]
        self._headings: list[str] = []
        self._found: set[str] = set()
        self.longest: dict[str, int] = {}
        end = 0
        for token in _TOKEN.finditer(text):
            self._words(text[end : token.start()])
            end = token.end()
            if token["tag"]:
                tag = token["tag"].lower()
                if not token["ends"]:
                    self._begins(tag, token["has"])
                if token["ends"] or (token["has"].endswith("/") and tag not in _VOID):
                    self._ends(tag)
        self._words(text[end:])

    @property
    def found(self) -> set[str]:
        """Each once, however often it stands there."""
        return self._found | {" ".join(self._headings)}

    def _begins(self, tag: str, has: str) -> None:
        place = f"{self._open[-1]}>{tag}[{_said(has)}]"
        self._found.add(place)
        self._beside[-1][place] += 1
        self._note(f"row {place}", self._beside[-1][place])
        if re.fullmatch("h[1-6]", tag):
            self._headings.append(tag)
        if tag not in _VOID:
            self._open.append(place)
            self._beside.append(Counter())

    def _ends(self, tag: str) -> None:
        while len(self._open) > 1:
            self._beside.pop()
            if _tag(self._open.pop()) == tag:
                return

    def _words(self, data: str) -> None:
        if not data or data.isspace():
            return
        place, words = self._open[-1], unescape(data).split()
        if words and _tag(place) not in _UNSEEN:
            self._note(f"text {place}", _columns(" ".join(words)))
            self._note(f"word {place}", max(map(_columns, words)))

    def _note(self, what: str, length: int) -> None:
        self.longest[what] = max(length, self.longest.get(what, 0))


@lru_cache(maxsize=50_000)
def _said(has: str) -> str:
    """What counts of the attributes of a tag, digits apart."""
    pairs = [(one["name"].lower(), (one["value"] or "").strip("\"'")) for one in _HAS.finditer(has)]
    said = [f"{n}={v}" if n in _TELLING or n.startswith("aria-") else n for n, v in pairs]
    return _DIGIT.sub("0", " ".join(sorted(said)))


def _tag(place: str) -> str:
    """`a` of `>html[lang]>body[]>a[href]`."""
    return place.rpartition(">")[2].partition("[")[0]


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


class Walked:
    """What has been looked at: the middle of pages, the frames around them, their elements."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._bones: set[str] = set()
        self._longest: dict[str, int] = {}

    def asks_for(self, text: str) -> Look:
        """All, when an element of the frame has not been in such a place before; the middle, when
        only such of the middle have not; its width, when something is longer than what stood in its
        place. Notes all.
        """
        page = _Bones(text)
        new = page.found - self._bones
        in_frame = any(">main[" not in place for place in new if place.startswith(">"))
        longer = {k: v for k, v in page.longest.items() if v > self._longest.get(k, 0)}
        self._bones |= page.found
        self._longest |= longer
        if new:
            return Look.ALL if in_frame else Look.MIDDLE
        return Look.WIDTH if longer else Look.NOTHING

    def is_new(self, text: str) -> bool:
        """True when the page's middle or its frame has not been there before; notes both.

        `text` is the page without its random tokens; each digit stands for any other, so that the
        length of a number still counts.
        """
        page = _DIGIT.sub("0", text)
        found = _MAIN.search(page)
        middle = found[0] if found else ""
        parts = {f"middle {middle}", f"frame {_OWN_NAME.sub('', page.replace(middle, ''))}"}
        new = not parts <= self._seen
        self._seen |= parts
        return new

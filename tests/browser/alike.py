"""Pages that are alike in all but their digits are looked at once.

Five people open the same pages of the law, and a case reads the same in several of its states: what
stands on such a page, how wide it is and where the focus goes is the same again.

Pages that differ in words only, made of elements that have all been seen in their places, are
opened and measured, but neither their colours and names nor their Tab stops are looked at again.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)
# What names the page itself in the frame around it: nobody sees these differ in width or colour.
_OWN_NAME = re.compile(r"<title>.*?</title>|name=\"next\" value=\"[^\"]*\"", re.DOTALL)
_DIGIT = re.compile(r"\d")


_VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
_TELLING = {"class", "role", "type", "tabindex"}  # attributes of which the value counts too


class _Bones(HTMLParser):
    """What a page is made of: each element with all around it, and the order of its headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._open: list[str] = [""]
        self._headings: list[str] = []
        self._found: set[str] = set()
        self.feed(text)
        self.close()

    @property
    def found(self) -> set[str]:
        """Each once, however often it stands there."""
        return self._found | {" ".join(self._headings)}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = [f"{n}={v}" if n in _TELLING or n.startswith("aria-") else n for n, v in attrs]
        place = f"{self._open[-1]}>{tag}[{_DIGIT.sub('0', ' '.join(sorted(said)))}]"
        self._found.add(place)
        if re.fullmatch("h[1-6]", tag):
            self._headings.append(tag)
        if tag not in _VOID:
            self._open.append(place)

    def handle_endtag(self, tag: str) -> None:
        while len(self._open) > 1:
            if self._open.pop().rpartition(">")[2].startswith(f"{tag}["):
                return


class Walked:
    """What has been looked at: the middle of pages, the frames around them, their elements."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._bones: set[str] = set()

    def has_new_bones(self, text: str) -> bool:
        """True when an element of the page has not been in such a place before; notes all."""
        found = _Bones(text).found
        new = not found <= self._bones
        self._bones |= found
        return new

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

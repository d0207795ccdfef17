"""Pages that are alike in all but their digits are looked at once.

Five people open the same pages of the law, and a case reads the same in several of its states: what
stands on such a page, how wide it is and where the focus goes is the same again.
"""

from __future__ import annotations

import re

_MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)
# What names the page itself in the frame around it: nobody sees these differ in width or colour.
_OWN_NAME = re.compile(r"<title>.*?</title>|name=\"next\" value=\"[^\"]*\"", re.DOTALL)
_DIGIT = re.compile(r"\d")


class Walked:
    """What has been looked at: the middle of pages, and the frames around them."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

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

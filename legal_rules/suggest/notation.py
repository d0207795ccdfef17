"""How a pattern is written, and what it becomes.

买(了)|购买 … {money}        one of these words, within a clause a sum
@seller … *根治|治愈 …… 停药   a list of words.yaml; up to 30 characters, also over commas

…  at most 12 characters of one clause        ……  at most 30 characters of one sentence
(了|过)  one of them or nothing        element?  the whole element may be left out
*   what a negation or a speaker is looked for at (else the last element of words)
<虫>  only as a word of its own, as a dictionary cuts the text (not in 虫草)
!的|后  none of these may follow at once, ~短信|通知  none within six characters of the clause
^不|没  none of these may stand before
{money} {date} {days} {times} {age} {km} {people} …  a slot of `slots.py`; its value is the value
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from legal_rules.suggest.cues import ENDS, STOPS
from legal_rules.suggest.slots import FILL, MARKS

GAPS = {"…": rf"[^{STOPS}]{{0,12}}?", "……": rf"[^{ENDS}]{{0,30}}?"}
SPACE = "[ \t]?"
MOST_GAPS = 2  # more would make a long text slow
_ELEMENT = re.compile(r"(?P<sign>[*!^~]?)(?P<body>[^\s?]+)(?P<may>\?)?")
_OPTIONAL = re.compile(r"\(([^()]+)\)")
_ALTERNATIVE = re.compile(r"(?:[^|()]|\([^()]*\))+")


class NotationError(ValueError):
    """A pattern that says nothing, or too much."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """`keys`: for each element that must be there, characters or pairs of which one occurs.

    Groups of `regex`: `slot`, and `words` for the elements of words; one of them is the `core`.
    `whole`: by group, what has to be a word of its own.
    """

    regex: re.Pattern[str]
    keys: tuple[frozenset[str], ...]
    core: str
    words: tuple[str, ...]
    whole: Mapping[str, frozenset[str]]
    slot: str


def compiled(written: str, lists: Mapping[str, Iterable[str]]) -> Compiled:
    """The pattern. Raises NotationError with what is wrong."""
    return _Compiler(lists).run(written)


class _Compiler:
    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self.lists = lists
        self.parts: list[str] = []
        self.keys: list[frozenset[str]] = []
        self.whole: dict[str, frozenset[str]] = {}
        self.words: list[str] = []
        self.core = self.slot = ""
        self.gaps = 0

    def run(self, written: str) -> Compiled:
        for element in written.split():
            self._element(element)
        if not self.keys:
            raise NotationError("nothing that must be there")
        if self.gaps > MOST_GAPS:
            raise NotationError(f"more than {MOST_GAPS} gaps")
        core = self.core or (self.words[-1] if self.words else "slot")
        regex = re.compile("".join(self.parts))
        return Compiled(regex, tuple(self.keys), core, tuple(self.words), self.whole, self.slot)

    def _element(self, element: str) -> None:
        if element in GAPS:
            self.parts.append(GAPS[element])
            self.gaps += 1
            return
        found = _ELEMENT.fullmatch(element)
        if not found:
            raise NotationError(f"{element!r} cannot be read")
        sign, body, may = found["sign"], found["body"], bool(found["may"])
        if body.startswith("{"):
            self._slot(body, may)
            self.core = "slot" if sign == "*" else self.core
        elif sign in ("!", "~", "^"):
            self._refused(sign, self._alternatives(body))
        else:
            self._words(body, may, sign == "*")

    def _slot(self, body: str, may: bool) -> None:
        kinds = body.strip("{}").split("|")
        if unknown := set(kinds) - set(MARKS):
            raise NotationError(f"no slot {min(unknown)!r}")
        if self.slot:
            raise NotationError("more than one slot")
        marks = "".join(MARKS[k] for k in kinds)
        self.parts.append(f"(?P<slot>[{marks}]{FILL}*){'?' if may else ''}{SPACE}")
        self.slot = kinds[0]
        if not may:
            self.keys.append(frozenset(marks))

    def _refused(self, sign: str, words: list[str]) -> None:
        if sign == "^":
            self.parts += [f"(?<!{re.escape(w)}{space})" for w in words for space in ("", " ")]
            return
        near = rf"[^{STOPS}]{{0,6}}?" if sign == "~" else ""
        self.parts.append(f"(?!{near}(?:{'|'.join(map(_as_regex, words))}))")

    def _words(self, body: str, may: bool, core: bool) -> None:
        words = self._alternatives(body)
        whole = frozenset(w.strip("<>") for w in words if w.startswith("<"))
        words = [w.strip("<>") for w in words]
        name = f"w{len(self.words)}"
        self.words.append(name)
        if whole:
            self.whole[name] = whole
        if core:
            self.core = name
        inner = "|".join(_as_regex(w) for w in sorted(words, key=len, reverse=True))
        group = f"(?P<{name}>{inner})"
        self.parts.append(f"(?:{group}{SPACE})?" if may else f"{group}{SPACE}")
        if not may:
            self.keys.append(frozenset(key for w in words for key in _keys(w)))

    def _alternatives(self, body: str) -> list[str]:
        found: list[str] = []
        for word in _ALTERNATIVE.findall(body):
            if word.startswith("@"):
                if word[1:] not in self.lists:
                    raise NotationError(f"no list {word[1:]!r}")
                found += self.lists[word[1:]]
            else:
                found.append(word)
        if not found or "||" in body or body[0] == "|" or body[-1] == "|":
            raise NotationError(f"{body!r} has an empty word")
        return found


def _as_regex(word: str) -> str:
    pieces = _OPTIONAL.split(word)
    return "".join(
        f"(?:{'|'.join(map(re.escape, piece.split('|')))})?" if place % 2 else re.escape(piece)
        for place, piece in enumerate(pieces)
    )


def _keys(word: str) -> set[str]:
    """The first pair of each way to write it, or its only character."""
    ways = [""]
    for place, piece in enumerate(_OPTIONAL.split(word)):
        more = ["", *piece.split("|")] if place % 2 else [piece]
        ways = [way + each for way in ways for each in more]
    return {way[:2] for way in ways if way}

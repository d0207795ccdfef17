"""A row of digits in a text, the groups of which it is made, and what may be one number of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.masking import alphabet

DIGIT = re.compile("[0-9X]")
_LETTER_OR_DIGIT = re.compile("[A-Za-z0-9]")
# Letters that are a word of their own (wx138…, ID3101…), not a part of a code with digits in it.
_WORD_BEFORE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,12}$")
_WORD_AFTER = re.compile(r"[A-Za-z]{0,12}(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Group:
    """Digits that are never cut apart, from `start` up to `end` of the text, and what stands before
    them: "" when nothing that is seen does. Each spoken digit is a group of its own, because it may
    belong to the words beside it (打了一三八…两次).
    """

    start: int
    end: int
    digits: str
    gap: str


class Row:
    """A row of digits in a text, and the groups of which it is made."""

    def __init__(self, text: str, plain: str, start: int, end: int) -> None:
        self.text, self.plain = text, plain
        self.groups = list(self._grouped(start, end))

    def _grouped(self, start: int, end: int) -> Iterator[Group]:
        begun, last, digits, gap, loose = start, start, "", "", True
        for found in DIGIT.finditer(self.plain, start, end):
            place, char = found.start(), self.text[found.start()]
            between = self.plain[last:place].replace(alphabet.UNSEEN, "")
            spoken = not (char.isdecimal() or char in alphabet.LETTER_O)
            if digits and (between or spoken or loose):
                yield Group(begun, last, digits, gap)
                digits = ""
            if not digits:
                begun, gap = place, between
            digits, last, loose = digits + found[0], place + 1, spoken
        yield Group(begun, last, digits, gap)

    def window(self, first: int, last: int) -> Window:
        return Window(self, self.groups[first : last + 1])


class Window:
    """Neighbouring groups that may be one number."""

    def __init__(self, row: Row, groups: list[Group]) -> None:
        self.text, self.plain, self.groups = row.text, row.plain, groups
        self.start, self.end = groups[0].start, groups[-1].end

    def sizes(self) -> tuple[int, ...]:
        """How many digits stand together, as one sees them."""
        sizes: list[int] = []
        for group in self.groups:
            if group.gap or not sizes:
                sizes.append(len(group.digits))
            else:
                sizes[-1] += len(group.digits)
        return tuple(sizes)

    def gaps(self) -> list[str]:
        """What stands between them: one sign, " ", or "\n" for a line end alone."""
        found = []
        for group in self.groups[1:]:
            if group.gap:
                signs = "".join(sorted(set(group.gap) - {" ", "\n"}))
                found.append(signs or ("\n" if "\n" in group.gap else " "))
        return found

    def is_regular(self) -> bool:
        """The same sign everywhere, but for the end of a line; a column of numbers is none."""
        gaps = self.gaps()
        signs = set(gaps) - {"\n"}
        if not signs and set(self.sizes()) != {1}:
            return len(gaps) <= 1
        return len(signs) <= 1

    def stands_alone(self) -> bool:
        """Not a part of a code of letters and digits, nor of a number that is masked already."""
        before = self.text[max(0, self.start - 14) : self.start]
        after = self.text[self.end : self.end + 14]
        if _LETTER_OR_DIGIT.match(before[-1:]) and not _WORD_BEFORE.search(before):
            return False
        if after[:1] not in ("X", "x") and not _WORD_AFTER.match(after):
            return False
        first, last = self.groups[0].digits, self.groups[-1].digits
        tail = len(first) == 4 and re.search(r"\*{4} ?$", before)
        return not tail and not (len(last) in (3, 4) and after.startswith("****"))

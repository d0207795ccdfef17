"""Pages by keyset: a cursor is the key of the row beside the page; nothing is counted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Key = tuple[str, int]


class BadCursor(ValueError):
    """The cursor in the address is not one of ours."""


@dataclass(frozen=True)
class Cursor:
    """A place after a row, or before it."""

    text: str
    position: int
    backwards: bool = False

    @classmethod
    def read(cls, given: str) -> Cursor:
        """From the address. Raises BadCursor."""
        try:
            raw = base64.urlsafe_b64decode(given.encode() + b"=" * (-len(given) % 4))
            text, position, backwards = json.loads(raw)
            if not isinstance(text, str) or "\0" in text or not text.isprintable():
                raise BadCursor
            if type(position) is not int or not 0 <= position < 2**31:
                raise BadCursor
            return cls(text, position, bool(backwards))
        except (ValueError, TypeError, binascii.Error, RecursionError) as error:
            raise BadCursor from error

    def __str__(self) -> str:
        raw = json.dumps([self.text, self.position, int(self.backwards)], ensure_ascii=False)
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows and the cursors beside them, "" where the list ends."""

    rows: list[T]
    previous: str
    next: str


def page(found: Sequence[T], size: int, at: Cursor | None, key: Callable[[T], Key]) -> Page[T]:
    """One page of at most `size`; `found` has one row more if there are more, nearest first."""
    backwards = at is not None and at.backwards
    more, rows = len(found) > size, list(found[:size])
    if backwards:
        rows.reverse()
    before, after = (more, True) if backwards else (at is not None, more)
    return Page(
        rows,
        previous=str(Cursor(*key(rows[0]), backwards=True)) if rows and before else "",
        next=str(Cursor(*key(rows[-1]))) if rows and after else "",
    )


def empty() -> Page[Any]:
    """A page of nothing."""
    return Page([], "", "")

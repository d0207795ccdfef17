"""Texts on their way to a row: masked, with the originals beside them until the row is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from accounts.masking import Kind, Span, find, written

ALL = frozenset(Kind)
# An order number may look like a card's, never like an ID number; a mobile there is a person's.
IN_REFERENCES = frozenset({Kind.ID_NUMBER, Kind.PHONE})


class Masked(str):
    """A masked text that still knows its originals. What is cut or joined from it is a plain text:
    the originals travel with the whole only.
    """

    originals: tuple[Span, ...]


def taken(text: str, kinds: Collection[Kind] = ALL) -> str:
    """The text as it may be kept: the very same, or a `Masked` one."""
    found = [span for span in find(text) if span.kind in kinds] if len(text) > 5 else []
    if not found:
        return text
    masked = Masked(written(text, found))
    masked.originals = (*getattr(text, "originals", ()), *found)
    return masked


def split(
    value: Any, kinds: Collection[Kind] = ALL, spared: Collection[str] = ()
) -> tuple[Any, list[Span]]:
    """A column's value (text, list, JSON) as it may be kept, plain, and the originals in it.

    Values under the keys of `spared` are left as they are: digests, codes, numbers of orders.
    """
    found: list[Span] = []

    def plain(text: str) -> str:
        text = taken(text, kinds)
        if isinstance(text, Masked):
            found.extend(text.originals)
            return str(text)
        return text

    return _through(value, plain, spared), found


def _through(value: Any, plain: Callable[[str], str], spared: Collection[str]) -> Any:
    """The value with each of its texts put through `plain`; the very same when none changes."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        new = {
            plain(k) if isinstance(k, str) else k: v if k in spared else _through(v, plain, spared)
            for k, v in value.items()
        }
        return new if new != value or _holds_masked(value) else value
    if isinstance(value, (list, tuple)):
        items = [_through(item, plain, spared) for item in value]
        return items if items != list(value) or _holds_masked(value) else value
    return value


def _holds_masked(value: Iterable[Any]) -> bool:
    values = value.values() if isinstance(value, dict) else value
    return any(isinstance(one, Masked) for one in values)

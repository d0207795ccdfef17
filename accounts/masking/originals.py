"""Where the originals go when a text is saved masked.

The rooms above own the table; they name the keeper once, at start. It is called in the transaction
of the save, before the row is written, or right after where the row has no key yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.db.models.signals import post_save

from accounts.masking import Span
from accounts.masking.texts import Masked

# (the row or None where there is only a column, "table.column", what was found) → False while the
# row, of which the originals are to be a part, has no key yet
Keeper = Callable[[Model | None, str, Sequence[Span]], bool]
_keepers: list[Keeper] = []
# what this request has masked: (kind, masked form), once each
_told: ContextVar[set[tuple[str, str]] | None] = ContextVar("masked numbers", default=None)
_WAITING = "_originals_of_masked_texts"


def register(keeper: Keeper) -> None:
    """Name the one that seals originals."""
    _keepers[:] = [keeper]
    post_save.connect(_saved, dispatch_uid="originals of masked texts")


def keep(row: Model | None, column: str, spans: Sequence[Span]) -> None:
    """Seal the originals with the row, or once it has a key. Raises ImproperlyConfigured without a
    keeper: an original is never dropped.
    """
    if (told := _told.get()) is not None:
        told.update((span.kind, span.masked) for span in spans)
    if not _keepers:
        raise ImproperlyConfigured("nobody keeps the originals of masked texts")
    if not _keepers[0](row, column, spans) and row is not None:
        row.__dict__.setdefault(_WAITING, []).append((column, spans))


@contextmanager
def counted() -> Iterator[set[tuple[str, str]]]:
    """What is masked from here to the end, each number once: kind and masked form."""
    found: set[tuple[str, str]] = set()
    before = _told.set(found)
    try:
        yield found
    finally:
        _told.reset(before)


def keep_with(row: Model, column: str, text: str) -> str:
    """The text without its originals, which are sealed with the row's case: before a
    `QuerySet.update`.
    """
    if not isinstance(text, Masked):
        return text
    keep(row, column, text.originals)
    return str(text)


def seal_waiting(row: Model) -> None:
    """Seal what waited for the row's key, for writers in bulk, which send no signal."""
    _saved(type(row), row)


def _saved(sender: type[Model], instance: Model, **_: Any) -> None:
    for column, spans in instance.__dict__.pop(_WAITING, ()):
        keep(instance, column, spans)

"""Where the originals go when a text is saved masked.

The rooms above own the table; they name the keeper once, at start. It is called in the transaction
of the save, before the row is written, or right after where the row has no key yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.db.models.signals import post_save

from accounts.masking import Span

# (the row or None where there is only a column, "table.column", what was found)
Keeper = Callable[[Model | None, str, Sequence[Span]], None]
_keepers: list[Keeper] = []
_WAITING = "_originals_of_masked_texts"


def register(keeper: Keeper) -> None:
    """Name the one that seals originals."""
    _keepers[:] = [keeper]
    post_save.connect(_saved, dispatch_uid="originals of masked texts")


def keep(row: Model | None, column: str, spans: Sequence[Span]) -> None:
    """Seal the originals with the row, or once it has a key. Raises ImproperlyConfigured without a
    keeper: an original is never dropped.
    """
    if row is not None and row.pk is None:
        row.__dict__.setdefault(_WAITING, []).append((column, spans))
        return
    if not _keepers:
        raise ImproperlyConfigured("nobody keeps the originals of masked texts")
    _keepers[0](row, column, spans)


def _saved(sender: type[Model], instance: Model, **_: Any) -> None:
    for column, spans in instance.__dict__.pop(_WAITING, ()):
        keep(instance, column, spans)

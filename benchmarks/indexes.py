"""Many rows come quicker without indexes, which are made anew once all are there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models


@contextmanager
def without_indexes(cursor: Any, model: type[models.Model]) -> Iterator[None]:
    """Those that hold no constraint are made again in the end."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i "
        "WHERE indrelid = %s::regclass AND NOT indisunique AND NOT EXISTS "
        "(SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [model._meta.db_table],
    )
    indexes = cursor.fetchall()
    for name, _made in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, made in indexes:
        cursor.execute(made)

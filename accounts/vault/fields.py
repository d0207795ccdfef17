"""Columns of the vault, marked as such: whoever rotates keys finds them by walking the models.

To the database, and to migrations, they are columns of bytes like others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pgtrigger
from django.apps import apps
from django.db import models

if TYPE_CHECKING:
    _Bytes = models.BinaryField[Any, Any]
else:
    _Bytes = models.BinaryField


class _Marked(_Bytes):
    """Migrations know the plain field, so that they do not follow this code."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs


class DataKeyField(_Marked):
    """A wrapped data key; b"" where there is none, or none any more.

    The model says to what its key is bound by `vault_context(self) -> str`: the same text that
    `new_data_key` got. It may need the columns of `vault_columns` besides the primary key.
    """


class SealedField(_Marked):
    """What was sealed under a data key of this row or of another one."""


class BlindIndexField(_Marked):
    """A keyed hash. A model with some has `index_key` (name of the key that they were made with)
    and `indexes_again(self) -> dict[str, bytes]`, `keep_indexes(self, again, key)`.
    """


def of(model: type[models.Model], kind: type[models.Field[Any, Any]]) -> list[str]:
    """Names of the columns of this kind."""
    return [f.name for f in model._meta.concrete_fields if isinstance(f, kind)]


def with_data_keys() -> Iterator[tuple[type[models.Model], str]]:
    """Every model with a data key, and the name of its column."""
    for model in apps.get_models():
        for name in of(model, DataKeyField):
            yield model, name


def with_indexes() -> Iterator[type[models.Model]]:
    """Every model whose indexes are made from sealed values of its own."""
    for model in apps.get_models():
        if of(model, BlindIndexField) and hasattr(model, "indexes_again"):
            yield model


def indexed(model: Any) -> models.QuerySet[Any]:
    """The rows of such a model whose values can be read: those that have a data key, unless the
    model says otherwise by `indexed()`.
    """
    if hasattr(model, "indexed"):
        found: models.QuerySet[Any] = model.indexed()
        return found
    (column,) = of(model, DataKeyField)
    return model._default_manager.exclude(**{column: b""})


class LivingKey(pgtrigger.Trigger):
    """Refuses what a retired key wrapped (`data_key`) or hashed (`index_key`): a process that still
    runs with former settings must not write what nobody can open once that key is taken away.
    """

    def __init__(self, column: str) -> None:
        of_the_key = {
            "data_key": "k.purpose = 'wrap' AND (position(k.now_begins IN NEW.data_key) = 1 "
            "OR position(k.once_began IN NEW.data_key) = 1)",
            "index_key": "k.purpose = 'index' AND k.name = NEW.index_key",
        }[column]
        super().__init__(
            name=f"{column}_is_living",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.UpdateOf(column),  # type: ignore[no-untyped-call]
            func=(
                "IF EXISTS (SELECT FROM accounts_vaultkey k WHERE k.retired_at IS NOT NULL "
                f"AND {of_the_key}) THEN "
                "RAISE EXCEPTION 'this vault key is retired: restart with the new ring' "
                "USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW;"
            ),
        )

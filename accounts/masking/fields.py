"""Columns for what people, programs and files write: numbers of persons are masked at every save,
whatever the way, and their originals go to the vault in the same transaction (control C1).

Every text column of the schema is one of these, or named with its reason among the exempt ones
(`tests/accounts/test_masked_columns.py`). To the database and to migrations they are what they are
derived from.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Model

from accounts.masking import Kind, Span, originals, texts


class _Masking(models.Field):  # type: ignore[type-arg]
    """Masks what is saved; `pre_save` knows the row, `get_db_prep_save` is the net below it."""

    masks = True
    kinds: Collection[Kind] = texts.ALL

    def masked(self, value: Any) -> tuple[Any, list[Span]]:
        """The value as it may be kept, and the originals in it."""
        if value is None or hasattr(value, "resolve_expression"):
            return value, []
        return texts.split(value, self.kinds)

    def where(self) -> str:
        """table.column"""
        return f"{self.model._meta.db_table}.{self.column}"

    def take(self, row: Model) -> None:
        """Mask what stands on the row, for writers in bulk that go past `pre_save`."""
        self.pre_save(row, True)

    def pre_save(self, model_instance: Model, add: bool) -> Any:
        """The masked value, which from now on stands on the row in memory as well."""
        value, found = self.masked(super().pre_save(model_instance, add))
        if found:
            setattr(model_instance, self.attname, value)
            originals.keep(model_instance, self.where(), found)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """What `QuerySet.update` and `bulk_update` write: no row is known, the originals are sealed
        apart. Who knows the case hands them over first (`originals.keep_with`).
        """
        return super().get_db_prep_save(self.alone(value), connection)

    def alone(self, value: Any) -> Any:
        """The value as it may be kept, where nobody knows of which row it is."""
        value, found = self.masked(value)
        if found:
            originals.keep(None, self.where(), found)
        return value

    def deconstruct(self) -> Any:
        """As the field of Django it is: the schema is the same."""
        name, _path, args, kwargs = super().deconstruct()
        home = (
            "django.contrib.postgres.fields" if isinstance(self, ArrayField) else "django.db.models"
        )
        return name, f"{home}.{_of_django(type(self))}", args, kwargs


def _of_django(kind: type) -> str:
    return next(base.__name__ for base in kind.__mro__ if base.__module__.startswith("django."))


class MaskedTextField(_Masking, models.TextField):  # type: ignore[type-arg]
    """Free text."""


class MaskedCharField(_Masking, models.CharField):  # type: ignore[type-arg]
    """Free text of bounded length; masked it is never longer."""


class MaskedJSONField(_Masking, models.JSONField):
    """JSON with free text in some of its values, at any depth."""


class MaskedArrayField(_Masking, ArrayField):  # type: ignore[type-arg]
    """A list of free texts."""

    def get_internal_type(self) -> str:
        """As Django's own, by which the destruction of a file knows what nothing looks like."""
        return "ArrayField"


class ReferenceField(_Masking, models.CharField):  # type: ignore[type-arg]
    """A number of an order, a case elsewhere or a transfer: may look like a card's, so that only ID
    numbers and mobiles are masked in it.
    """

    kinds = texts.IN_REFERENCES


class FileNameField(_Masking, models.CharField):  # type: ignore[type-arg]
    """The name of a file as it was called. No system takes a star in one: x stands for it."""

    def masked(self, value: Any) -> tuple[Any, list[Span]]:
        """As everywhere, without stars."""
        value, found = super().masked(value)
        return (value.replace("**** ", "xxxx").replace("*", "x") if found else value), found

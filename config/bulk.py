"""Many rows in one statement, whatever their number: what differs from row to row travels as one
JSON document that PostgreSQL reads as a table, what all rows have travels once.

Two to four times as fast as `bulk_create`, which binds every value by itself. Triggers and
constraints hold as they do for one row; signals are not sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Field, Model

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Shape:
    """How values become rows of a table: `same` has what all of them have, `own` says which column
    (its attname) takes which value.
    """

    same: Model
    own: Mapping[str, str]

    @property
    def fields(self) -> list[Field[Any, Any]]:
        """The columns that are written; the database counts the keys."""
        fields = self.same._meta.local_concrete_fields
        return [f for f in fields if not f.primary_key and not f.generated]

    @property
    def types(self) -> dict[str, str]:
        """Name of each value → type of its column."""
        own = ((self.own.get(f.attname), f) for f in self.fields)
        return {name: f.db_type(connection) or "" for name, f in own if name is not None}

    @property
    def statement(self) -> str:
        """INSERT of a row for each of `v`; takes `document`."""
        own = self.own
        columns = ", ".join(f'"{f.column}"' for f in self.fields)
        taken = ", ".join(
            f'v."{own[f.attname]}"' if f.attname in own else f's."{f.column}"' for f in self.fields
        )
        table = f'"{self.same._meta.db_table}"'
        return (
            f"INSERT INTO {table} ({columns}) SELECT {taken} "  # noqa: S608
            f"FROM v, json_populate_record(NULL::{table}, %s) s"
        )

    @property
    def document(self) -> str:
        """What all rows have."""
        shared = (f for f in self.fields if f.attname not in self.own)
        return _json({f.column: getattr(self.same, f.attname) for f in shared})


def spread(values: Sequence[Values], shapes: Sequence[Shape]) -> None:
    """Write a row of each shape for each of the values: rows of several tables, one statement."""
    if not values:
        return
    types = {name: kind for shape in shapes for name, kind in shape.types.items()}
    parts = [f"i{n} AS ({shape.statement})" for n, shape in enumerate(shapes)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {_table(types)}, {', '.join(parts)} SELECT",
            [_json(values), *(shape.document for shape in shapes)],
        )


def insert(rows: Sequence[Model], *, keys: bool = False) -> None:
    """Write new rows, all of one model.

    `keys`: put the primary keys on the rows.
    """
    if not rows:
        return
    same = rows[0]
    names = [f.attname for f in Shape(same, {}).fields]
    own = list(_differing(rows, names)) or names[:1]
    shape = Shape(same, {name: name for name in own})
    statement = f"WITH {_table(shape.types)} {shape.statement}"
    with connection.cursor() as cursor:
        if keys:
            statement += f' RETURNING "{same._meta.pk.column}"'
        cursor.execute(statement, [_json(_values(rows, own)), shape.document])
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True) if keys else ():
            row.pk = key


def update(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write these columns of rows that are there, all of one model."""
    if rows:
        change(type(rows[0]), _values(rows, [rows[0]._meta.pk.attname, *names]))


def change(model: type[Model], values: Sequence[Values]) -> None:
    """Write columns of rows that are there: values with the primary key first, then columns."""
    if not values:
        return
    key, *fields = (model._meta.get_field(name) for name in values[0])
    types = {
        f.attname: f.rel_db_type(connection) if f is key else f.db_type(connection)
        for f in (key, *fields)
    }
    columns = ", ".join(f'"{f.column}" = v."{f.attname}"' for f in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f'WITH {_table(types)} UPDATE "{model._meta.db_table}" t SET {columns} FROM v '  # noqa: S608
            f'WHERE t."{key.column}" = v."{key.attname}"',
            [_json(values)],
        )


def _differing(rows: Sequence[Model], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        first = rows[0].__dict__[name]
        if any(row.__dict__[name] != first for row in rows):
            yield name


def _values(rows: Sequence[Model], names: Sequence[str]) -> list[Values]:
    return [{name: row.__dict__[name] for name in names} for row in rows]


def _table(types: Mapping[str, str]) -> str:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    return f"v AS (SELECT * FROM json_to_recordset(%s) AS v({columns}))"  # noqa: S608


def _as_text(value: object) -> str:
    """Raises TypeError for what no column takes as text."""
    if isinstance(value, date):  # or a datetime
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written in bulk")


_json = json.JSONEncoder(ensure_ascii=False, default=_as_text, check_circular=False).encode

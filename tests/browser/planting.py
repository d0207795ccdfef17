"""Markup in every column that holds words, written by SQL past all forms, fields and triggers: as
if each way in had forgotten to look at what it took. What is left out is named, with the reason.
"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import count
from typing import Any, TypeAlias

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models, transaction
from django.db.models import CheckConstraint
from psycopg2.extras import execute_batch

from tests.accounts.test_c1_masked_columns import CODE, DIGEST, EXEMPT, LAW, columns, is_closed
from tests.markup import BREAKER, MORE

Field: TypeAlias = "models.Field[Any, Any]"
# A column that is neither closed (`is_closed`), nor here, nor a digest, a code or the law's text is
# planted in every row.
LEFT_OUT = {
    name: reason
    for reason, names in {
        "by this one signs in, or is written to": "User.email User.username actor",
        "https alone is taken, and the page of a promise is a link": "PublicPromise.url",
        "made of other columns, for the search": "Passage.plain",
        "signed": "Session.session_data",
        "a keyed hash": "SignInLock.subject",
    }.items()
    for name in names.split()
}
# Named like a code or like the law elsewhere, or told by a browser.
ALSO = {"RightsRequest.details", "Notice.body", "Session.device"}
SHORT = "<svg onload=planted()>"  # where there is no room for another
_SAID = re.compile(r"[\u4e00-\u9fff ]")  # in JSON: words, not a code


def place(name: str, row: object) -> str:
    """What stands before the markup, so that a page tells which column it shows."""
    return f"〔{name}·{row}〕"


def planted(name: str, row: object, turn: int, room: int | None) -> str:
    """The place, what breaks out of an attribute, and what fits besides, in turn."""
    begun = place(name, row) + BREAKER
    fitting = [more for more in (*MORE, SHORT) if room is None or len(begun + more) <= room]
    return (begun + fitting[turn % len(fitting)] if fitting else begun)[:room]


def takes(label: str, name: str, field: Field) -> bool:
    """Whether somebody's words can stand in the column."""
    if f"{label}.{name}" in ALSO:
        return True
    names = (f"{label}.{name}", name)
    closed = is_closed(field) or isinstance(field, SearchVectorField)
    reasons = {EXEMPT.get(each) for each in names}
    return not (closed or reasons & {CODE, DIGEST, LAW} or any(n in LEFT_OUT for n in names))


def plant() -> set[str]:
    """Every row of every table; `model.column` of those that hold some now."""
    by_model: dict[Any, list[tuple[str, Field]]] = {}
    for label, name, field in columns():
        if takes(label, name, field):
            by_model.setdefault(field.model, []).append((f"{label}.{name}", field))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger refuses
        return {name for model, found in by_model.items() for name in _rows(cursor, model, found)}


def _rows(cursor: Any, model: Any, fields: list[tuple[str, Field]]) -> set[str]:
    table, key = model._meta.db_table, model._meta.pk.column
    named = ", ".join(f'"{field.column}"' for _name, field in fields)
    cursor.execute(f'SELECT "{key}", {named} FROM "{table}" ORDER BY 1')  # noqa: S608
    turn, found, rows = count(), set(), []
    for row, *values in cursor.fetchall():
        new = [
            _new(name, row, next(turn), field, value)
            for (name, field), value in zip(fields, values, strict=True)
        ]
        found |= {name for (name, _field), value in zip(fields, new, strict=True) if value}
        rows.append([*new, row])
    sets = ", ".join(f'"{field.column}" = %s' for _name, field in fields)
    sql = f'UPDATE "{table}" SET {sets} WHERE "{key}" = %s'  # noqa: S608
    execute_batch(cursor.cursor, sql, rows)
    return found


def _new(name: str, row: object, turn: int, field: Field, value: Any) -> Any:
    """The value with markup. None stays none, and an empty one that a constraint compares with
    others stays empty; a list and JSON keep their shape and their codes.
    """
    if value is None or (value == "" and _is_compared(field)):
        return value
    if isinstance(field, ArrayField):
        room = field.base_field.max_length
        return [planted(name, f"{row}.{n}", turn + n, room) for n, _old in enumerate(value)]
    if isinstance(field, models.JSONField):
        return json.dumps(_leaves(name, row, turn, json.loads(value)))
    return planted(name, row, turn, field.max_length)


@cache
def _is_compared(field: Field) -> bool:
    every = field.model._meta.constraints
    conditions = [str(each.condition) for each in every if isinstance(each, CheckConstraint)]
    return any(re.search(rf"\b{field.name}\b", condition) for condition in conditions)


def _leaves(name: str, row: object, turn: int, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _leaves(name, row, turn + n, v) for n, (key, v) in enumerate(value.items())}
    if isinstance(value, list):
        return [_leaves(name, row, turn + n, v) for n, v in enumerate(value)]
    said = isinstance(value, str) and _SAID.search(value)
    return planted(name, row, turn, None) if said else value

"""Whether the tables of the record are there as they were made, and their guards awake: somebody
with the database in hand can drop a table or a column, and switch a trigger off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pgtrigger
from django.db import connection

from audit.faults import Place, Report, What
from audit.kinds import Kind, all_kinds
from audit.models import Block, Pending, Tail

_COLUMNS = """
SELECT table_name::text, array_agg(column_name::text) FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = ANY(%s) GROUP BY 1
"""
# A table in parts has each trigger on every part too. Parts have no parts themselves.
_AWAKE = """
SELECT part.relname::text, t.tgname::text FROM pg_class c
JOIN LATERAL (SELECT c.oid UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid) p
    ON true
JOIN pg_class part ON part.oid = p.oid
LEFT JOIN pg_trigger t ON t.tgrelid = p.oid AND t.tgenabled IN ('O', 'A') AND NOT t.tgisinternal
WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = %s
"""


def readable(report: Report) -> dict[str, Kind]:
    """The kinds whose table has all of its columns; the others are named as deleted."""
    found = {}
    there = _there([kind.model._meta.db_table for kind in all_kinds().values()])
    for name, kind in all_kinds().items():
        table = kind.model._meta.db_table
        columns = {f.attname: str(f.column) for f in kind.model._meta.concrete_fields}
        needed = [columns[name] for name in ("id", *kind.columns)]
        gone = [c for c in needed if c not in there.get(table, ())]
        if gone:
            note = f"{table}.{gone[0]}" if table in there else table
            report.add(What.DELETED, Place(name, note=note))
        else:
            found[name] = kind
    return found


def is_there(report: Report) -> bool:
    """Whether blocks, tails and what waits can be read at all; what cannot is named."""
    models = {"block": Block, "tail": Tail, "pending": Pending}
    there = _there([model._meta.db_table for model in models.values()])
    gone = {n: m._meta.db_table for n, m in models.items() if m._meta.db_table not in there}
    for name, table in gone.items():
        report.add(What.DELETED, Place(name, note=table))
    return not gone


def _there(tables: list[str]) -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [tables])
        return dict(cursor.fetchall())


def guards(report: Report) -> None:
    """The triggers that keep sealed rows, and blocks, as they are."""
    kinds = {name: kind.model for name, kind in all_kinds().items()} | {"block": Block}
    with connection.cursor() as cursor:
        for name, model in kinds.items():
            cursor.execute(_AWAKE, [model._meta.db_table])
            awake: dict[str, set[str]] = {}
            for table, trigger in cursor.fetchall():
                awake.setdefault(table, set()).add(trigger)
            for table, triggers in sorted(awake.items()):
                for wanted in _guards_of(model, part=table != model._meta.db_table):
                    if wanted not in triggers:
                        report.add(What.UNGUARDED, Place(name, note=f"{table}: {wanted}"))


def _guards_of(model: Any, *, part: bool) -> Iterator[str]:
    """Triggers for a whole statement stand on the table alone, not on its parts."""
    for trigger in model._meta.triggers:
        if not (part and trigger.level == pgtrigger.Statement):
            yield trigger.get_pgid(model)

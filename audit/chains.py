"""The chains of all subjects: every link, every end. The database compares, so that only what is
broken comes here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from audit.faults import Place, Report, What
from audit.kinds import Columns, Kind
from audit.models import Entry

_LINKS = """
SELECT id, subject, sequence, coalesce(before_sequence, 0) FROM (
    SELECT id, subject, sequence, previous_hash, lag(sequence) OVER chain AS before_sequence,
        lag(hash) OVER chain AS before_hash
    FROM audit_entry WINDOW chain AS (PARTITION BY subject ORDER BY sequence, id)) link
WHERE sequence <> coalesce(before_sequence, 0) + 1 OR previous_hash <> coalesce(before_hash, '')
ORDER BY subject, sequence
"""
_ENDS = """
SELECT coalesce(t.subject, e.subject), coalesce(e.sequence, 0), coalesce(t.sequence, 0)
FROM audit_tail t FULL JOIN (
    SELECT DISTINCT ON (subject) subject, sequence, hash FROM audit_entry
    ORDER BY subject, sequence DESC) e ON e.subject = t.subject
WHERE t.sequence IS DISTINCT FROM e.sequence OR t.hash IS DISTINCT FROM e.hash ORDER BY 1
"""


def check(report: Report) -> None:
    """Add where a chain does not go on, and where it does not end as its tail says."""
    for row, subject, sequence, before in streamed(_LINKS):
        missing = before + 1 if sequence > before + 1 else sequence
        report.add(What.BROKEN, Place("entry", row, subject=subject, sequence=missing))
    for subject, last, tail in streamed(_ENDS):
        what = What.CUT_OFF if last < tail else What.ALTERED
        kind = "entry" if last < tail else "tail"
        report.add(what, Place(kind, subject=subject, sequence=min(last, tail) + 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_tail")
        report.chains = cursor.fetchone()[0]


def streamed(statement: str, params: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement, a few at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, params)
        while rows := cursor.fetchmany(2000):
            yield from rows


def place(kind: Kind, pk: int, block: int | None = None, row: Columns | None = None) -> Place:
    """Where a row stands; an entry also by its subject and number, asked for where not given."""
    if kind.model is not Entry:
        return Place(kind.name, pk, block)
    found = row or Entry.objects.filter(pk=pk).values("subject", "sequence").first() or {}
    return Place(kind.name, pk, block, found.get("subject", ""), found.get("sequence"))

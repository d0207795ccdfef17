"""The figures made anew from the cases, and compared with them: after a mistake, or to be sure."""
# ruff: noqa: S608 the statements are put together from constants

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import connection, transaction
from django.utils import timezone

from analytics import folding, occurrences
from analytics.blocks import SIZES
from analytics.dimensions import DIMENSIONS, VALUE
from analytics.models import Touched
from analytics.models.counted import ALL_TEAMS
from analytics.sums import KEYS
from complaints import calendars

log = logging.getLogger(__name__)

_PAIRS = ", ".join(
    f"('{kind}', '{dimension}')"
    for kind, dimensions in DIMENSIONS.items()
    for dimension in dimensions
)
_KEY_OF = " ".join(f"WHEN '{dimension}' THEN {sql}" for dimension, sql in KEYS.items())
# Days since 0001-01-01, as `date.toordinal` counts them
_ORDINAL = "(o.day - DATE '0001-01-01' + 1)"
# What the cells have to be, by one look at all occurrences.
CELLS = f"""
WITH days AS (  -- of one day and team each, of which the others are put together
    SELECT f.team_id AS team, o.kind, d.dimension, o.day, CASE d.dimension {_KEY_OF} END AS key,
        count(*) AS n, sum(o.amount) AS amount
    FROM analytics_occurrence o
    JOIN analytics_casefigures f ON f.complaint_id = o.complaint_id
    JOIN (VALUES {_PAIRS}) d(kind, dimension) ON d.kind = o.kind
        AND (d.dimension <> '{VALUE}' OR o.value IS NOT NULL)
    GROUP BY 1, 2, 3, 4, 5)
SELECT t.team, o.kind, o.dimension, s.size, o.day - {_ORDINAL} % s.size AS day, o.key,
    sum(o.n)::int AS n, sum(o.amount) AS amount
FROM days o CROSS JOIN (VALUES {", ".join(f"({size})" for size in SIZES)}) s(size)
CROSS JOIN LATERAL (VALUES ({ALL_TEAMS}::bigint), (o.team)) t(team)
GROUP BY 1, 2, 3, 4, 5, 6
"""
_FIGURES = f"""
INSERT INTO analytics_casefigures AS f (complaint_id, {", ".join(folding.COLUMNS)})
{folding.FIGURES}
ON CONFLICT (complaint_id) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in folding.COLUMNS)}
WHERE ({", ".join(f"f.{c}" for c in folding.COLUMNS)})
    IS DISTINCT FROM ({", ".join(f"excluded.{c}" for c in folding.COLUMNS)})
"""
_TIMED = ("complaint", *occurrences.Counted._fields)
_FILL = f"""
INSERT INTO analytics_occurrence (complaint_id, kind, day, key, value, amount, ref)
SELECT complaint, kind, day, key, NULL::int, amount, ref FROM ({occurrences.UNTIMED}) untimed
UNION ALL SELECT * FROM unnest(%(complaint)s::bigint[], %(kind)s::text[], %(day)s::date[],
    %(key)s::text[], %(value)s::int[], %(amount)s::numeric[], %(ref)s::bigint[])
"""
_ROOM = "SET LOCAL work_mem = '128MB'"
BATCH = 20_000  # cases at once
COLUMNS = "team, kind, dimension, size, day, key, n, amount"
_DIFFERENT = f"""
SELECT count(*) FROM (
    (SELECT {COLUMNS} FROM analytics_cell EXCEPT ALL SELECT {COLUMNS} FROM ({CELLS}) c)
    UNION ALL
    (SELECT {COLUMNS} FROM ({CELLS}) c EXCEPT ALL SELECT {COLUMNS} FROM analytics_cell)
) different
"""


@transaction.atomic
def rebuild(say: Callable[[str], None] = lambda _words: None) -> int:
    """Count every case again and make all cells anew; answers how many cases there are.

    In sets inside the database and in one transaction: figures stay as they were until all are
    made, and so they stay when it is killed. Nobody folds meanwhile. Cases that cannot be counted
    are left to `folding`, which finds out which of them it is.
    """
    folding.alone()
    calendars.fresh()
    with connection.cursor() as cursor:
        cursor.execute(_ROOM)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # not millions of rows at the end
        cursor.execute("SELECT id FROM complaints_complaint ORDER BY id")
        cases = [pk for (pk,) in cursor.fetchall()]
    for begin in range(0, len(cases), BATCH):
        ids = cases[begin : begin + BATCH]
        try:
            _count(ids)
        except folding.UNCOUNTABLE as error:
            log.warning("cases could not be counted, they are touched: %s", type(error).__name__)
            Touched.objects.bulk_create(Touched(case_id=pk, since=timezone.now()) for pk in ids)
        say(f"{min(begin + BATCH, len(cases)):,} / {len(cases):,}")
    remake_cells()
    return len(cases)


@transaction.atomic
def _count(ids: list[int]) -> None:
    """What is counted of these cases, by the slow definition."""
    timed = [(pk, *one) for pk, one in occurrences.of_cases(ids, occurrences.TIMED)]
    columns = list(zip(*timed, strict=True)) or [()] * 7
    values = {name: list(column) for name, column in zip(_TIMED, columns, strict=True)}
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"ids": ids})
        cursor.execute("DELETE FROM analytics_occurrence WHERE complaint_id = ANY(%s)", [ids])
        cursor.execute(_FILL, {"ids": ids, **values})


@transaction.atomic
def remake_cells() -> None:
    """The cells out of the occurrences; nobody folds meanwhile."""
    folding.alone()
    with connection.cursor() as cursor:
        cursor.execute(_ROOM)
        cursor.execute("DELETE FROM analytics_cell")
        cursor.execute(f"INSERT INTO analytics_cell ({COLUMNS}) {CELLS}")
    folding.next_turn()


@transaction.atomic
def different() -> int:
    """How many cells are not what the occurrences say; 0 as it should be."""
    folding.alone()
    with connection.cursor() as cursor:
        cursor.execute(_ROOM)
        cursor.execute(_DIFFERENT)
        return int(cursor.fetchone()[0])

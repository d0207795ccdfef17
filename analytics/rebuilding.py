"""The figures made anew from the cases, and compared with them: after a mistake, or to be sure."""
# ruff: noqa: S608 the statements are put together from constants

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

from analytics import folding
from analytics.blocks import SIZES
from analytics.dimensions import DIMENSIONS, VALUE
from analytics.models.counted import ALL_TEAMS
from analytics.sums import KEYS

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
SELECT t.team, o.kind, d.dimension, s.size, o.day - {_ORDINAL} % s.size AS day,
    CASE d.dimension {_KEY_OF} END AS key, count(*)::int AS n, sum(o.amount) AS amount
FROM analytics_occurrence o
JOIN analytics_casefigures f ON f.complaint_id = o.complaint_id
JOIN (VALUES {_PAIRS}) d(kind, dimension) ON d.kind = o.kind
    AND (d.dimension <> '{VALUE}' OR o.value IS NOT NULL)
CROSS JOIN (VALUES {", ".join(f"({size})" for size in SIZES)}) s(size)
CROSS JOIN LATERAL (VALUES ({ALL_TEAMS}::bigint), (f.team_id)) t(team)
GROUP BY 1, 2, 3, 4, 5, 6
"""
COLUMNS = "team, kind, dimension, size, day, key, n, amount"
_DIFFERENT = f"""
SELECT count(*) FROM (
    (SELECT {COLUMNS} FROM analytics_cell EXCEPT ALL SELECT {COLUMNS} FROM ({CELLS}) c)
    UNION ALL
    (SELECT {COLUMNS} FROM ({CELLS}) c EXCEPT ALL SELECT {COLUMNS} FROM analytics_cell)
) different
"""


def rebuild(say: Callable[[str], None] = lambda _words: None) -> int:
    """Count every case again and make all cells anew; answers how many cases there are.

    In batches, so that work goes on meanwhile; killed and begun again, it does no harm.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO analytics_touched (case_id, since) "
            "SELECT id, clock_timestamp() FROM complaints_complaint ORDER BY id"
        )
        cases = cursor.rowcount
    done, folded = 0, folding.fold()
    while folded.more:
        done += folded.done
        say(f"{min(done, cases):,} / {cases:,}")
        folded = folding.fold()
    remake_cells()
    return cases


@transaction.atomic
def remake_cells() -> None:
    """The cells out of the occurrences; nobody folds meanwhile."""
    folding.alone()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM analytics_cell")
        cursor.execute(f"INSERT INTO analytics_cell ({COLUMNS}) {CELLS}")


@transaction.atomic
def different() -> int:
    """How many cells are not what the occurrences say; 0 as it should be."""
    folding.alone()
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT)
        return int(cursor.fetchone()[0])

"""Whether what is kept of single cases is still what the slow definition counts."""

from __future__ import annotations

from collections import Counter

from django.db import connection, transaction

from analytics import folding, occurrences
from analytics.models import Occurrence
from analytics.occurrences import Counted
from complaints import calendars

SAMPLE = 1_000
_AT_RANDOM = """
SELECT id FROM complaints_complaint c WHERE NOT EXISTS (
    SELECT FROM analytics_touched t WHERE t.case_id = c.id) ORDER BY random() LIMIT %s
"""


@transaction.atomic
def different(most: int = SAMPLE) -> tuple[int, int]:
    """How many of `most` cases by chance are counted otherwise now, and how many were looked at;
    cases that still wait are none of them. Nobody folds meanwhile.
    """
    folding.alone()
    calendars.fresh()
    with connection.cursor() as cursor:
        cursor.execute(_AT_RANDOM, [most])
        ids = [pk for (pk,) in cursor.fetchall()]
    now, kept = Counter(occurrences.of_cases(ids)), Counter[tuple[int, Counted]]()
    stored = Occurrence.objects.filter(complaint__in=ids)
    for case, *columns in stored.values_list("complaint_id", *Counted._fields):
        kept[case, Counted(*columns)] += 1
    return len({case for case, _one in (now - kept) + (kept - now)}), len(ids)

"""Monthly parts of the tables that only grow: old months can be backed up, moved or read by
themselves, and an index never spans more than one of them.

The database itself makes a part (`audit_make_month`, with the rights of the owner of the tables):
the role under which the application runs may not create anything.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection
from django.utils import timezone

TABLES = ("audit_entry", "audit_reading")
AHEAD = 3  # months that are there before they begin


def months(now: datetime, ahead: int = AHEAD) -> list[date]:
    """First days of this month and of those that follow, by the calendar of Shanghai."""
    today = timezone.localdate(now)
    places = range(today.month - 1, today.month + ahead)
    return [date(today.year + place // 12, place % 12 + 1, 1) for place in places]


def make_ahead(now: datetime) -> list[str]:
    """Make the parts that are missing; answers their names. Nothing to do on most days.

    Rows that came while a month had no part lie in the default part and stay there: moving them
    would mean deleting from a record that nobody may delete from.
    """
    made = []
    with connection.cursor() as cursor:
        for table in TABLES:
            for first in months(now):
                cursor.execute("SELECT audit_make_month(%s, %s)", [table, first])
                (name,) = cursor.fetchone()
                made += [name] if name else []
    return made

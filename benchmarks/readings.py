"""Who read a case, and who read of a person, among millions of readings; and what noting one costs.

    python -m benchmarks.readings [READINGS]

Throw-away servers that write to the disk as an installation does. Two years of readings by forty
people: four of five are of one case's page, one is a list of thirty; one case stands on every
tenth list. The bound of the two pages is two seconds.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from statistics import median

import django

from quickstart import throw_away
from quickstart.terminal import say, table, tolerate_any_encoding

READINGS, CASES, MONTHS = 5_000_000, 200_000, 24
BOUND, TIMES = 2.0, 5
SMALL = 8 * 1024 * 1024  # bytes that are read at once as quickly as an index is
MONTHS_BACK = """
SELECT audit_make_month('audit_reading', m::date) FROM generate_series(
    date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') - %s * interval '1 month',
    date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai'), interval '1 month') m
"""
NAME = "'complaint:TS26-' || lpad((({}) %% %(cases)s)::text, 6, '0')"
FILL = f"""
INSERT INTO audit_reading (at, actor, actor_name, page, about, subjects, fields, request_id)
SELECT now() - (%(count)s - n) * interval '1 month' * %(months)s / %(count)s,
    'agent' || n %% 40, '坐席 ' || n %% 40, CASE WHEN n %% 5 = 0 THEN 'queue' ELSE 'case' END,
    CASE WHEN n %% 5 = 0 THEN '' ELSE {NAME.format("n * 7919")} END,
    CASE WHEN n %% 5 = 0 THEN ARRAY(
        SELECT CASE WHEN k = 1 AND n %% 50 = 0 THEN 'complaint:TS26-000001'
            ELSE {NAME.format("n * 104729 + k * 31")} END
        FROM generate_series(1, 30) k)
    ELSE ARRAY[{NAME.format("n * 7919")}] END,
    ARRAY['row'], md5(n::text)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""  # noqa: S608
PART = 250_000


def main() -> int:
    """The exit code: 1 when a page takes longer than its bound, or reads a month whole."""
    tolerate_any_encoding()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else READINGS
    throw_away.begin("kesu-benchmark-", durable=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(count)
    rows, slowest = [("", "readings", "seconds")], 0.0
    for name, found, took in _pages():
        rows.append((name, f"{found:,}", f"{took:.3f}"))
        slowest = max(slowest, took)
    print(f"\n{table(rows)}\n")
    _export()
    _noting()
    whole = _read_whole()
    say(f"{'NOT ' if slowest > BOUND else ''}within {BOUND:.0f} seconds")
    say(f"{'NOT by index: ' if whole else 'by index'}{', '.join(whole)}")
    return int(slowest > BOUND or bool(whole))


def fill(count: int) -> None:
    """So many readings, evenly over the months."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(MONTHS_BACK, [MONTHS])
        cursor.execute("SET session_replication_role = replica")  # no triggers: nothing to seal
        cursor.execute("DROP INDEX audit_reading_by_subject")
        for first in range(1, count + 1, PART):
            last = min(first + PART - 1, count)
            span = {"first": first, "last": last, "count": count}
            cursor.execute(FILL, {**span, "cases": CASES, "months": MONTHS})
            say(f"{last:,} readings")
        cursor.execute("SET session_replication_role = origin")
        cursor.execute(
            "CREATE INDEX audit_reading_by_subject ON audit_reading USING gin (subjects)"
        )
        cursor.execute("VACUUM (ANALYZE) audit_reading")
        cursor.execute(
            "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(%s)", [TABLE]
        )
        say(f"{cursor.fetchone()[0] / 2**30:.1f} GB with indexes")


TABLE, OFTEN = "audit_reading", "complaint:TS26-000001"


def _pages() -> list[tuple[str, int, float]]:
    from complaints.readers import Sought
    from complaints.views.reading_list import newest

    case, often = ("complaint:TS26-004242",), (OFTEN,)
    person = tuple(f"complaint:TS26-{n:06}" for n in range(5000, 5008))
    found = []
    for name, subjects in (("a case", case), ("a case on many lists", often), ("a person", person)):
        sought = Sought(subjects)
        number = sought.rows.count()
        found.append((f"{name}: readers", number, _time(sought.readers)))
        found.append((f"{name}: newest page", number, _time(lambda s=sought: newest(s, None))))
    return found


def _read_whole() -> list[str]:
    """Months that the two pages of a case read from end to end; not those that are small."""
    from django.db import connection

    from complaints.readers import Sought

    rows = Sought(("complaint:TS26-004242",)).rows
    plans = rows.explain() + rows.order_by("-at", "-id")[:50].explain()
    names = set(re.findall(r"Seq Scan on (\w+)", plans))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n FROM unnest(%s) n WHERE pg_relation_size(n) > %s", [list(names), SMALL]
        )
        return sorted(name for (name,) in cursor.fetchall())


def _export() -> None:
    from complaints.readers import MOST_ROWS, Sought

    took = _time(lambda: list(Sought((OFTEN,)).all()), 1)
    say(f"reading {MOST_ROWS:,} rows for an export: {took:.1f} s")


def _noting() -> None:
    """What one request pays, for a case and for a list of fifty."""
    from django.utils import timezone

    from audit import reading
    from audit.reading import Shown

    now = timezone.now()
    for name, number in (("case", 1), ("list of fifty", 50)):
        subjects = [f"complaint:TS26-{n:06}" for n in range(number)]
        took = [
            _time(lambda s=subjects: reading.note(Shown("x"), s, None, now), 1) for _ in range(500)
        ]
        say(f"noting a {name}: {median(took) * 1000:.2f} ms, the slowest {max(took) * 1000:.0f} ms")


def _time(work: Callable[[], object], times: int = TIMES) -> float:
    from benchmarks.measure import seconds

    return median(seconds(work) for _ in range(times))


if __name__ == "__main__":
    sys.exit(main())

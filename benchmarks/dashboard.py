"""The figures of the dashboard at size, and what keeping them costs a step: beside the bare floor.

    python -m benchmarks.dashboard [CASES]

Throw-away servers; everything is taken in one run, in turn, so that ratios hold on any machine:

- `figures`: `analytics.overview.overview`, all measures and charts of 30 days and the 30 before,
  for an auditor (the whole enterprise) and a supervisor (a team). No page around it.
- `bare roll-up`: the floor of PERFORMANCE G7: a table (day, team, category → n) that is exactly one
  page's, one statement for the totals of 30 days and one for today's open cases, nothing else.
- `raw GROUP BY`: the same totals straight from the cases, as peers do it on every view.
- `step`: accepting a case through its action, and of it the time inside the triggers that tell
  the figures (`pg_stat_user_functions`), which is all that the upkeep costs the person who waits.
- `folding`: counting what changed again, by one worker.

Assumptions: the cases are copies of eight made by taking the steps (benchmarks/world.py), two of
them open; they were received evenly over three years, in ten provinces, of four categories and
forty products; three in a row are of one person.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from quickstart import throw_away
from quickstart.terminal import say, tolerate_any_encoding

CASES = 20_000
LOOKS = 40
STEPS = 150
SPREAD = """
UPDATE complaints_complaint c SET
    received_at = now() - (c.id * 7919 % 1095) * interval '1 day',
    region = (ARRAY['11','31','32','33','35','37','41','42','44','51'])[1 + c.id * 31 % 10],
    product_name = '商品 ' || c.id * 17 % 40,
    category = (ARRAY['telesales_fraud','food_safety','price','handling'])[1 + c.id * 13 % 4],
    closed_at = c.closed_at - (c.id * 7919 % 1095) * interval '1 day'
"""
# One in three persons complains again.
PERSONS = """
UPDATE complaints_consumer k SET email_index = '', id_number_index = '',
    phone_index = sha256(convert_to((c.id / 3)::text, 'UTF8'))
FROM complaints_complaint c WHERE c.consumer_id = k.id
"""
FLOOR = """
CREATE TABLE floor_rollup AS SELECT (received_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
    team_id AS team, category, count(*) AS n FROM complaints_complaint GROUP BY 1, 2, 3;
CREATE INDEX ON floor_rollup (day, team);
ANALYZE floor_rollup
"""
ROLLUP = """
SELECT category, sum(n) FROM floor_rollup WHERE day > current_date - 60 GROUP BY 1
"""
DUE = """
SELECT owner_id, count(*) FROM complaints_complaint WHERE next_due_at >= current_date
    AND next_due_at < current_date + 1 AND state NOT IN ('closed', 'archived') GROUP BY 1
"""
RAW = """
SELECT category, region, (received_at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
FROM complaints_complaint WHERE received_at > now() - interval '60 days' GROUP BY 1, 2, 3
"""
TRIGGERS = """
SELECT coalesce(sum(total_time), 0), coalesce(sum(calls), 0) FROM pg_stat_user_functions
WHERE funcname LIKE 'analytics\\_%'
"""


def main() -> int:
    """The exit code."""
    tolerate_any_encoding()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    throw_away.begin("kesu-benchmark-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    cast, cases = _grown(count)
    _fold(cases)
    floor = _floor()
    for name, user in (("an auditor", cast.auditor), ("a supervisor", cast.supervisor)):
        _figures(name, user, floor)
    _upkeep(cast)
    return 0


def _grown(count: int) -> tuple[Any, int]:
    from django.db import connection

    from benchmarks import world
    from tests import factories
    from tests.cast import assemble

    cast = assemble()
    for state in (*world.OPEN[:2], *world.DONE * 2):
        factories.IN_STATE[state](cast)
    cases = world.grow_to(count)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(SPREAD)
        cursor.execute(PERSONS)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM (ANALYZE) complaints_complaint, complaints_consumer")
        cursor.execute(FLOOR)
    return cast, cases


def _fold(cases: int) -> None:
    from django.db import connection

    from analytics import rebuilding
    from analytics.models import Cell, Occurrence

    began = time.perf_counter()
    rebuilding.rebuild()
    took = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    say(
        f"{cases:,} cases, {Occurrence.objects.count():,} occurrences, {Cell.objects.count():,} "
        f"cells; all counted again in {took:.0f} s, {cases / took:,.0f} cases/s"
    )


def _timed(work: Callable[[], Any], times: int = LOOKS) -> float:
    """The median, in milliseconds."""
    work()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def _run(*statements: str) -> Callable[[], None]:
    from django.db import connection

    def run() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()

    return run


def _floor() -> float:
    floor, raw = _timed(_run(ROLLUP, DUE)), _timed(_run(RAW, DUE), 10)
    say(f"{'bare roll-up':26}{floor:8.1f} ms")
    say(f"{'raw GROUP BY':26}{raw:8.1f} ms   × {raw / floor:.1f} of the bare roll-up")
    return floor


def _figures(name: str, user: Any, floor: float) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from analytics.asking import asked
    from analytics.overview import overview

    now = timezone.now()
    look = asked({}, user, timezone.localdate(now))
    with CaptureQueriesContext(connection) as queries:
        overview(user, look, now)
    database = sum(float(query["time"]) for query in queries) * 1000
    took = _timed(lambda: overview(user, look, now))
    say(
        f"{'figures for ' + name:26}{took:8.1f} ms   {len(queries)} statements "
        f"(about {database:.0f} ms of it), × {took / floor:.1f} of the bare roll-up"
    )


def _upkeep(cast: Any) -> None:
    from django.db import connection

    from analytics import folding
    from tests import factories

    made = [factories.registered(cast, order_number=f"B-{n}") for n in range(STEPS)]
    with connection.cursor() as cursor:
        cursor.execute("SET track_functions = 'pl'")
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(TRIGGERS)
        before, _calls = cursor.fetchone()
    began = time.perf_counter()
    for case in made:
        factories.step(case, "accept", cast.agent)
    took = (time.perf_counter() - began) * 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(TRIGGERS)
        after, calls = cursor.fetchone()
    share = (after - before) / took
    say(
        f"{'step':26}{took / STEPS:8.1f} ms   of it {(after - before) / STEPS:.2f} ms in the "
        f"triggers of figures ({calls / STEPS:.1f} calls): {share:.1%} (at most 5 %)"
    )
    began = time.perf_counter()
    rows = 0
    while True:
        folded = folding.fold()
        rows += folded.done
        if not folded.more:
            break
    say(f"{'folding':26}{(time.perf_counter() - began) * 1000 / STEPS:8.2f} ms a case, {rows} rows")


if __name__ == "__main__":
    sys.exit(main())

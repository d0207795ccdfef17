"""The dashboard with a million cases and five million events, beside the bare floor, in one run.

    python -m benchmarks.dashboard [CASES]

Throw-away servers. Everything is taken in turn in one run, so that ratios hold on any machine:

- `floor`: a page of bare Django (`benchmarks/floor/`: session, person, two statements over a lean
  roll-up by day, team and state, one table) through the same web server as our page, asked in turn
  with it. F_dash of the design. It has no navigation, no permissions, no figure, no chart.
- `again`: our page where nothing that it shows has changed since the last look, a minute ago at
  most (a person comes back to it, or opens it in a second window).
- `first`: the same where everything is worked out and drawn anew, because the roll-up moved between
  two looks; what a look costs in a house where cases change every second.
- `filtered`: narrowed to one category, for which there is no roll-up. `raw GROUP BY`: the figures
  of the floor straight from the cases, as peers do it on every view.
- `step`: accepting a case through its action, and of it the time inside the triggers that tell
  the figures (`pg_stat_user_functions`), which is all that the upkeep costs the person who waits.
- `folding`: counting what changed again, by one worker.
- Memory that a worker has more after a hundred looks. Statements of a look, by what they are for.

What the cases are: `benchmarks/many.py`.
"""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
from django.utils import timezone

from benchmarks import processes
from quickstart import throw_away
from quickstart.terminal import say, tolerate_any_encoding

CASES = 1_000_000
LOOKS = 40
MEMORY_LOOKS = 100
STEPS = 100
OURS = "/analytics/"
FLOOR = """
DROP TABLE IF EXISTS floor_rollup;
CREATE TABLE floor_rollup AS SELECT (received_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
    team_id AS team, state, count(*) AS n FROM complaints_complaint GROUP BY 1, 2, 3;
CREATE INDEX ON floor_rollup (day, team)
"""
RAW = "SELECT team_id, state, count(*) FROM complaints_complaint GROUP BY 1, 2"
TRIGGERS = """
SELECT coalesce(sum(total_time), 0), coalesce(sum(calls), 0) FROM pg_stat_user_functions
WHERE funcname LIKE 'analytics\\_%'
"""


def main() -> int:
    """The exit code."""
    tolerate_any_encoding()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    folder = throw_away.begin("kesu-benchmark-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    from benchmarks import many

    cast = many.grown(count)
    say(f"the cases are there after {time.perf_counter() - began:.0f} s")
    count_all()
    measured(cast, folder / "log")
    return 0


def measured(cast: Any, logs: Path) -> None:
    """Everything that is told, of what is in the database."""
    from django.db import connection

    from benchmarks import rounds

    with connection.cursor() as cursor:
        cursor.execute(FLOOR)
        cursor.execute("VACUUM (ANALYZE)")
    _statements("an auditor", cast.auditor)
    _statements("a supervisor", cast.supervisor)
    with rounds.sites(logs) as (ours, floor):
        _looks(cast, ours, floor)
    _upkeep(cast)
    say(rounds.machine())


def count_all() -> None:
    """Make the figures of all cases."""
    from django.db import connection

    from analytics import rebuilding
    from analytics.models import Cell, Occurrence
    from complaints.models import Event

    began = time.perf_counter()
    cases = rebuilding.rebuild()
    took = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM analytics_touched")  # of before the triggers were made
        cursor.execute("VACUUM (ANALYZE)")
    say(
        f"{cases:,} cases, {Event.objects.count():,} events, {Occurrence.objects.count():,} "
        f"occurrences, {Cell.objects.count():,} cells; "
        f"all counted in {took:.0f} s, {cases / took:,.0f} cases/s"
    )


def _statements(name: str, user: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from analytics.asking import asked
    from analytics.overview import overview

    now = timezone.now()
    look = asked({}, user, timezone.localdate(now))
    with CaptureQueriesContext(connection) as queries:
        overview(user, look, now)
    took = _timed(lambda: overview(user, look, now))
    say(f"{'figures for ' + name:26}{took:8.1f} ms   {len(queries)} statements (at most 6)")


def _timed(work: Callable[[], Any], times: int = LOOKS) -> float:
    """The median, in milliseconds."""
    work()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def _looks(cast: Any, ours: str, floor: str) -> None:
    """Our page and the floor's over HTTP, in turn, and what the worker keeps."""
    from django.db import connection

    from analytics import folding
    from benchmarks.measure import Client, in_turn
    from tests.live import eventually, fetch, session_of

    eventually(lambda: fetch(f"{ours}/healthz")[0] == 200)
    bare = Client(floor, session_of(cast.supervisor))
    people = {
        "an auditor": Client(ours, session_of(cast.auditor)),
        "a supervisor": Client(ours, session_of(cast.supervisor)),
    }
    filtered = itertools.cycle([_narrowed(days) for days in range(60)])  # more than is kept

    def moved(client: Client, path: str) -> float:
        with connection.cursor() as cursor:  # one more case closed long ago, of the widest kind
            cursor.execute(MOVE)
        folding.next_turn()
        return client.get(path)[0]

    for name, client in people.items():
        for title, ask in (
            ("again", lambda c=client: c.get(OURS)[0]),
            ("first", lambda c=client: moved(c, OURS)),
            ("filtered", lambda c=client: c.get(next(filtered))[0]),
        ):
            pair = in_turn(ask, lambda: bare.get("/dashboard/")[0], times=LOOKS)
            say(
                f"{title + ', ' + name:26}{pair.ours:8.1f} ms   "
                f"floor {pair.floor:.1f} ms, × {pair.ratio:.2f} of the floor"
            )
    raw = _timed(_raw, 7)
    say(f"{'raw GROUP BY':26}{raw:8.1f} ms")
    before = processes.memory("config.wsgi")
    for _ in range(MEMORY_LOOKS):
        moved(people["an auditor"], OURS)
    grown = (processes.memory("config.wsgi") - before) / 2**20
    say(
        f"{MEMORY_LOOKS} more looks, each worked out anew: the worker grew by {grown:.1f} MB (≤ 20)"
    )


def _narrowed(days: int) -> str:
    """One category, thirty days up to so many days ago."""
    until = timezone.localdate() - timedelta(days=days)
    since = until - timedelta(days=29)
    return f"{OURS}?category=price&from={since}&to={until}"


# Any cell of the window, so that the sums of it are others than at the last look.
MOVE = """
UPDATE analytics_cell SET n = n + 1 WHERE kind = 'received' AND dimension = '' AND size = 1
    AND day = (now() AT TIME ZONE 'Asia/Shanghai')::date
"""


def _raw() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(RAW)
        cursor.fetchall()


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

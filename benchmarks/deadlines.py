"""What a sweep of the clocks costs, beside bare SQL on the same tables in the same run.

    python -m benchmarks.deadlines [CASES] [DUE]

Throw-away servers that write to the disk as an installation does. Bare SQL is one statement per
batch: UPDATE of the clocks taken with SKIP LOCKED and one event each. A sweep writes the clock, its
history, the story of the case, the chained record and the outbox; for a clock that falls due also
the step: another event, entry, message, and the case.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import django

from quickstart import throw_away
from quickstart.terminal import say, table, tolerate_any_encoding

CASES, DUE, FEW, TIMES = 1_000_000, 50_000, 100, 40
BARE = """
WITH due AS (SELECT id FROM complaints_deadline WHERE state = 'running' AND ladder_at <= now()
    ORDER BY ladder_at, id LIMIT 1000 FOR UPDATE SKIP LOCKED),
up AS (UPDATE complaints_deadline d SET ladder_at = NULL FROM due WHERE due.id = d.id
    RETURNING d.complaint_id),
ev AS (INSERT INTO complaints_event
        (complaint_id, at, kind, code, text, detail, visible_to_consumer)
    SELECT complaint_id, now(), 'deadline', 'warn_of_deadline', '', '{}', false FROM up RETURNING 1)
SELECT count(*) FROM ev
"""


@dataclass(frozen=True)
class Cost:
    """Seconds: on the wall, of this process, of its server process."""

    wall: float
    python: float
    postgres: float

    @property
    def processor(self) -> float:
        """What both computed; other work on the machine adds little to it."""
        return self.python + self.postgres


def main() -> int:
    """The exit code."""
    tolerate_any_encoding()
    cases, due = [*map(int, sys.argv[1:]), *(CASES, DUE)[len(sys.argv) - 1 :]]
    throw_away.begin("kesu-benchmark-", durable=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    from benchmarks import clocks
    from config.celery import settle

    call_command("migrate", verbosity=0)
    clocks.open_cases(cases)
    settle()  # as a worker does
    say(f"{cases:,} open cases")
    missed = _by_index()
    _few()
    _many(min(due, cases // 4))
    return int(missed)


def _by_index() -> bool:
    """Say how the two reading statements fetch; True when one reads more than it needs."""
    from django.db import connection
    from django.utils import timezone

    from complaints.actions import overdue, sweep

    now = timezone.now()
    asked = (
        (sweep.NEXT, [now, *sweep.BEGINNING, sweep.BATCH], "deadline_next_ladder_step"),
        (overdue.HELD, {"keys": list(range(1, 101)), "now": now}, "complaints_deadline_pkey"),
    )
    missed = False
    for statement, values, index in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}", values)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        wrong = index not in plan or "Seq Scan" in plan
        say(f"{'NOT ' if wrong else ''}read by {index}")
        missed = missed or wrong
    return missed


def _few() -> None:
    """One sweep that finds a hundred."""
    from benchmarks import clocks

    ways = (("bare SQL", clocks.warn, _bare), ("warnings", clocks.warn, _sweep))
    found = {}
    for name, prepare, work in (*ways, ("falling due", clocks.make_due, _sweep)):
        costs = []
        for _ in range(TIMES):
            prepare(FEW)
            costs.append(_cost(work))
        # The kernel counts processors in hundredths: a median of so little would be nothing.
        found[name] = Cost(
            statistics.median(cost.wall for cost in costs),
            statistics.mean(cost.python for cost in costs),
            statistics.mean(cost.postgres for cost in costs),
        )
    _show(f"{FEW} due", FEW, found)


def _many(count: int) -> None:
    """All that an outage left, by one task."""
    from benchmarks import clocks

    before, found = _resident(), {}
    for name, prepare, work in (
        ("bare SQL", clocks.warn, _bare),
        ("warnings", clocks.warn, _sweep),
        ("falling due", clocks.make_due, _sweep),
    ):
        prepared = prepare(count)
        found[name] = _cost(work)
        say(f"{name}: {prepared:,} were due, memory {_resident() - before:+.0f} MB")
    _show(f"{count:,} due", count, found)


def _bare() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        while True:
            cursor.execute(BARE)
            if not cursor.fetchone()[0]:
                return


def _sweep() -> None:
    from complaints.actions import sweep

    sweep.enforce_due(sweep.database_now())


def _cost(work: Callable[[], None]) -> Cost:
    wall, python, postgres = time.perf_counter(), time.process_time(), _server()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - python, _server() - postgres)


def _server() -> float:
    """Processor seconds of this connection's server process; 0 where /proc is not."""
    from django.db import connection

    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident() -> float:
    """Megabytes of this process."""
    pages = Path("/proc/self/statm")
    if not pages.exists():
        return 0.0
    return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _show(title: str, count: int, found: dict[str, Cost]) -> None:
    bare, rows = (
        found["bare SQL"],
        [(title, "clocks/s", "µs Python", "µs PostgreSQL", "wall", "processor")],
    )
    for name, cost in found.items():
        each = (f"{part / count * 1e6:.0f}" for part in (cost.python, cost.postgres))
        ratios = f"× {cost.wall / bare.wall:.1f}", f"× {cost.processor / bare.processor:.1f}"
        rows.append((name, f"{count / cost.wall:,.0f}", *each, *ratios))
    print(f"\n{table(rows)}\n")


if __name__ == "__main__":
    sys.exit(main())

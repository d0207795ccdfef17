"""What a sweep of the clocks costs, beside bare SQL that writes the same rows in the same run.

    python -m benchmarks.deadlines [CASES] [DUE]

Throw-away servers that write to the disk as an installation does. A warning writes five rows: the
clock, its history, the story of the case, the chained record and the outbox. A clock that falls due
writes these and escalates its case, five more: the step, the case, its story, record and outbox.
The two take turns, each several times, and the best of each counts: other work on the machine only
ever adds.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import django

from quickstart import throw_away
from quickstart.terminal import say, table, tolerate_any_encoding

CASES, DUE, FEW = 1_000_000, 50_000, 100
TIMES, TIMES_MANY = 25, 3
WHOLE_READS = """
SELECT sum(seq_scan) FROM pg_stat_user_tables
WHERE relname ~ '^(complaints_(complaint|deadline|clockevent|event|outbox|transition)|audit_entry)$'
"""


class Cost(NamedTuple):
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
    _compare(FEW, TIMES)
    _compare(min(due, cases // (4 * TIMES_MANY)), TIMES_MANY)  # each takes cases of its own
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
    return _reads_all_of_a_table() or missed


def _reads_all_of_a_table() -> bool:
    """True when a sweep of a hundred has the database read a table from end to end, in any of its
    statements, checks of foreign keys among them.
    """
    from benchmarks import clocks

    clocks.make_due(FEW)
    before = _whole_reads()
    _sweep()
    found = _whole_reads() - before
    say(f"a sweep reads a table from end to end {found} times")
    return found > 0


def _whole_reads() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(WHOLE_READS)
        return int(cursor.fetchone()[0])


def _compare(count: int, times: int) -> None:
    """So many due at once, in turns by bare SQL and by a sweep."""
    from benchmarks import bare_sweep, clocks

    rows = [(f"{count:,} due", "clocks/s", "µs Python", "µs PostgreSQL", "wall", "processor")]
    for name, prepare, bare in (
        ("warning", clocks.warn, bare_sweep.warn),
        ("falling due", clocks.make_due, bare_sweep.fall_due),
    ):
        costs: dict[str, list[Cost]] = {"bare SQL": [], name: []}
        before = _resident()
        for _ in range(times):
            for way, work in (("bare SQL", bare), (name, _sweep)):
                if prepare(count) != count:
                    raise RuntimeError("there are too few cases left; take more of them")
                costs[way].append(_cost(work))
        best = {way: Cost(*map(min, zip(*all_of, strict=True))) for way, all_of in costs.items()}
        rows += _rows(count, best)
        say(f"{name}, {times} times {count:,}: memory {_resident() - before:+.0f} MB")
    print(f"\n{table(rows)}\n")


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
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(stat.read_text().split()[0]) / 1e9 if stat.exists() else 0.0


def _resident() -> float:
    """Megabytes of this process."""
    pages = Path("/proc/self/statm")
    if not pages.exists():
        return 0.0
    return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _rows(count: int, found: dict[str, Cost]) -> Iterator[tuple[str, ...]]:
    bare = found["bare SQL"]
    for name, cost in found.items():
        each = (f"{part / count * 1e6:.0f}" for part in (cost.python, cost.postgres))
        ratios = f"× {cost.wall / bare.wall:.1f}", f"× {cost.processor / bare.processor:.1f}"
        yield name, f"{count / cost.wall:,.0f}", *each, *ratios


if __name__ == "__main__":
    sys.exit(main())

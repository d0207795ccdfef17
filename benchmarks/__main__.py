"""`./run benchmark`: the legal engine with every mutant of its rules; the sweep of the clocks
beside bare SQL; then throw-away servers, a thousand cases, fifty thousand, and a table.

`./run benchmark 10k`, `100k` or `1m`: the goals of the working day at that size (`goals.py`).
"""

import os
import subprocess
import sys
from pathlib import Path

import django

from benchmarks import legal
from quickstart import throw_away
from quickstart.terminal import say, tolerate_any_encoding

SIZES = (1_000, 50_000)
WORKERS = "2"  # of each web server, where goals are taken


def main() -> int:
    """The exit code. A goal that is missed is said in the table and is no error."""
    tolerate_any_encoding()
    size = sys.argv[1].lower() if len(sys.argv) > 1 else ""
    if size not in ("", "10k", "100k", "1m"):
        say(f"{sys.argv[1]}? 10k, 100k, 1m")
        return 2
    missed = 0 if size else _alone()
    folder = throw_away.begin("kesu-benchmark-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    (_goals if size else _growth)(folder / "log", size)
    return missed


def _alone() -> int:
    """What brings servers of its own. The full size of the sweep: docs/benchmarks.md."""
    missed = legal.main()
    sweep = [sys.executable, "-m", "benchmarks.deadlines", "50000", "10000"]
    return subprocess.run(sweep, check=False).returncode or missed


def _growth(logs: Path, _size: str) -> None:
    from benchmarks import rounds, world

    people = world.originals()
    with rounds.sites(logs) as (ours, floor):
        results = []
        for size in SIZES:
            present = world.grow_to(size)
            say(f"{present:,} cases …")
            results.append(rounds.Round(people, ours, floor).run())
    rounds.show(SIZES, *results)


def _goals(logs: Path, size: str) -> None:
    from benchmarks import goals, rounds, world

    people = world.originals()
    with rounds.sites(logs, WORKERS) as (ours, floor):
        goals.show(goals.SIZES[size], goals.run(people, ours, floor, goals.SIZES[size]))
    say(rounds.machine())


if __name__ == "__main__":
    sys.exit(main())

"""`./run benchmark`: the legal engine with every mutant of its rules; the sweep of the
clocks beside bare SQL; then throw-away servers, a
thousand cases, fifty thousand, and a table.
"""

import os
import subprocess
import sys

import django

from benchmarks import legal
from quickstart import throw_away
from quickstart.terminal import say, tolerate_any_encoding

SIZES = (1_000, 50_000)


def main() -> int:
    """The exit code."""
    tolerate_any_encoding()
    missed = legal.main()
    # Servers of its own, which write to the disk; the full size: docs/benchmarks.md.
    sweep = [sys.executable, "-m", "benchmarks.deadlines", "50000", "10000"]
    missed = subprocess.run(sweep, check=False).returncode or missed
    folder = throw_away.begin("kesu-benchmark-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    from benchmarks import rounds, world

    call_command("migrate", verbosity=0)
    people = world.originals()
    with rounds.sites(folder / "log") as (ours, floor):
        results = []
        for size in SIZES:
            present = world.grow_to(size)
            say(f"{present:,} cases …")
            results.append(rounds.Round(people, ours, floor).run())
    rounds.show(SIZES, *results)
    return missed


if __name__ == "__main__":
    sys.exit(main())

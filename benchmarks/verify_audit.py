"""How long verifying the whole record takes, and whether its memory stays flat.

    python -m benchmarks.verify_audit [ROWS]

Throw-away servers that write to the disk. Chains of ten entries each, sealed as they come.
"""

from __future__ import annotations

import os
import resource
import sys
import time

import django

from quickstart import throw_away
from quickstart.terminal import say, table, tolerate_any_encoding

ROWS, LIMIT, GROWTH = 1_000_000, 60.0, 64  # seconds; MB
EACH, AT_ONCE = 10, 10_000


def main() -> int:
    """The exit code: 1 when it took longer than a minute, or more memory for more rows."""
    tolerate_any_encoding()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    throw_away.begin("kesu-benchmark-", durable=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    tenth, memory = _measured(count // 10)
    whole, later = _measured(count)
    rows = [
        ("rows", "seconds", "rows/s", "memory (MB)"),
        (f"{count // 10:,}", f"{tenth:.1f}", f"{count / 10 / tenth:,.0f}", str(memory)),
        (f"{count:,}", f"{whole:.1f}", f"{count / whole:,.0f}", str(later)),
    ]
    print("\n" + table(rows) + "\n")
    return int(whole > LIMIT or later - memory > GROWTH)


def _measured(count: int) -> tuple[float, int]:
    """Seconds of verifying so many rows, and the most memory that this process ever had."""
    from django.db import connection
    from django.utils import timezone

    from audit.models import Entry
    from audit.verify import verify

    _write(count - Entry.objects.count())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    began = time.perf_counter()
    report = verify(timezone.now())
    seconds = time.perf_counter() - began
    if not report.is_whole or report.rows != {"entry": count}:
        raise AssertionError(report.as_json())
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _write(count: int) -> None:
    from django.db import transaction
    from django.utils import timezone

    from audit.models import Entry, Tail
    from audit.record import Act, record_many
    from audit.seal import seal

    first, began = Tail.objects.count(), time.perf_counter()
    for start in range(0, count, AT_ONCE):
        subjects = range(first + start // EACH, first + (start + AT_ONCE) // EACH)
        detail = {"from": "investigating", "to": "resolving", "version": 4}
        acts = [
            Act("step.resolve", f"complaint:TS26-{subject:06}", detail)
            for _ in range(EACH)
            for subject in subjects
        ]
        with transaction.atomic():
            record_many(acts, None, timezone.now())
        seal(timezone.now())
    say(f"{Entry.objects.count():,} rows ({time.perf_counter() - began:.0f} s to write and seal)")


if __name__ == "__main__":
    sys.exit(main())

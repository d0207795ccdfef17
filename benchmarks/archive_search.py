"""Full-text search over many files: a rare word, a common one, both, a single character.

    python -m benchmarks.archive_search [CASES]

Throw-away servers that write to the disk as an installation does. One case in eight wants a refund
(退款); twenty have the rare word, whatever their number. Each search is the page of an auditor, who
sees every case, with its facets and passages.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from statistics import median

import django

from quickstart import throw_away
from quickstart.terminal import say, table, tolerate_any_encoding

CASES, TIMES, BOUND = 100_000, 5, 1.0
QUERIES = ("蟑螂", "退款", "退款 推脱", "蟑螂 退款", "推销 异物", "款", "没有这个词", "TS26-000001")
PLANT = """
UPDATE complaints_passage SET text = '蟑螂' || text, plain = '蟑螂' || plain,
    words = words || '''蟑螂'':1'::tsvector
WHERE id IN (SELECT id FROM complaints_passage WHERE part = 'narrative' ORDER BY id DESC LIMIT 20)
"""


def main() -> int:
    """The exit code: 1 when a search takes longer than its bound."""
    tolerate_any_encoding()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    throw_away.begin("kesu-benchmark-", durable=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    say(f"{fill(count):,} cases")
    rows, slowest = [("", "cases", "seconds")], 0.0
    for query, found, took in searches():
        rows.append((query, found, f"{took:.3f}"))
        slowest = max(slowest, took)
    print(f"\n{table(rows)}\n")
    say(f"{'NOT ' if slowest > BOUND else ''}within {BOUND:.0f} second")
    return int(slowest > BOUND)


def fill(count: int) -> int:
    """So many cases with their passages."""
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone

    from benchmarks import world
    from complaints.finding import waiting

    world.originals()
    while waiting.read_waiting(timezone.now() + timedelta(minutes=1)):
        pass
    made = world.grow_to(count)
    with connection.cursor() as cursor:
        cursor.execute(PLANT)
        cursor.execute("VACUUM (ANALYZE) complaints_passage")
    return made


def searches() -> Iterator[tuple[str, str, float]]:
    """(words, how many cases, seconds in the middle of some)."""
    from accounts.models import User
    from benchmarks.measure import seconds
    from complaints.finding import listing
    from complaints.finding.terms import asked
    from complaints.models.person_search import Door

    auditor = User.objects.get(username="auditor")
    for query in QUERIES:
        words, chosen = asked(query), {"stage": "any"}
        page = listing.page(auditor, words, chosen, door=Door.FULL_TEXT)
        took = [
            seconds(lambda w=words, c=chosen: listing.page(auditor, w, c, door=Door.FULL_TEXT))
            for _ in range(TIMES)
        ]
        yield query, f"{page.total:,}{'+' if page.found.capped else ''}", median(took)


if __name__ == "__main__":
    sys.exit(main())

"""What a batch of letters costs, beside typst alone that sets the same pages in the same run.

    python -m benchmarks.letters [LETTERS] [KIND]

Throw-away servers that write to the disk as an installation does. One process works the batch off
as a Celery worker does, twenty in a transaction: reads the cases with their clocks, fills the
template in, sets the page as PDF/A and stores it. Bare is typst alone: all was read before.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import django

from benchmarks.measure import seconds
from quickstart import throw_away
from quickstart.terminal import say, table, tolerate_any_encoding

LETTERS, LIMIT = 500, 60.0
EACH, LARGEST = 1.5, 400_000


def main() -> int:
    """The exit code: 1 when it took longer than a minute or a page is too large."""
    tolerate_any_encoding()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LETTERS
    kind = sys.argv[2] if len(sys.argv) > 2 else "acceptance"
    throw_away.begin("kesu-benchmark-", durable=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from complaints.actions import letter_batches
    from complaints.models import LetterBatch, LetterRow
    from tests.cast import assemble

    call_command("migrate", verbosity=0)
    people = assemble()
    numbers = _cases(people, count)
    batch = letter_batches.start({"kind": kind, "numbers": "\n".join(numbers)}, by=people.agent)
    with CaptureQueriesContext(connection) as asked:
        letter_batches.work(batch.pk)  # the first part warms up
    made = LetterRow.objects.exclude(pdf=b"").count()
    say(f"{made} letters in {len(asked)} statements")
    ours = seconds(lambda: _finish(batch.pk))
    batch.refresh_from_db()
    sizes = [len(bytes(pdf)) for pdf in LetterRow.objects.values_list("pdf", flat=True)]
    if batch.state != LetterBatch.State.DONE or not all(sizes) or len(sizes) != count:
        raise RuntimeError("not every letter was written")
    written = [_letter(row) for row in LetterRow.objects.order_by("pk")[letter_batches.PART :]]
    bare = seconds(lambda: _bare(written))
    _show(len(written), ours, bare, max(sizes))
    return int(ours > LIMIT or ours / len(written) > EACH or max(sizes) > LARGEST)


def _cases(people: Any, count: int) -> list[str]:
    """Numbers of so many cases, each with the clocks of a real one."""
    from complaints.models import Complaint, Deadline
    from tests.crowd import crowd

    keys = crowd(people, count, [{}])
    of_model = list(Deadline.objects.order_by("pk"))
    for clock in of_model:
        copies = []
        for key in keys:
            clock.pk, clock.complaint_id = None, key
            values = {f.attname: getattr(clock, f.attname) for f in Deadline._meta.concrete_fields}
            copies.append(Deadline(**values))
        Deadline.objects.bulk_create(copies, batch_size=1_000)
    cases = Complaint.objects.filter(pk__in=keys).order_by("pk")
    return list(cases.values_list("number", flat=True))


def _finish(batch: int) -> None:
    from complaints.actions import letter_batches

    while letter_batches.work(batch):
        pass


def _letter(row: Any) -> Any:
    """The same letter once more, filled in and with its head: what typst is given."""
    from django.conf import settings
    from django.utils import timezone

    from complaints import letter_occasions, letter_writing
    from letters.pdf import Head

    values = letter_occasions.values_of(row.batch.kind, row.complaint)
    letter = letter_writing.written(row.batch.kind, values).letter
    return letter, Head(settings.ENTERPRISE_NAME, row.complaint.number, timezone.localdate())


def _bare(written: list[Any]) -> None:
    from letters import pdf

    for letter, head in written:
        pdf.a4(letter, head)


def _show(count: int, ours: float, bare: float, largest: int) -> None:
    rows = [("", "seconds", "each", "ratio")]
    for name, took in (("batch", ours), ("typst alone", bare)):
        rows.append((name, f"{took:.1f}", f"{took / count * 1000:.0f} ms", f"× {took / bare:.2f}"))
    print("\n" + table(rows) + f"\n\nlargest page {largest / 1024:,.0f} KB\n")


if __name__ == "__main__":
    sys.exit(main())

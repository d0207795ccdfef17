"""What a list of payments costs, beside COPY and bare SQL that write the same rows in the same run.

    python -m benchmarks.payments [ROWS]

Throw-away servers that write to the disk as an installation does. Each row pays a promise of a case
of its own wholly: payment, promise, case, clock and its event, story, chained record, letter in the
outbox, and the row of the list with its result.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable
from decimal import Decimal

import django

from quickstart import throw_away
from quickstart.terminal import say, table, tolerate_any_encoding

ROWS, LIMIT = 10_000, 60.0
# Tables of which bare SQL writes again what the list wrote.
WRITTEN = ("payment", "paymentrow", "event", "clockevent", "outbox")
# What the list changes in rows that are there.
CHANGES = (
    "UPDATE complaints_commitment SET paid = amount, proof = 'P' WHERE id = ANY(%s)",
    "UPDATE complaints_complaint SET version = version + 1, updated_at = now() WHERE id = ANY(%s)",
    "UPDATE complaints_deadline SET met_at = now() WHERE complaint_id = ANY(%s)",
)


def main() -> int:
    """The exit code: 1 when it took longer than a minute."""
    tolerate_any_encoding()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    throw_away.begin("kesu-benchmark-", durable=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from complaints import tasks
    from complaints.actions import payment_file
    from complaints.models import Payment, PaymentFile
    from tests.cast import assemble
    from tests.crowd import owing
    from tests.importing.files import as_csv

    call_command("migrate", verbosity=0)
    people = assemble()
    today = timezone.localdate().isoformat()
    numbers = owing(people, count, Decimal("100.00"))
    rows = [[n, "100.00", today, f"B-{i}"] for i, n in enumerate(numbers)]
    data = as_csv(rows, ("案件编号", "付款金额", "付款日期", "流水号"))
    say(f"{count:,} rows, {len(data) / 1024:,.0f} KB")
    made: list[PaymentFile] = []
    looked = _seconds(
        lambda: made.append(payment_file.upload([data], "list.csv", by=people.supervisor))
    )
    say(f"looked at in {looked:.1f} s")
    PaymentFile.objects.filter(pk=made[0].pk).update(state="running")
    paid = _seconds(lambda: tasks.run_payments(made[0].pk))
    say(f"paid in {paid:.1f} s")
    if Payment.objects.count() != count:
        raise RuntimeError("not every row was paid")
    bare = _seconds(lambda: _bare(count))
    print(
        "\n"
        + table(
            [
                ("", "seconds", "rows/s", "ratio"),
                ("upload and look", f"{looked:.1f}", f"{count / looked:,.0f}", ""),
                ("pay", f"{paid:.1f}", f"{count / paid:,.0f}", f"× {paid / bare:.1f}"),
                ("COPY and bare SQL", f"{bare:.1f}", f"{count / bare:,.0f}", "× 1.0"),
            ]
        )
        + "\n"
    )
    return int(looked + paid > LIMIT)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _bare(count: int) -> None:
    """The newest rows of each table copied into a table like it, the changes made once more."""
    from django.db import connection, transaction

    from complaints.models import Payment

    tables = [f"complaints_{name}" for name in WRITTEN] + ["audit_entry"]
    rows = {name: _newest(name, count) for name in tables}
    cases = list(Payment.objects.values_list("commitment__complaint", flat=True))
    promises = list(Payment.objects.values_list("commitment", flat=True))
    with transaction.atomic(), connection.cursor() as cursor:
        for name, found in rows.items():
            like = f"bare_{name}"
            cursor.execute(f"CREATE TABLE {like} (LIKE {name} INCLUDING ALL)")
            cursor.copy_expert(f"COPY {like} FROM STDIN", io.BytesIO(found))
        for change, keys in zip(CHANGES, (promises, cases, cases), strict=True):
            cursor.execute(change, [keys])


def _newest(name: str, count: int) -> bytes:
    """Rows in the form of COPY."""
    from django.db import connection

    out = io.BytesIO()
    with connection.cursor() as cursor:
        asked = f"(SELECT * FROM {name} ORDER BY id DESC LIMIT {count})"  # noqa: S608
        cursor.copy_expert(f"COPY {asked} TO STDOUT", out)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())

"""A worker killed while it counts: what it did not finish is counted once, by the next."""

from __future__ import annotations

from django.db import connection, transaction

from analytics import rebuilding
from analytics.models import Cell, Occurrence, Touched
from tests import factories as f
from tests.cast import Cast
from tests.live import eventually
from tests.outages.conftest import Installation
from tests.outages.test_servers import WAITS


def count(installation: Installation) -> None:
    """What beat asks for, once."""
    installation.call("analytics.tasks.fold_changes")


def test_a_worker_killed_while_it_counts_loses_nothing_and_counts_nothing_twice(
    installation: Installation, people: Cast
) -> None:
    for n in range(3):
        f.investigating(people, order_number=f"SO-{n}")
    waits = sorted(Touched.objects.values_list("pk", flat=True))
    with installation.worker() as worker:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE analytics_cell IN SHARE MODE")  # its last write waits
            count(installation)
            eventually(lambda: cursor.execute(WAITS) or cursor.fetchone()[0])
            worker.kill()
        eventually(lambda: not _at_work())
    assert sorted(Touched.objects.values_list("pk", flat=True)) == waits
    assert (Cell.objects.count(), Occurrence.objects.count()) == (0, 0)
    with installation.worker():
        count(installation)
        eventually(lambda: not Touched.objects.exists())
    assert Occurrence.objects.filter(kind="received").count() == 3
    assert rebuilding.different() == 0


def _at_work() -> int:
    """Connections of the site that are in the middle of something."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        return int(cursor.fetchone()[0])

"""What the benchmark measures a sweep against writes as much as the sweep does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from audit.models import Entry
from benchmarks import bare_sweep, clocks
from complaints.actions import sweep
from complaints.models import ClockEvent, Complaint, Deadline, Event, Outbox, Transition
from tests import factories as f
from tests.cast import Cast

WRITTEN = (ClockEvent, Event, Outbox, Entry, Transition)


def written(prepare: Callable[[int], int], work: Callable[[], object]) -> list[int]:
    """New rows of each table, and how many clocks and cases are other than before."""
    assert prepare(2) == 2
    before = [model.objects.count() for model in WRITTEN]
    waiting = Deadline.objects.filter(ladder_at__lte=timezone.now())
    clock_keys = list(waiting.values_list("pk", flat=True))
    versions = dict(Complaint.objects.values_list("pk", "version"))
    work()
    climbed = Deadline.objects.filter(pk__in=clock_keys).exclude(ladder_at__lte=timezone.now())
    moved = [c for c in Complaint.objects.all() if c.version != versions[c.pk]]
    after = [model.objects.count() for model in WRITTEN]
    return [*(n - m for n, m in zip(after, before, strict=True)), climbed.count(), len(moved)]


@pytest.mark.parametrize(
    ("prepare", "bare", "rows"),
    [
        (clocks.warn, bare_sweep.warn, [2, 2, 2, 2, 0, 2, 0]),
        (clocks.make_due, bare_sweep.fall_due, [2, 4, 4, 4, 2, 2, 2]),
    ],
)
def test_bare_sql_writes_as_many_rows_as_a_sweep(
    cast: Cast, prepare: Callable[[int], int], bare: Callable[[], None], rows: list[int]
) -> None:
    for n in range(4):
        f.registered(cast, order_number=f"SO-{n}")
    assert written(prepare, bare) == rows
    assert written(prepare, lambda: sweep.enforce_due(sweep.database_now())) == rows

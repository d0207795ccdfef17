"""The same bytes come in and are destroyed elsewhere in the same second: the file is there for each
row that names it. Each side is a connection of its own, as on two machines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from complaints.actions import evidence
from complaints.actions.receiving import let_go
from complaints.errors import StaleVersion
from complaints.models import Complaint
from evidence import holding
from evidence.models import Item
from evidence.receive import FileRefused, add_item, take
from evidence.store import store
from tests import factories as f
from tests.cast import Cast, assemble
from tests.live import eventually

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = "同一份录音".encode()
RIGHT = hashlib.sha256(CONTENT).hexdigest()
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
def people(tmp_path: Path, settings: Any) -> Cast:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return assemble()


def adding(cast: Cast, case: Complaint) -> Item:
    return evidence.add(case.number, [CONTENT], "a.txt", {"title": "录音"}, by=cast.agent)


def apart(work: Callable[[], Any]) -> Any:
    """On a connection of its own."""
    try:
        return work()
    finally:
        connection.close()


def waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def test_whoever_destroys_waits_for_a_receipt_and_then_leaves_the_file(people: Cast) -> None:
    case = f.investigating(people)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            adding(people, case)
            done = pool.submit(apart, lambda: let_go(RIGHT))
            eventually(waits)
        done.result()
    assert store().digest(Item.objects.get().sha256) == RIGHT


def test_a_receipt_waits_for_whoever_destroys_and_then_brings_the_file_again(people: Cast) -> None:
    case = f.investigating(people)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            holding.goes(RIGHT)
            done = pool.submit(apart, lambda: adding(people, case))
            eventually(waits)
            store().discard(RIGHT)
        done.result()
    assert store().digest(Item.objects.get().sha256) == RIGHT
    assert [p.name for p in Path(store().folder).rglob("incoming-*")] == []


def test_many_at_once_leave_no_row_without_its_file(people: Cast) -> None:
    cases = [f.investigating(people) for _ in range(3)]
    with ThreadPoolExecutor(6) as pool:
        work = [pool.submit(apart, lambda c=c: adding(people, c)) for c in cases * 5]
        work += [pool.submit(apart, lambda: let_go(RIGHT)) for _ in range(30)]
        for each in work:
            each.result()
    assert Item.objects.count() == 15
    assert store().digest(RIGHT) == RIGHT


def test_a_file_that_nobody_can_bring_again_is_refused_and_gets_no_row(people: Cast) -> None:
    case, stored = f.investigating(people), take([CONTENT], "a.txt")
    store().discard(RIGHT)
    with pytest.raises(FileRefused, match="再上传一次") as refused, transaction.atomic():
        add_item(case.folder, stored, name="a.txt", by=people.agent, now=case.received_at)
    assert (refused.value.status, Item.objects.count()) == (503, 0)


def test_a_file_whose_case_refuses_it_goes_again_unless_somebody_has_the_same(people: Cast) -> None:
    case, other = f.investigating(people), f.investigating(people)

    def refused() -> bool:
        with pytest.raises(StaleVersion):
            evidence.add(case.number, [CONTENT], "a.txt", {}, by=people.agent, version=0)
        return store().exists(RIGHT)

    assert not refused()
    adding(people, other)
    assert refused()


def test_a_lock_that_would_end_at_once_is_none() -> None:
    for lock in (holding.stays, holding.goes):
        with pytest.raises(RuntimeError, match="at once"):
            lock(RIGHT)

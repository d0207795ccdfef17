"""Two connections, one in the middle of its act while the other begins: every race in the order in
which it hurts, and not only when two threads happen to meet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction

from complaints.errors import CaseError

LONGEST = 20.0  # seconds; then something hangs


def meanwhile(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """`first` has acted and not committed when `second` begins; it commits as soon as `second`
    waits for it, or is done without waiting. Answers what came of each: its result or refusal.
    """
    results: list[Any] = [None, None]
    pids: list[int] = []
    acted, commit = threading.Event(), threading.Event()

    def one() -> None:
        try:
            with transaction.atomic():
                try:
                    results[0] = first()
                finally:
                    acted.set()
                commit.wait(LONGEST)
        except (CaseError, ObjectDoesNotExist) as refusal:
            results[0] = refusal
        finally:
            connection.close()

    def two() -> None:
        try:
            connection.ensure_connection()
            pids.append(connection.connection.info.backend_pid)
            results[1] = second()
        except (CaseError, ObjectDoesNotExist) as refusal:
            results[1] = refusal
        finally:
            connection.close()

    before, after = threading.Thread(target=one), threading.Thread(target=two)
    before.start()
    assert acted.wait(LONGEST)
    after.start()
    while after.is_alive() and not (pids and _waits(pids[0])):
        after.join(0.02)
    commit.set()
    for thread in (before, after):
        thread.join(LONGEST)
        assert not thread.is_alive()
    return results[0], results[1]


def _waits(pid: int) -> bool:
    """Whether the connection waits for a lock of another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])

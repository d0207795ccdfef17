"""Who needs a stored file and who destroys it wait for each other, file by file, whatever machine
they are on: by a lock of the database on the hash, until the transaction ends.

A receipt says `stays` before its row is written, and the file is there when it has the lock; a
destruction says `goes`, and then sees every row that needs the file.
"""

from __future__ import annotations

from django.db import connection

_STAYS = "SELECT pg_advisory_xact_lock_shared(hashtext('evidence'), hashtext(%s))"
_GOES = "SELECT pg_advisory_xact_lock(hashtext('evidence'), hashtext(%s))"


def stays(sha256: str) -> None:
    """Nobody destroys the file before the caller's transaction ends."""
    _wait(_STAYS, sha256)


def goes(sha256: str) -> None:
    """Nobody begins to need the file before the caller's transaction ends; who began is seen."""
    _wait(_GOES, sha256)


def _wait(lock: str, sha256: str) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("the lock would end at once")
    with connection.cursor() as cursor:
        cursor.execute(lock, [sha256])

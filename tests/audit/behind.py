"""Somebody with the database in hand, past every trigger; and what that leaves to be found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from psycopg2.errors import InsufficientPrivilege

from audit.canonical import entry_of
from audit.models import Entry
from audit.record import record
from audit.seal import seal
from audit.verify import Anchored, verify


@contextmanager
def superuser() -> Iterator[None]:
    """No trigger and no constraint holds."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = origin")


def run(*statements: str) -> None:
    """Statements of a superuser."""
    with superuser(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def written(subjects: str = "AB", each: int = 4) -> None:
    """Chains of so many entries, sealed in two blocks."""
    for n in range(each):
        for subject in subjects:
            record("x", f"complaint:{subject}", None, timezone.now(), {"n": n})
        if n == 1:
            seal(timezone.now())
    seal(timezone.now())


def rebuild() -> None:
    """Change the second entry of A, and make everything that follows from it anew."""
    previous = ""
    with superuser(), connection.cursor() as cursor:
        for row in Entry.objects.filter(subject="complaint:A").order_by("sequence").values():
            detail = {"n": 99} if row["sequence"] == 2 else row["detail"]
            row |= {"detail": detail, "previous_hash": previous}
            previous = row["hash"] = sha256(entry_of(row).encode()).hexdigest()
            Entry.objects.filter(pk=row.pop("id")).update(**row)
        cursor.execute("UPDATE audit_tail SET hash = %s WHERE subject = 'complaint:A'", [previous])
        cursor.execute("DELETE FROM audit_block")
        cursor.execute(
            "INSERT INTO audit_pending (kind, row_id, since) SELECT 'entry', id, now() "
            "FROM audit_entry ORDER BY id"
        )
    seal(timezone.now())


def found(*anchors: Anchored) -> dict[str, str]:
    """ "what kind" → the first place and how many, of what verifying finds now."""
    report = verify(timezone.now(), anchors=anchors)
    return {
        f"{what} {place.kind}": f"{place.subject or place.row or place.block}"
        + (f" #{place.sequence}" if place.sequence else "")
        + f" x{count}"
        for what, place, count in report.faults()
    }


def refused(application: Any, statement: str) -> None:
    """The database itself says no."""
    with application.cursor() as cursor, pytest.raises(InsufficientPrivilege):
        cursor.execute(statement)

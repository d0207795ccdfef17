"""What the application's role could try in its own session to get past the guards of the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.db import IntegrityError, connection
from django.utils import timezone
from psycopg2.errors import IntegrityConstraintViolation, RaiseException

from audit import anchors, grants
from audit.models import Block, Pending, Tail
from audit.record import record
from audit.seal import seal
from complaints.models import Complaint, LegalHold
from tests import factories as f
from tests.audit.behind import found, refused, written
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
ASLEEP = "SET pgtrigger.ignore = '{{{}}}'"


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """What Django does inside, this role does."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {name}")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def every_trigger() -> str:
    """The names of all of them, as `pgtrigger.ignore` takes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(DISTINCT tgname, ',') FROM pg_trigger WHERE NOT tgisinternal"
        )
        return str(cursor.fetchone()[0])


def test_the_application_records_and_seals_and_lays_down_anchors(role: str) -> None:
    grants.give(role)
    with acting_as(role):
        written()
        yesterday = timezone.now() - timedelta(days=2)
        record("x", "complaint:A", None, timezone.now())
        assert seal(yesterday) == 1
        assert anchors.plan(timezone.now()) == 1
        assert anchors.lay_down(timezone.now()) == 1
        assert seal(timezone.now()) == 1
        assert found() == {}


def test_nobody_but_the_triggers_writes_where_chains_end_and_what_waits(
    application: Any,
) -> None:
    for table, column in (("audit_tail", "hash"), ("audit_pending", "kind")):
        for statement in ("UPDATE {} SET {} = ''", "DELETE FROM {}", "TRUNCATE {}"):
            refused(application, statement.format(table, column))
    refused(application, "INSERT INTO audit_tail VALUES ('complaint:A', 1, '')")
    refused(
        application, "INSERT INTO audit_pending (kind, row_id, since) VALUES ('event', 1, now())"
    )


def test_no_trigger_sleeps_for_the_application(application: Any, cast: Cast) -> None:
    """Not those with a condition either, on tables that it may change."""
    f.registered(cast)
    LegalHold.objects.create(
        matter="甲", reason="乙", placed_by=cast.counsel, placed_at=timezone.now()
    )
    Complaint.objects.update(legal_hold=True)
    with application.cursor() as cursor:
        cursor.execute(ASLEEP.format(every_trigger()))
        for statement in (
            "UPDATE complaints_legalhold SET reason = 'x'",
            "UPDATE complaints_complaint SET narrative = 'x'",
        ):
            with pytest.raises((RaiseException, psycopg2.IntegrityError)):
                cursor.execute(statement)
        cursor.execute(
            "INSERT INTO audit_reading (at, actor, actor_name, page, about, subjects, fields, "
            "request_id) VALUES (now(), 'x', 'x', 'x', '', '{}', '{}', '')"
        )
    assert Pending.objects.filter(kind="reading").count() == 1


def test_tables_of_a_session_do_not_stand_in_for_those_of_the_record(
    application: Any,
) -> None:
    with application.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE audit_tail (LIKE public.audit_tail)")
        cursor.execute("CREATE TEMP TABLE audit_pending (LIKE public.audit_pending)")
        cursor.execute("SET search_path = pg_temp, public")
        cursor.execute(
            "INSERT INTO audit_entry (at, actor, actor_name, verb, subject, sequence, detail, "
            "previous_hash, hash) VALUES (now(), 'x', '', 'x', 's', 1, '{}', '', 'h')"
        )
    assert Tail.objects.get().subject == "s"
    assert Pending.objects.count() == 1


@pytest.mark.parametrize("name", ["entry_is_sealed", "audit_chain_goes_on", "block_goes_on"])
def test_functions_of_the_owner_cannot_be_hung_on_another_table(
    application: Any,
    name: str,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE %s", [f"pgtrigger_{name}_%"])
        (function,) = cursor.fetchone()
    with application.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE mine (LIKE public.audit_entry)")
    refused(
        application,
        f"CREATE TRIGGER t BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION {function}()",
    )


def _another_number(block: Block) -> None:
    block.number += 1


def _another_past(block: Block) -> None:
    block.previous_hash = "0" * 64


def _another_leaf(block: Block) -> None:
    block.leaves = b"\1" + bytes(block.leaves)[1:]


def _what_does_not_wait(block: Block) -> None:
    block.members = {"entry": [n + 1000 for n in block.members["entry"]]}


def _the_same_twice(block: Block) -> None:
    block.members = {"entry": [block.members["entry"][0]] * len(block.members["entry"])}


def _another_time(block: Block) -> None:
    block.sealed_at += timedelta(microseconds=1)


@pytest.mark.parametrize(
    "change",
    [
        _another_number,
        _another_past,
        _another_leaf,
        _another_time,
        _what_does_not_wait,
        _the_same_twice,
    ],
)
def test_a_block_that_does_not_go_on_or_names_what_does_not_wait_is_refused(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Block], None]
) -> None:
    written("A", 3)
    record("x", "complaint:A", None, timezone.now())
    record("x", "complaint:A", None, timezone.now())
    save = Block.save

    def changed(self: Block, *args: Any, **options: Any) -> None:
        change(self)
        save(self, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Block, "save", changed)
        with pytest.raises(IntegrityError):
            seal(timezone.now())
    assert Pending.objects.count() == 2
    assert seal(timezone.now()) == 1
    assert found() == {}


def test_an_anchor_of_a_block_that_is_not_there_is_refused(application: Any) -> None:
    written("A", 1)
    with application.cursor() as cursor, pytest.raises(IntegrityConstraintViolation):
        cursor.execute(
            'INSERT INTO audit_anchor (block, hash, day, how, at, "where") '
            "VALUES (1, repeat('0', 64), now(), 'file', now(), 'x')"
        )


@pytest.mark.parametrize(
    ("helped", "said"),
    [
        ("GRANT CREATE ON SCHEMA public TO {role}", "may make tables and functions"),
        ("ALTER ROLE {role} REPLICATION", "may replicate"),
        ("GRANT SET ON PARAMETER session_replication_role TO {role}", "every trigger to sleep"),
        ("GRANT pg_write_all_data TO {role}", "belongs to pg_write_all_data"),
        ("GRANT INSERT ON audit_tail TO {role}", "may change or delete rows of audit_tail"),
    ],
)
def test_what_else_would_help_the_role_is_named(role: str, helped: str, said: str) -> None:
    grants.give(role)
    assert grants.too_much(role) == []
    with connection.cursor() as cursor:
        cursor.execute(helped.format(role=role))
        try:
            assert said in " ".join(grants.too_much(role))
        finally:
            cursor.execute(f"REVOKE ALL ON SCHEMA public FROM {role}")
            cursor.execute(f"REVOKE ALL ON PARAMETER session_replication_role FROM {role}")

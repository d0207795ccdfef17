"""Of every kind of sealed rows: whatever is done to one of them past the triggers is found and
named, in each of its columns.
"""
# ruff: noqa: S608 nothing here comes from outside

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from audit import words
from audit.faults import Place, Report, What
from audit.kinds import Kind, all_kinds
from audit.models import Entry
from audit.record import record
from audit.seal import seal
from audit.verify import verify
from tests.audit.behind import run, superuser

WAIT = "INSERT INTO audit_pending (kind, row_id, since) SELECT %s, unnest(%s), now()"

ROWS = 24  # of each kind: more than any has columns


def filled(field: Any, n: int) -> Any:
    """A value for the column that no other row has, and that is not its default."""
    kind = field.get_internal_type()
    if kind in ("ForeignKey", "OneToOneField") or "Integer" in kind or kind == "BigAutoField":
        return 1000 + n
    if kind in ("CharField", "TextField"):
        return field.choices[0][0] if field.choices else f"x{n}"[: field.max_length or 9]
    made = {
        "JSONField": {"n": n},
        "BooleanField": True,
        "DateTimeField": timezone.now() - timedelta(days=n),
        "DateField": timezone.localdate() - timedelta(days=n),
        "DecimalField": n + 1,
        "BinaryField": bytes([n]),
        "ArrayField": [f"x{n}"],
        "UUIDField": f"00000000-0000-4000-8000-{n:012d}",
    }
    return made[kind]


def other(field: Any) -> str:
    """SQL for another value of the column than the one in the row."""
    kind, column = field.get_internal_type(), f'"{field.column}"'
    if (
        kind == "ForeignKey"
        or kind == "OneToOneField"
        or "Integer" in kind
        or kind == "DecimalField"
    ):
        return f"{column} + 500"
    if kind in ("CharField", "TextField"):
        return f"substr('y' || {column}, 1, {field.max_length or 99})"
    return {
        "JSONField": f"{column} || '{{\"more\": 1}}'",
        "BooleanField": f"NOT {column}",
        "DateTimeField": f"{column} + interval '1 microsecond'",
        "DateField": f"{column} + 1000",
        "BinaryField": f"{column} || '\\x00'::bytea",
        "ArrayField": f"{column} || '{{y}}'",
        "UUIDField": "gen_random_uuid()",
    }[kind]


def columns(kind: Kind) -> list[Any]:
    return [field for field in kind.model._meta.concrete_fields if not field.primary_key]


@pytest.fixture
def world(db: None) -> dict[str, list[int]]:
    """Rows of every kind that nobody could have made, sealed; kind → their ids."""
    made: dict[str, list[int]] = {}
    for n in range(ROWS):
        record(f"x{n}", "complaint:X", None, timezone.now(), {"n": n})
    made["entry"] = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    with superuser(), connection.cursor() as cursor:
        for name, kind in all_kinds().items():
            if name != "entry":
                made[name] = [inserted(kind, n) for n in range(ROWS)]
                cursor.execute(WAIT, [name, made[name]])
    assert seal(timezone.now()) == 1
    assert verify(timezone.now()).found == {}
    return made


def inserted(kind: Kind, n: int) -> int:
    row = kind.model(**{f.attname: filled(f, n) for f in columns(kind)})
    row.save(force_insert=True)
    return int(row.pk)


def attacked(*statements: str) -> Report:
    """What verifying finds after these statements, which are undone then."""
    with transaction.atomic():
        run(*statements)
        report = verify(timezone.now())
        transaction.set_rollback(True)
    return report


Sabotage = Callable[[Kind, list[int]], list[str]]


def altered(kind: Kind, ids: list[int]) -> list[str]:
    """Another column in each row."""
    table = kind.model._meta.db_table
    return [
        f'UPDATE {table} SET "{field.column}" = {other(field)} WHERE id = {pk}'
        for pk, field in zip(ids, columns(kind), strict=False)
    ]


def deleted(kind: Kind, ids: list[int]) -> list[str]:
    return [f"DELETE FROM {kind.model._meta.db_table} WHERE id = {ids[3]}"]


def renumbered(kind: Kind, ids: list[int]) -> list[str]:
    return [f"UPDATE {kind.model._meta.db_table} SET id = 999999 WHERE id = {ids[3]}"]


def swapped(kind: Kind, ids: list[int]) -> list[str]:
    to = f"UPDATE {kind.model._meta.db_table} SET id = {{}} WHERE id = {{}}"
    one, two = ids[3], ids[5]
    return [to.format(-1, one), to.format(one, two), to.format(two, -1)]


# what is done → how often each sort of fault is found, of every kind
ROW_BY_ROW: dict[str, tuple[Sabotage, Callable[[Kind], dict[What, int]]]] = {
    "altered": (altered, lambda kind: {What.ALTERED: len(columns(kind))}),
    "deleted": (deleted, lambda kind: {What.DELETED: 1}),
    "renumbered": (renumbered, lambda kind: {What.DELETED: 1, What.INSERTED: 1}),
    "swapped": (swapped, lambda kind: {What.REORDERED: 2}),
}


def test_whatever_is_done_to_a_row_of_any_kind_is_found_and_named(
    world: dict[str, list[int]],
) -> None:
    kinds = all_kinds()
    for what, (sabotage, expected) in ROW_BY_ROW.items():
        report = attacked(*[s for name, kind in kinds.items() for s in sabotage(kind, world[name])])
        for name, kind in kinds.items():
            found = {w: report.counted(w, name) for w in What if report.counted(w, name)}
            found.pop(What.BROKEN, None)  # an entry breaks its chain besides
            assert found == expected(kind), (what, name)
            first = report.found[next(iter(expected(kind))), name][0]
            assert first.row in world[name], (what, name)
            assert words.where(first)


def test_a_row_put_in_by_hand_is_found_in_every_kind(world: dict[str, list[int]]) -> None:
    with superuser():
        made = {name: inserted(kind, ROWS) for name, kind in all_kinds().items() if name != "entry"}
    report = verify(timezone.now())
    for name, pk in made.items():
        assert report.found[What.INSERTED, name][0].row == pk
    assert len(report.found) == len(made)


def test_a_copy_under_the_same_number_is_found_in_another_part(
    world: dict[str, list[int]],
) -> None:
    pk, months = world["reading"][2], "interval '3 years'"
    names = ", ".join(f.column for f in columns(all_kinds()["reading"]) if f.column != "at")
    report = attacked(
        f"INSERT INTO audit_reading (id, at, {names}) SELECT id, at - {months}, {names} "
        f"FROM audit_reading WHERE id = {pk}"
    )
    assert report.found == {(What.INSERTED, "reading"): (Place("reading", pk), 1)}


TABLES: dict[str, tuple[list[str], What, str, str]] = {
    "a table dropped": (
        ["DROP TABLE complaints_event CASCADE"],
        *(What.DELETED, "event", "complaints_event"),
    ),
    "a column dropped": (
        ["ALTER TABLE evidence_item DROP COLUMN proves CASCADE"],
        *(What.DELETED, "item", "evidence_item.proves"),
    ),
    "the tails dropped": (
        ["DROP TABLE audit_tail CASCADE"],
        *(What.DELETED, "tail", "audit_tail"),
    ),
    "a trigger asleep": (
        ["ALTER TABLE complaints_opinion DISABLE TRIGGER ALL"],
        *(What.UNGUARDED, "opinion", "complaints_opinion: pgtrigger_opinion_is_append_only_"),
    ),
    "a trigger of a part asleep": (
        ["ALTER TABLE audit_reading_default DISABLE TRIGGER ALL"],
        *(What.UNGUARDED, "reading", "audit_reading_default: pgtrigger_audit_reading_append_only"),
    ),
    "what a block names emptied": (
        ["UPDATE audit_block SET members = '[7]'"],
        *(What.ALTERED, "block", ""),
    ),
    "what a block names replaced": (
        ["""UPDATE audit_block SET members = members || '{"item": ["x", 1.5]}'"""],
        *(What.ALTERED, "block", ""),
    ),
    "another kind waits": (
        [
            "INSERT INTO audit_pending (kind, row_id, since) "
            "VALUES ('nothing', 1, now() - interval '1 hour')"
        ],
        *(What.WAITING, "nothing", ""),
    ),
}


def test_what_is_done_to_tables_triggers_and_blocks_is_found_and_named(
    world: dict[str, list[int]],
) -> None:
    for name, (statements, what, kind, note) in TABLES.items():
        report = attacked(*statements)
        place, _count = report.found[what, kind]
        assert place.note.startswith(note), name


def test_a_part_that_was_detached_is_missed(world: dict[str, list[int]]) -> None:
    part = f"audit_entry_{timezone.localtime():%Y_%m}"
    report = attacked(f"ALTER TABLE audit_entry DETACH PARTITION {part}")
    assert report.counted(What.DELETED, "entry") == ROWS
    assert report.found[What.CUT_OFF, "entry"][0].subject == "complaint:X"


def test_a_row_named_twice_does_not_hide_one_that_is_gone(world: dict[str, list[int]]) -> None:
    """The hash of a block covers its leaves; that each names a row of its own is looked at too."""
    gone, kept = world["event"][3], world["event"][4]
    report = attacked(
        f"DELETE FROM complaints_event WHERE id = {gone}",
        "UPDATE audit_block SET members = jsonb_set(members, '{event,3}', "
        f"'{kept}'), leaves = leaves",
    )
    assert report.found[What.ALTERED, "block"][0].block == 1

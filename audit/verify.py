"""Verify the whole record: every row against its leaf, every block, every chain, every end, what
waits, and what was anchored outside.

Streams: needs the same memory for a thousand rows and for millions. Looks at one moment of the
database (a snapshot), while others write on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count

from audit import canonical, chains, shape
from audit.faults import Place, Report, What
from audit.kinds import Kind, named
from audit.models import Block, Pending
from audit.sealed_rows import Owed, compare, members_of

log = logging.getLogger(__name__)
LATE = timedelta(minutes=5)
Anchored = tuple[int, str, str]  # number and hash of a block, and where that stands
GONE = "gone"  # instead of the hash: what was laid down there is there no more

# `files`: "all" of them are read, or the share of a day of the week ("0" to "6").
Look = Callable[[Report, str], None]
_files: list[Look] = []


def register_files(look: Look) -> None:
    """Let an application whose files are named by sealed rows compare them when asked for."""
    if look not in _files:
        _files.append(look)


def verify(
    now: datetime,
    *,
    since: datetime | None = None,
    anchors: Iterable[Anchored] = (),
    files: str = "",
    tell: Callable[[int], None] = lambda number: None,
) -> Report:
    """Look at everything; `since`: of the blocks and their rows only those sealed from then on;
    `files`: read the stored files too, "all" of them, which takes as long as reading the disk does,
    or the seventh of them that is the turn of a day of the week ("0" to "6"). `tell` hears the
    number of each block that was looked at.
    """
    began = time.monotonic()
    report = Report(now)
    with _snapshot():
        if shape.is_there(report):
            kinds = shape.readable(report)
            _blocks(report, since, kinds, tell)
            for kind in kinds.values():
                _outside_blocks(report, kind)
            if "entry" in kinds:
                chains.check(report)
            _waiting(report, now)
            shape.guards(report)
            _anchors(report, anchors if {"anchor", "stamp"} <= kinds.keys() else ())
    for look in _files if files else ():
        _read(look, report, files)
    report.name(named)
    report.seconds = round(time.monotonic() - began, 1)
    return report


def _read(look: Look, report: Report, files: str) -> None:
    """Raises OSError when all files were asked for and the store cannot be reached; a share is read
    the next time.
    """
    try:
        look(report, files)
    except OSError:
        if files == "all":
            raise
        log.exception("the stored files could not be read")


@contextmanager
def _snapshot() -> Iterator[None]:
    """One moment for all that is read; within somebody's transaction, what that sees."""
    inside = connection.in_atomic_block
    with transaction.atomic():
        if not inside:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _blocks(
    report: Report, since: datetime | None, kinds: Collection[str], tell: Callable[[int], None]
) -> None:
    """The blocks in their order, and the rows in them."""
    owed: Owed = {}
    blocks = Block.objects.order_by("number")
    expected, previous = 1, ""
    if since is not None:
        blocks = blocks.filter(sealed_at__gte=since)
        before = Block.objects.filter(sealed_at__lt=since).order_by("-number").first()
        expected, previous = (before.number + 1, before.hash) if before else (1, "")
    for block in blocks.iterator(chunk_size=4):
        if block.number != expected:
            report.add(What.DELETED, Place("block", block=expected))
        if block.previous_hash != previous or not holds(block):
            report.add(What.ALTERED, Place("block", block=block.number))
        compare(report, block, kinds, owed)
        report.blocks += 1
        report.last_hash = previous = block.hash
        expected = block.number + 1
        tell(block.number)
    for name, rows in owed.items():
        rows -= set(Pending.objects.filter(kind=name).values_list("row_id", flat=True))
        for row in sorted(rows):
            report.add(What.ALTERED, Place(name, row))


def holds(block: Block) -> bool:
    """Whether a block's hash is that of what it says."""
    leaves = bytes(block.leaves)
    root = canonical.root([leaves[n : n + 32] for n in range(0, len(leaves), 32)]).hex()
    said = canonical.block_hash(
        block.number, block.sealed_at, len(leaves) // 32, root, block.previous_hash
    )
    members = members_of(block)
    listed = -1 if members is None else sum(map(len, members.values()))
    return said == block.hash and root == block.root and listed == block.size == len(leaves) // 32


_INSERTED = """
SELECT id FROM "{table}" EXCEPT SELECT {member} FROM audit_block, jsonb_array_elements_text(
    CASE jsonb_typeof(members->%s) WHEN 'array' THEN members->%s ELSE '[]' END) m
EXCEPT SELECT row_id FROM audit_pending WHERE kind = %s ORDER BY 1
"""
_GONE = """
SELECT p.row_id FROM audit_pending p LEFT JOIN "{table}" t ON t.id = p.row_id
WHERE p.kind = %s AND t.id IS NULL ORDER BY 1
"""


def _outside_blocks(report: Report, kind: Kind) -> None:
    """Rows that no block knows and that do not wait for one; and those that waited and are gone."""
    table = kind.model._meta.db_table
    # What is no number (a block was altered, and named so) is no row either.
    safe = "CASE WHEN m ~ '^[0-9]{1,18}$' THEN m::bigint END"
    member = safe if report.counted(What.ALTERED, "block") else "m::bigint"
    for what, statement, params in (
        (What.INSERTED, _INSERTED.format(table=table, member=member), [kind.name] * 3),
        (What.DELETED, _GONE.format(table=table), [kind.name]),
    ):
        for (row,) in chains.streamed(statement, params):
            report.add(what, chains.place(kind, row))


def _waiting(report: Report, now: datetime) -> None:
    """What came in since the last block; sealing stands still when it has waited for long, or
    when it cannot know what that is.
    """
    report.waiting = Pending.objects.count()
    late = Pending.objects.filter(since__lt=now - LATE).order_by("kind", "pk")
    for kind, count in late.values_list("kind").annotate(n=Count("pk")).order_by("kind"):
        first = late.filter(kind=kind).values_list("row_id", flat=True)[0]
        report.add(What.WAITING, Place(kind, first), count)


def _anchors(report: Report, anchors: Iterable[Anchored]) -> None:
    """The blocks that stand outside, as they stand here."""
    for number, hashed, where in anchors:
        report.anchors += 1
        if hashed in ("", GONE):
            what = What.DELETED if hashed else What.ALTERED
            report.add(what, Place("anchor", block=number or None, note=where))
            continue
        here = Block.objects.filter(pk=number).values_list("hash", flat=True).first()
        if here is None:
            report.add(What.CUT_OFF, Place("block", block=number, note=where))
        elif here != hashed:
            report.add(What.REBUILT, Place("block", block=number, note=where))

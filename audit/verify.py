"""Verify the whole record: every row against its leaf, every block, every chain, every end, what
waits, and what was anchored outside.

Streams: needs the same memory for a thousand rows and for millions. Looks at one moment of the
database (a snapshot), while others write on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count

from audit import canonical, chains
from audit.faults import Place, Report, What
from audit.kinds import Kind, all_kinds
from audit.models import Block, Pending
from audit.sealed_rows import compare

LATE = timedelta(minutes=5)
Anchored = tuple[int, str, str]  # number and hash of a block, and where that stands


Look = Callable[[Report], None]
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
    files: bool = False,
    tell: Callable[[int], None] = lambda number: None,
) -> Report:
    """Look at everything; `since`: of the blocks and their rows only those sealed from then on;
    `files`: read the stored files too, which takes as long as reading the disk does. `tell` hears
    the number of each block that was looked at.
    """
    began = time.monotonic()
    report = Report(now)
    with _snapshot():
        _blocks(report, since, tell)
        for kind in all_kinds().values():
            _outside_blocks(report, kind)
        chains.check(report)
        _waiting(report, now)
        _anchors(report, anchors)
    for look in _files if files else ():
        look(report)
    report.seconds = round(time.monotonic() - began, 1)
    return report


@contextmanager
def _snapshot() -> Iterator[None]:
    """One moment for all that is read; within somebody's transaction, what that sees."""
    inside = connection.in_atomic_block
    with transaction.atomic():
        if not inside:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _blocks(report: Report, since: datetime | None, tell: Callable[[int], None]) -> None:
    """The blocks in their order, and the rows in them."""
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
        compare(report, block)
        report.blocks += 1
        report.last_hash = previous = block.hash
        expected = block.number + 1
        tell(block.number)


def holds(block: Block) -> bool:
    """Whether a block's hash is that of what it says."""
    leaves = bytes(block.leaves)
    root = canonical.root([leaves[n : n + 32] for n in range(0, len(leaves), 32)]).hex()
    said = canonical.block_hash(
        block.number, block.sealed_at, len(leaves) // 32, root, block.previous_hash
    )
    listed = sum(map(len, block.members.values()))
    return said == block.hash and root == block.root and listed == block.size == len(leaves) // 32


def _outside_blocks(report: Report, kind: Kind) -> None:
    """Rows that no block knows and that do not wait for one; and those that waited and are gone."""
    table = kind.model._meta.db_table
    inserted = (
        f'SELECT id FROM "{table}" EXCEPT SELECT (jsonb_array_elements_text(members->%s))::bigint '  # noqa: S608
        "FROM audit_block EXCEPT SELECT row_id FROM audit_pending WHERE kind = %s ORDER BY 1"
    )
    gone = (
        f'SELECT p.row_id FROM audit_pending p LEFT JOIN "{table}" t ON t.id = p.row_id '  # noqa: S608
        "WHERE p.kind = %s AND t.id IS NULL ORDER BY 1"
    )
    for what, statement, params in (
        (What.INSERTED, inserted, [kind.name, kind.name]),
        (What.DELETED, gone, [kind.name]),
    ):
        for (row,) in chains.streamed(statement, params):
            report.add(what, chains.place(kind, row))


def _waiting(report: Report, now: datetime) -> None:
    """What came in since the last block; sealing stands still when it has waited for long."""
    report.waiting = Pending.objects.count()
    late = Pending.objects.filter(since__lt=now - LATE).order_by("kind", "pk")
    for kind, count in late.values_list("kind").annotate(n=Count("pk")).order_by("kind"):
        first = late.filter(kind=kind).values_list("row_id", flat=True)[0]
        report.found[What.WAITING, kind] = (Place(kind, first), count)


def _anchors(report: Report, anchors: Iterable[Anchored]) -> None:
    """The blocks that stand outside, as they stand here."""
    for number, hashed, where in anchors:
        report.anchors += 1
        if not hashed:
            report.add(What.ALTERED, Place("anchor", note=where))
            continue
        here = Block.objects.filter(pk=number).values_list("hash", flat=True).first()
        if here is None:
            report.add(What.CUT_OFF, Place("block", block=number, note=where))
        elif here != hashed:
            report.add(What.REBUILT, Place("block", block=number, note=where))

"""The rows of a block against their leaves."""

from __future__ import annotations

from hashlib import sha256

from audit.canonical import entry_of
from audit.chains import place
from audit.faults import Place, Report, What
from audit.kinds import Columns, Kind, all_kinds, destroyed
from audit.models import Block, Entry

CLOSELY = 20  # faults of a block that are looked at one by one, to tell altered from reordered


def compare(report: Report, block: Block) -> None:
    """Every row that the block names."""
    leaves, start = bytes(block.leaves), 0
    for name in sorted(block.members):
        ids = block.members[name]
        own = [leaves[32 * (start + n) : 32 * (start + n + 1)] for n in range(len(ids))]
        start += len(ids)
        if name in all_kinds():
            _kind(report, block.number, all_kinds()[name], dict(zip(ids, own, strict=True)))
            report.rows[name] = report.rows.get(name, 0) + len(ids)
        else:
            report.add(What.DELETED, Place(name, block=block.number))


def _kind(report: Report, block: int, kind: Kind, leaves: dict[int, bytes]) -> None:
    is_entry, wrong, gone = kind.model is Entry, {}, set(leaves)
    for pk, row in kind.rows(list(leaves)):
        said = kind.canonical(row)
        gone.discard(pk)
        if kind.leaf(pk, said) != leaves[pk] or (is_entry and not _own_hash(row, said)):
            wrong[pk] = row
    lawful = destroyed(kind.name, {*wrong, *gone})
    report.destroyed += len(lawful)
    for pk in sorted(gone - lawful):
        report.add(What.DELETED, Place(kind.name, pk, block))
    wrong = {pk: row for pk, row in wrong.items() if pk not in lawful}
    for n, (pk, row) in enumerate(sorted(wrong.items())):
        moved = n < CLOSELY and _is_moved(kind, pk, row, wrong, leaves)
        report.add(What.REORDERED if moved else What.ALTERED, place(kind, pk, block, row))


def _own_hash(row: Columns, said: bytes) -> bool:
    return bool(sha256(said).hexdigest() == row["hash"])


def _is_moved(
    kind: Kind, pk: int, row: Columns, wrong: dict[int, Columns], leaves: dict[int, bytes]
) -> bool:
    """Whether it was sealed like this, but under another id or at another place of its chain."""
    said = kind.canonical(row)
    others = [other for other in list(wrong)[:CLOSELY] if other != pk]
    if any(kind.leaf(other, said) == leaves[other] for other in others):
        return True
    if kind.model is not Entry:
        return False
    here = row["sequence"]
    return any(
        _own_hash(row, entry_of({**row, "sequence": place}).encode())
        for place in range(max(1, here - CLOSELY), here + CLOSELY)
        if place != here
    )

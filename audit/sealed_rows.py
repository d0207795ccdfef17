"""The rows of a block against their leaves."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from itertools import pairwise

from audit.canonical import entry_of
from audit.chains import place
from audit.faults import Place, Report, What
from audit.kinds import Columns, Kind, all_kinds, destroyed
from audit.models import Block, Entry

CLOSELY = 20  # faults of a block that are looked at one by one, to tell altered from reordered


Owed = dict[str, set[int]]  # kind → rows that lost their words and have to be sealed again as such


def members_of(block: Block) -> dict[str, list[int]] | None:
    """Which rows the block names, by kind; None when that is nothing that sealing writes: each row
    once, in order.
    """
    listed = block.members
    if not isinstance(listed, dict) or not all(map(_in_order, listed.values())):
        return None
    return listed


def _in_order(ids: object) -> bool:
    return (
        isinstance(ids, list)
        and {*map(type, ids)} <= {int}
        and all(one < next_one for one, next_one in pairwise(ids))
    )


def compare(report: Report, block: Block, readable: Collection[str], owed: Owed) -> None:
    """Every row that the block names, of the kinds that can be read."""
    leaves, start, listed = bytes(block.leaves), 0, members_of(block) or {}
    for name in sorted(listed):
        ids = listed[name]
        own = [leaves[32 * (start + n) : 32 * (start + n + 1)] for n in range(len(ids))]
        start += len(ids)
        if name in readable:
            rows = _Rows(all_kinds()[name], block.number, dict(zip(ids, own, strict=True)))
            rows.compare(report, owed.setdefault(name, set()))
            report.rows[name] = report.rows.get(name, 0) + len(ids)
        elif name not in all_kinds():
            report.add(What.DELETED, Place(name, block=block.number))


class _Rows:
    """The rows of one kind in one block, against their leaves."""

    def __init__(self, kind: Kind, block: int, leaves: dict[int, bytes]) -> None:
        self.kind, self.block, self.leaves = kind, block, leaves
        self.wrong: dict[int, Columns] = {}
        self.gone = set(leaves)
        self.copies: list[tuple[int, Columns]] = []

    def compare(self, report: Report, owed: set[int]) -> None:
        self._read(owed)
        lawful = destroyed(self.kind.name, self.wrong)
        report.destroyed += len(lawful - owed)
        owed |= lawful
        for pk in sorted(self.gone):
            report.add(What.DELETED, Place(self.kind.name, pk, self.block))
        for pk, row in self.copies:
            report.add(What.INSERTED, place(self.kind, pk, row=row))
        wrong = {pk: row for pk, row in self.wrong.items() if pk not in lawful}
        for n, (pk, row) in enumerate(sorted(wrong.items())):
            moved = n < CLOSELY and _is_moved(self.kind, pk, row, wrong, self.leaves)
            what = What.REORDERED if moved else What.ALTERED
            report.add(what, place(self.kind, pk, self.block, row))

    def _read(self, owed: set[int]) -> None:
        """Every row of the database under one of these ids; a second one is a copy."""
        is_entry = self.kind.model is Entry
        for pk, row in self.kind.rows(list(self.leaves)):
            said = self.kind.canonical(row)
            holds = self.kind.leaf(pk, said) == self.leaves[pk] and (
                not is_entry or _own_hash(row, said)
            )
            if pk not in self.gone:
                other = self.wrong.pop(pk, row) if holds else row
                self.copies.append((pk, other))
            elif not holds:
                self.wrong[pk] = row
            self.gone.discard(pk)
            if holds:
                owed.discard(pk)


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

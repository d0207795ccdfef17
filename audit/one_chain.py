"""The chain of one subject against itself, its end, and the blocks in which it was sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from audit import canonical, proofs, verify
from audit.models import Block, Entry, Pending, Tail
from audit.record import breaks, spelled


@dataclass
class Chain:
    """What was found. Numbers are those of the entries in their chain."""

    count: int
    broken: list[int]  # missing, or not matching their hash
    cut_off: bool = False  # it went on further, or ends otherwise than was written down
    unsealed: list[int] = field(default_factory=list)  # in no block, and not waiting for one
    altered: list[int] = field(default_factory=list)  # not what was sealed
    waiting: int = 0
    blocks: int = 0
    block: int | None = None  # the last one

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not (self.broken or self.cut_off or self.unsealed or self.altered)


def look(subject: str) -> Chain:
    """Work every hash of the chain out again. A handful of statements."""
    entries = list(Entry.objects.filter(subject=subject).order_by("sequence"))
    chain = Chain(len(entries), sorted({b.sequence for b in breaks(entries)}))
    tail = Tail.objects.filter(pk=subject).first()
    ends = (entries[-1].sequence, entries[-1].hash) if entries else None
    chain.cut_off = ends != ((tail.sequence, tail.hash) if tail else None)
    _sealed(chain, entries)
    return chain


def _sealed(chain: Chain, entries: Sequence[Entry]) -> None:
    where = proofs.blocks_of("entry", entries)
    outside = {entry.pk: entry.sequence for entry in entries if entry.pk not in where}
    waits = Pending.objects.filter(kind="entry", row_id__in=outside)
    waiting = set(waits.values_list("row_id", flat=True))
    chain.waiting = len(waiting)
    chain.unsealed = [number for pk, number in outside.items() if pk not in waiting]
    blocks = {block.pk: block for block in Block.objects.filter(pk__in=set(where.values()))}
    chain.blocks, chain.block = len(blocks), max(blocks, default=None)
    whole = {number for number, block in blocks.items() if verify.holds(block)}
    leaves = {number: proofs.leaves_of(block, "entry") for number, block in blocks.items()}
    for entry in entries:
        number = where.get(entry.pk)
        if number is None:
            continue
        leaf = canonical.leaf("entry", entry.pk, spelled(entry).encode())
        if number not in whole or leaves[number].get(entry.pk) != leaf:
            chain.altered.append(entry.sequence)

"""Where sealed rows stand: the block of each, and the path from its leaf to the root of the block,
so that one can be verified without the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from django.db import connection

from audit import canonical
from audit.models import Block

SIZE = 32  # bytes of a leaf
# A block names the moment at which sealing began, which may be a little before its newest rows.
_BLOCKS = """
SELECT r.id, b.number FROM unnest(%s::bigint[], %s::timestamptz[]) r(id, at)
CROSS JOIN LATERAL (
    SELECT number FROM audit_block
    WHERE sealed_at >= r.at - interval '2 minutes' AND members -> %s @> to_jsonb(r.id)
    ORDER BY sealed_at, number LIMIT 1
) b
"""


class NotSealed(Exception):
    """Some of the rows are in no block yet."""


class Row(Protocol):
    """A row of a sealed table that says when it was written."""

    pk: Any
    at: datetime


@dataclass(frozen=True)
class Proof:
    """One row in its block; `path`: (side, hash) of each neighbour up to the root."""

    row_id: int
    block: int
    path: tuple[tuple[str, str], ...]


def of(kind: str, rows: Sequence[Row]) -> tuple[list[Proof], list[Block]]:
    """The proof of each row of a kind, in their order, and the blocks. Raises NotSealed."""
    ids, found = [row.pk for row in rows], blocks_of(kind, rows)
    if set(ids) - found.keys():
        raise NotSealed
    blocks = list(Block.objects.filter(pk__in=set(found.values())).order_by("number"))
    trees = {block.number: _Tree(block, kind) for block in blocks}
    proofs = [Proof(pk, found[pk], tuple(trees[found[pk]].path(pk))) for pk in ids]
    return proofs, blocks


def blocks_of(kind: str, rows: Sequence[Row]) -> dict[int, int]:
    """Id of each row that is sealed → number of its block. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKS, [[row.pk for row in rows], [row.at for row in rows], kind])
        return dict(cursor.fetchall())


def leaves_of(block: Block, kind: str) -> dict[int, bytes]:
    """Id of each row of a kind in the block → its leaf."""
    tree = _Tree(block, kind)
    return {pk: tree.levels[0][at] for pk, at in tree.place.items()}


class _Tree:
    """The Merkle tree of a block, for the rows of one kind."""

    def __init__(self, block: Block, kind: str) -> None:
        members: Mapping[str, list[int]] = block.members
        names = sorted(members)
        before = sum(len(members[name]) for name in names[: names.index(kind)])
        self.place = {pk: before + n for n, pk in enumerate(members[kind])}
        leaves = bytes(block.leaves)
        level = [leaves[n : n + SIZE] for n in range(0, len(leaves), SIZE)]
        self.levels = [level]
        while len(level) > 1:
            above = [_joined(level[n : n + 2]) for n in range(0, len(level), 2)]
            self.levels.append(above)
            level = above

    def path(self, pk: int) -> Iterator[tuple[str, str]]:
        at = self.place[pk]
        for level in self.levels[:-1]:
            other = at ^ 1
            if other < len(level):
                yield ("left" if other < at else "right"), level[other].hex()
            at //= 2


def _joined(pair: Sequence[bytes]) -> bytes:
    """One that is left over goes up as it is."""
    return pair[0] if len(pair) == 1 else sha256(b"\1" + pair[0] + pair[1]).digest()


def as_json(block: Block) -> dict[str, Any]:
    """What a block says of itself, without its members."""
    return {
        "number": block.number,
        "sealed_at": canonical.moment(block.sealed_at),
        "size": block.size,
        "root": block.root,
        "previous_hash": block.previous_hash,
        "hash": block.hash,
    }

"""Seal what waits: rows into blocks, each chained to the one before it.

Writers of the record only add to `audit_pending`, so none of them waits for another or for this.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from audit import canonical
from audit.kinds import all_kinds
from audit.models import Block, Pending

log = logging.getLogger(__name__)
LIMIT = 5_000  # rows of a block, so that sealing and verifying need the same memory whatever waits
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('audit'), hashtext('seal'))"


def seal(now: datetime) -> int:
    """Seal everything that is committed and waits; answers how many blocks were made.

    Each block is one transaction: killed at any write, all of it stands or nothing. Does nothing
    while somebody else seals.
    """
    made = 0
    while block := _seal_some(now):
        log.info("sealed block %s %s", block.number, block.hash)  # stands outside as well, then
        made += 1
    return made


@transaction.atomic
def _seal_some(now: datetime) -> Block | None:
    if not _alone():
        return None
    waiting = list(Pending.objects.order_by("pk")[:LIMIT].values_list("kind", "row_id"))
    if not waiting:
        return None
    members: dict[str, list[int]] = defaultdict(list)
    for kind, row_id in waiting:
        members[kind].append(row_id)
    members = {kind: sorted(set(ids)) for kind, ids in sorted(members.items())}
    return _block(now, members, leaves_of(members))  # by whose trigger its rows wait no longer


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        return bool(cursor.fetchone()[0])


def leaves_of(members: Mapping[str, Sequence[int]]) -> list[bytes]:
    """A leaf for each member. A row that is gone already (somebody got past the triggers) is sealed
    as empty, so that verifying names it for ever.
    """
    leaves = []
    for name, ids in members.items():
        kind = all_kinds()[name]
        found = {pk: kind.canonical(row) for pk, row in kind.rows(ids)}
        leaves += [kind.leaf(pk, found.get(pk, b"")) for pk in ids]
    return leaves


def _block(now: datetime, members: Mapping[str, Sequence[int]], leaves: Sequence[bytes]) -> Block:
    last = Block.objects.order_by("-number").values_list("number", "hash").first()
    number, previous = (last[0] + 1, last[1]) if last else (1, "")
    root = canonical.root(leaves).hex()
    return Block.objects.create(
        number=number,
        sealed_at=now,
        size=len(leaves),
        members=members,
        leaves=b"".join(leaves),
        root=root,
        previous_hash=previous,
        hash=canonical.block_hash(number, now, len(leaves), root, previous),
    )

"""The very bytes of which hashes are made: canonical JSON, and how hashes join to a root.

Names in order, nothing between, instants in UTC. Needs no database, so that a sealed file can be
verified by the same few lines.
"""

import json
import json.encoder
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

quoted = json.encoder.encode_basestring  # as `compact` writes a string
BEGINNING = (0, "")  # before the first entry of a chain


def _value(value: object) -> str:
    """Raises TypeError for what has no one form."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise TypeError(f"{type(value).__name__} has no canonical form")


compact = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_value
).encode


def moment(at: datetime) -> str:
    """The instant in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def head(actor: str, actor_name: str, at: datetime) -> str:
    """Where an entry's JSON begins: all that entries of one act have in common."""
    return f'{{"actor":{quoted(actor)},"actor_name":{quoted(actor_name)},"at":"{moment(at)}"'


def entry_text(
    head: str,
    detail: str,
    previous: tuple[int, str],
    about: tuple[str, str],
    request_id: str = "",
) -> str:
    """An entry's canonical JSON, which contains the hash of the entry before it.

    `previous`: sequence and hash before it; `about`: subject and verb. An entry that no request
    caused has no `request_id`, as those written before there was one.
    """
    request = f'"request_id":{quoted(request_id)},' if request_id else ""
    return (
        f'{head},"detail":{detail},"previous_hash":"{previous[1]}",{request}'
        f'"sequence":{previous[0] + 1},"subject":{quoted(about[0])},"verb":{quoted(about[1])}}}'
    )


def entry_of(row: Mapping[str, Any]) -> str:
    """An entry's canonical JSON, from its columns."""
    return entry_text(
        head(row["actor"], row["actor_name"], row["at"]),
        compact(row["detail"]),
        (row["sequence"] - 1, row["previous_hash"]),
        (row["subject"], row["verb"]),
        row["request_id"],
    )


def leaf(kind: str, pk: int, row: bytes) -> bytes:
    """The leaf of a row in a block's tree: it says which row it is."""
    return sha256(b"\0%b:%d\n%b" % (kind.encode(), pk, row)).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962, section 2.1, over leaves that are hashes already: two by
    two, one that is left over goes up as it is.
    """
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        above = [
            sha256(b"\1" + level[n] + level[n + 1]).digest() for n in range(0, len(level) - 1, 2)
        ]
        level = above + level[len(above) * 2 :]
    return level[0]


def block_hash(number: int, at: datetime, size: int, root: str, previous: str) -> str:
    """SHA-256 (hex) of a block's canonical JSON."""
    said = {"number": number, "previous_hash": previous, "root": root, "sealed_at": moment(at)}
    return sha256(compact({**said, "size": size}).encode()).hexdigest()

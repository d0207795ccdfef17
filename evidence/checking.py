"""The stored files against the hashes that rows of the record have named since they came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from audit.faults import Place, Report, What
from evidence.models import Item
from evidence.store import HASH, store

Named = tuple[str, str, int]  # SHA-256 of a file, kind and id of a row that names it
# Who else keeps files in the store.
_others: list[Callable[[], Iterator[Named]]] = []
DAYS = 7


def register(named: Callable[[], Iterator[Named]]) -> None:
    """Have more files compared: those that rows of another application name."""
    if named not in _others:
        _others.append(named)


def items() -> Iterator[Named]:
    """The files of the evidence, each once, but for those that were lawfully destroyed."""
    kept: Any = Item.objects.filter(folder__complaint__destroyed__isnull=True)
    rows = kept.order_by("sha256", "pk").distinct("sha256").values_list("sha256", "pk")
    for sha256, pk in rows.iterator():
        yield sha256, "file", pk


def compare(report: Report, share: str) -> None:
    """Read every file once, whatever the number of its rows; name the first row of one that is
    gone or altered, and what lies among them and is none. `share`: "all", or a day of the week.
    Raises OSError while the store cannot be reached.
    """
    known = set()
    for named in (items, *_others):
        for sha256, kind, pk in named():
            if not HASH.fullmatch(sha256):
                report.add(What.ALTERED, Place(kind, pk, note=sha256))
                continue
            if share == "all" or int(sha256[:8], 16) % DAYS == int(share):
                _file(report, sha256, Place(kind, pk, note=sha256))
            known.add(bytes.fromhex(sha256))
    if share == "all":
        _strangers(report, known)


def _file(report: Report, sha256: str, place: Place) -> None:
    report.rows[place.kind] = report.rows.get(place.kind, 0) + 1
    try:
        if store().digest(sha256) != sha256:
            report.add(What.ALTERED, place)
    except FileNotFoundError:
        report.add(What.DELETED, place)


def _strangers(report: Report, known: set[bytes]) -> None:
    """What lies in the store and no row names. A file that came whole, to a case that then refused
    it, stays and is none of the evidence: it is counted.
    """
    for name in store().strangers():
        report.add(What.INSERTED, Place("file", note=name))
    for sha256 in store().names():
        if bytes.fromhex(sha256) not in known:
            if store().digest(sha256) == sha256:
                report.unnamed += 1
            else:
                report.add(What.INSERTED, Place("file", note=sha256))
